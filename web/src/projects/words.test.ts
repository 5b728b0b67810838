import { expect, test } from 'vitest'
import type { Project } from '../api/projects'
import { goesAlong } from './words'

const project = (id: string, fields: Partial<Project> = {}) =>
  ({ id, parent_id: null, deleted_at: null, open_tasks: 0, done_tasks: 0, ...fields }) as Project

test.each([
  [[], {}, ''],
  [[], { open_tasks: 1 }, '1 open task'],
  [[], { done_tasks: 2 }, '2 tasks that are done'],
  [[], { open_tasks: 2, done_tasks: 1 }, '2 open tasks and 1 done'],
  [[{ open_tasks: 3 }], { open_tasks: 1 }, '1 sub-project and 4 open tasks'],
  [[{ open_tasks: 3 }, { done_tasks: 5 }], {}, '2 sub-projects, 3 open tasks and 5 done'],
])('with %j in it, and its own %j, goes: %3$s', (inIt, own, words) => {
  const top = project('top', own)
  const all = [top, ...inIt.map((fields, i) => project(`in ${i}`, { parent_id: 'top', ...fields })), project('other')]
  expect(goesAlong(all, top)).toBe(words)
})
