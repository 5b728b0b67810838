import { describe, expect, test } from 'vitest'
import { task as made } from '../test/tasks'
import type { Task, TaskPage } from './client'
import { admits, compare, place } from './lists'

const zone = 'Europe/Berlin'

const task = (id: string, fields: Partial<Task> = {}): Task =>
  made(id, { id, created_at: '2026-11-25T10:00:00.000000Z', updated_at: '2026-11-25T10:00:00.000000Z', ...fields })

const page = (tasks: Task[], next: string | null = null): TaskPage => ({ tasks, next_cursor: next })
const ids = (pages: TaskPage[]) => pages.map((p) => p.tasks.map((t) => t.id).join(''))

describe('a list admits', () => {
  test.each([
    ['an open task where open ones are asked for', { status: ['pending'] }, {}, true],
    ['no task of another status', { status: ['completed'] }, {}, false],
    ['no deleted task', {}, { deleted_at: '2026-11-25T10:00:00Z' }, false],
    ['one of several priorities', { priority: [4, 3] }, {}, true],
    ['a tag, whatever the case', { tag: ['Work'] }, { tags: ['work'] }, true],
    ['a day by its local start', { due_before: '2026-11-26' }, { due_date: '2026-11-25' }, true],
    ['not the day itself', { due_before: '2026-11-26' }, { due_date: '2026-11-26' }, false],
    ['an instant before midnight there', { due_before: '2026-11-26' }, { due_date: '2026-11-25T22:59:59Z' }, true],
    ['none after it', { due_before: '2026-11-26' }, { due_date: '2026-11-25T23:00:00Z' }, false],
    ['a step where those of its task are asked for', { parent: 'trip' }, { parent_id: 'trip' }, true],
    ['no step of another task', { parent: 'trip' }, { parent_id: 'party' }, false],
    ['no step where what is none is asked for', { parent: 'none' }, { parent_id: 'trip' }, false],
    ['nothing without a due date', { due_after: '2026-11-26' }, {}, false],
  ] as const)('%s', (_, query, fields, expected) => {
    expect(admits(query as never, task('a', fields as never), zone)).toBe(expected)
  })
})

test('a due date orders days before instants of the day, and nothing last both ways', () => {
  const due = ['2026-11-27', '2026-11-26T23:30:00Z', '2026-11-27T10:00:00Z', '2026-11-28', null]
  const tasks = due.map((due_date, i) => task(String(i), { due_date }))
  const sorted = (sort: string) =>
    tasks
      .toReversed()
      .toSorted((a, b) => compare({ sort }, a, b, zone))
      .map((t) => t.id)
  expect(sorted('due_date')).toEqual(['0', '1', '2', '3', '4'])
  expect(sorted('-due_date')).toEqual(['3', '2', '1', '0', '4'])
})

describe('a task in its place', () => {
  const pages = [
    page([task('a', { priority: 5 }), task('b', { priority: 4 })], 'more'),
    page([task('c', { priority: 3 }), task('d', { priority: 2 })], 'more still'),
  ]
  const query = { sort: '-priority', status: ['pending'] }

  test('stays where it is when what sorts it stays', () => {
    const after = place(pages, query, task('c', { priority: 3, title: 'new' }), zone)
    expect(ids(after)).toEqual(['ab', 'cd'])
    expect(after[1]!.tasks[0]!.title).toBe('new')
    expect(after[0]).toBe(pages[0])
  })

  test('goes where it belongs when that changes', () => {
    expect(ids(place(pages, query, task('d', { priority: 5 }), zone))).toEqual(['adb', 'c'])
  })

  test('goes when the list no longer admits it', () => {
    expect(ids(place(pages, query, task('b', { status: 'completed' }), zone))).toEqual(['a', 'cd'])
  })

  test('comes when it is admitted again, unless a search decides', () => {
    expect(ids(place(pages, query, task('e', { priority: 4 }), zone))).toEqual(['ab', 'ecd'])
    expect(ids(place(pages, { ...query, q: 'x' }, task('e', { priority: 4 }), zone))).toEqual(['ab', 'cd'])
  })

  test('waits for its page where that is not here yet', () => {
    expect(ids(place(pages, query, task('e', { priority: 1 }), zone))).toEqual(['ab', 'cd'])
    expect(ids(place([page(pages[1]!.tasks)], query, task('e', { priority: 1 }), zone))).toEqual(['cde'])
  })
})
