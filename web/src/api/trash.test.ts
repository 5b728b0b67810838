import { expect, test } from 'vitest'
import type { Task } from './client'
import { task } from '../test/tasks'
import { goneAt, placed, type TrashPage } from './trash'

const at = '2026-11-26T08:00:00Z'
const before = '2026-11-25T08:00:00Z'
const page = (...tasks: Task[]): TrashPage => ({
  tasks: tasks.map((task) => ({ task, gone_at: goneAt(task.deleted_at!) })),
  next_cursor: null,
})
const deleted = (title: string, fields: Partial<Task> = {}) => task(title, { deleted_at: at, ...fields })
const names = (pages: TrashPage[]) => pages.map((p) => p.tasks.map((d) => d.task.title))

test('what comes back takes along the steps that went with it, at every depth and on every page, and no others', () => {
  const a = deleted('a')
  const pages = [
    page(deleted('c', { parent_id: 'id-b' }), a, deleted('x')),
    page(deleted('b', { parent_id: 'id-a' }), deleted('old', { parent_id: 'id-a', deleted_at: before })),
    page(deleted('y')),
  ]
  const left = placed(pages, { ...a, deleted_at: null })
  expect(names(left)).toEqual([['x'], ['old'], ['y']])
  expect(left[2]).toBe(pages[2])
})
