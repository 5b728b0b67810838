import { expect, test } from 'vitest'
import { inTree, type Project } from './projects'

const project = (id: string, fields: Partial<Project> = {}) =>
  ({ id, name: id, parent_id: null, archived_at: null, deleted_at: null, ...fields }) as Project

const names = (projects: Project[]) => inTree(projects).map(({ project, depth }) => '- '.repeat(depth) + project.id)

test('each project is followed by those in it, in their order', () => {
  expect(
    names([project('a'), project('b'), project('a2', { parent_id: 'a' }), project('a1', { parent_id: 'a' })]),
  ).toEqual(['a', '- a2', '- a1', 'b'])
})

test('what is put away is not shown; what was in it alone stands at the top', () => {
  expect(names([project('a', { archived_at: '2026-11-25T08:00:00Z' }), project('a1', { parent_id: 'a' })])).toEqual([
    'a1',
  ])
})
