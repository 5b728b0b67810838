import { expect, test } from 'vitest'
import type { Task } from '../api/client'
import { isOverdue, linesOf } from './lines'

const zone = 'Europe/Berlin'
const now = Date.parse('2026-11-25T12:00:00Z')
const task = (fields: Partial<Task>): Task => ({
  ...({ title: 'a', status: 'pending', priority: 3, due_date: null } as Task),
  ...fields,
})
const told = (tasks: Partial<Task>[], sort: string, grouped = true) =>
  linesOf(tasks.map(task), { sort, grouped, now, zone }).map((line) => line.heading ?? '-')

test('what is due stands under its day, in the zone of the person', () => {
  const dates = ['2026-11-20', '2026-11-24', '2026-11-25', '2026-11-25T23:30:00Z', '2026-11-28', null]
  const tasks = dates.map((due_date) => ({ due_date }))
  expect(told(tasks, 'due_date')).toEqual([
    'Overdue',
    '-',
    '-',
    'Today',
    '-',
    'Tomorrow',
    '-',
    'Sat 28 Nov',
    '-',
    'No due date',
    '-',
  ])
})

test('what is done is not overdue', () => {
  const tasks = [{ due_date: '2026-11-20', status: 'completed' as const }]
  expect(told(tasks, 'due_date')).toEqual(['Fri 20 Nov', '-'])
})

test('priorities and letters', () => {
  expect(told([{ priority: 5 }, { priority: 5 }, { priority: 1 }], '-priority')).toEqual([
    'Priority 5',
    '-',
    '-',
    'Priority 1',
    '-',
  ])
  expect(told([{ title: '1st' }, { title: 'émile' }, { title: 'Énée' }], 'title')).toEqual(['#', '-', 'É', '-', '-'])
  expect(told([{}, {}], 'title', false)).toEqual(['-', '-'])
})

test.each([
  ['2026-11-24', true],
  ['2026-11-25', false],
  ['2026-11-25T12:00:00Z', true],
  ['2026-11-25T12:00:01Z', false],
])('due %s at noon UTC of the 25th is overdue: %s', (due_date, expected) => {
  expect(isOverdue(task({ due_date }), now, zone)).toBe(expected)
  expect(isOverdue(task({ due_date, status: 'completed' }), now, zone)).toBe(false)
})
