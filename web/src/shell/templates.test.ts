import { expect, test } from 'vitest'
import { makes } from './templates'

test.each([
  ['task', 1, 'a task'],
  ['task', 2, 'a task with 1 step'],
  ['task', 4, 'a task with 3 steps'],
  ['project', 0, 'a project'],
  ['project', 12, 'a project with 12 tasks'],
] as const)('a %s of %i makes %s', (kind, tasks, words) => {
  expect(makes({ kind, tasks })).toBe(words)
})
