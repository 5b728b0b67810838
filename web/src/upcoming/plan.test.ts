import { describe, expect, test } from 'vitest'
import type { Task } from '../api/client'
import { task as anyTask } from '../test/tasks'
import { dueDay, movedTo, planOf, span } from './plan'

const berlin = 'Europe/Berlin'
const at = (text: string) => Date.parse(text)
let made = 0
const task = (title: string, due_date: string | null, more: Partial<Task> = {}): Task =>
  anyTask(title, { id: String(++made).padStart(4, '0'), due_date, ...more })

/** What is due where, as titles. */
const laidOut = (tasks: Task[], now: string, zone = berlin) =>
  Object.fromEntries(
    planOf(tasks, at(now), zone)
      .groups.filter((g) => g.tasks.length > 0)
      .map((g) => [g.place, g.tasks.map((t) => t.title)]),
  )

describe('the coming days', () => {
  test('overdue is apart, later comes last, and what has no date is left out', () => {
    const tasks = [
      task('no date', null),
      task('yesterday', '2026-11-24'),
      task('today', '2026-11-25'),
      task('an hour ago', '2026-11-25T08:00:00Z'),
      task('last day shown', '2026-12-08'),
      task('day after', '2026-12-09'),
      task('last minute shown', '2026-12-08T22:59:00Z'),
      task('minute after', '2026-12-08T23:00:00Z'),
    ]
    expect(laidOut(tasks, '2026-11-25T09:00:00Z')).toEqual({
      overdue: ['yesterday', 'an hour ago'],
      '2026-11-25': ['today'],
      '2026-12-08': ['last day shown', 'last minute shown'],
      later: ['day after', 'minute after'],
    })
    expect(planOf([], at('2026-11-25T09:00:00Z'), berlin).groups).toHaveLength(span + 2)
  })

  test('what has no hour comes first, the most important first, then hour by hour', () => {
    const tasks = [
      task('15:00', '2026-11-26T14:00:00Z'),
      task('09:00', '2026-11-26T08:00:00Z'),
      task('usual', '2026-11-26'),
      task('important', '2026-11-26', { priority: 5 }),
      task('09:00, important', '2026-11-26T08:00:00Z', { priority: 5 }),
    ]
    expect(laidOut(tasks, '2026-11-25T09:00:00Z')).toEqual({
      '2026-11-26': ['important', 'usual', '09:00, important', '09:00', '15:00'],
    })
  })

  test('an instant is on the day it has in the zone, a day is the same day everywhere', () => {
    const tasks = [task('instant', '2026-11-25T23:30:00Z'), task('day', '2026-11-26')]
    const now = '2026-11-25T12:00:00Z'
    expect(laidOut(tasks, now)).toEqual({ '2026-11-26': ['day', 'instant'] })
    expect(laidOut(tasks, now, 'America/New_York')).toEqual({ '2026-11-25': ['instant'], '2026-11-26': ['day'] })
  })

  test('holds until an instant passes or the day ends', () => {
    const now = at('2026-11-25T09:00:00Z')
    const due = task('due', '2026-11-25T10:00:00Z')
    expect(planOf([due], now, berlin).until).toBe(at('2026-11-25T10:00:00Z'))
    expect(planOf([due], at(due.due_date!), berlin)).toMatchObject({
      groups: [{ place: 'overdue', tasks: [due] }, ...Array.from({ length: span + 1 }, () => ({}))],
      until: at('2026-11-25T23:00:00Z'),
    })
    // The day of 8 March begins in Havana at 01:00.
    expect(planOf([], at('2026-03-08T04:00:00Z'), 'America/Havana').until).toBe(at('2026-03-08T05:00:00Z'))
  })
})

describe('moved to another day', () => {
  const now = at('2026-11-25T09:00:00Z')
  test.each([
    ['a day becomes the other day', '2026-11-24', '2026-11-27', berlin, '2026-11-27'],
    ['no date becomes the day', null, '2026-11-27', berlin, '2026-11-27'],
    ['an instant keeps its wall clock', '2026-11-24T16:00:05Z', '2026-11-27', berlin, '2026-11-27T16:00:05Z'],
    ['also over a change of the clocks', '2026-11-24T16:00:00Z', '2027-04-01', berlin, '2027-04-01T15:00:00Z'],
    ['also in the zone of the person', '2026-11-24T23:30:00Z', '2026-11-27', berlin, '2026-11-26T23:30:00Z'],
    ['in a gap it is later by the gap', '2026-11-24T01:30:00Z', '2027-03-28', berlin, '2027-03-28T01:30:00Z'],
    ['today, with its hour to come', '2026-11-24T16:00:00Z', '2026-11-25', berlin, '2026-11-25T16:00:00Z'],
    ['today, with its hour passed, the day is left', '2026-11-24T08:00:00Z', '2026-11-25', berlin, '2026-11-25'],
  ])('%s', (_, date, day, zone, want) => {
    expect(movedTo(date, day, now, zone)).toBe(want)
    expect(dueDay(want, zone)).toBe(day)
  })
})
