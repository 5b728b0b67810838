import { expect, test } from 'vitest'
import type { Task } from '../api/client'
import type { Project } from '../api/trash'
import { task } from '../test/tasks'
import { folded } from './fold'

const at = '2026-11-26T08:00:00Z'
const before = '2026-11-25T08:00:00Z'
const deleted = (title: string, fields: Partial<Task> = {}) => ({
  task: task(title, { deleted_at: at, ...fields }),
  gone_at: '2026-12-26T08:00:00Z',
})
const stepOf = (title: string, parent: string, fields: Partial<Task> = {}) =>
  deleted(title, { parent_id: `id-${parent}`, ...fields })
const project = (name: string, fields: Partial<Project> = {}) =>
  ({ id: `id-${name}`, name, parent_id: null, deleted_at: at, ...fields }) as Project

const told = (rows: ReturnType<typeof folded>) => rows.map((r) => [r.name, r.took])

test('steps that went with their task stand in its row, at every depth', () => {
  expect(told(folded([stepOf('c', 'b'), stepOf('b', 'a'), deleted('a'), deleted('x')], []))).toEqual([
    ['a', 2],
    ['x', 0],
  ])
})

test('a step that was deleted by itself, or whose task is there, stands alone', () => {
  const rows = folded([deleted('a'), stepOf('c', 'there'), stepOf('b', 'a', { deleted_at: before })], [])
  expect(told(rows)).toEqual([
    ['a', 0],
    ['c', 0],
    ['b', 0],
  ])
})

test('what went with a project stands in its row; what went before does not', () => {
  const tasks = [
    stepOf('b', 'a', { project_id: 'id-Beds' }),
    deleted('a', { project_id: 'id-Beds' }),
    deleted('old', { project_id: 'id-Garden', deleted_at: before }),
  ]
  expect(told(folded(tasks, [project('Garden'), project('Beds', { parent_id: 'id-Garden' })]))).toEqual([
    ['Garden', 2],
    ['old', 0],
  ])
})

test('projects have their place among tasks, once those are loaded', () => {
  const old = [project('Garden', { deleted_at: '2026-11-25T12:00:00Z' })]
  expect(told(folded([deleted('a')], old, true)).map(([name]) => name)).toEqual(['a'])
  expect(told(folded([deleted('a'), deleted('b', { deleted_at: before })], old, true)).map(([name]) => name)).toEqual([
    'a',
    'Garden',
    'b',
  ])
})
