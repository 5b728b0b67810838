import { expect, test } from 'vitest'
import { besideIn, inTree, roomsFor, type Project } from './projects'

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

test('a project can be in another that is in none, unless others are in it', () => {
  const all = [project('a'), project('b'), project('b1', { parent_id: 'b' }), project('away', { archived_at: 'x' })]
  const rooms = (of?: Project) => roomsFor(all, of).map((p) => p.id)
  expect(rooms(all[0])).toEqual(['b'])
  expect(rooms(all[1])).toEqual([])
  expect(rooms(all[2])).toEqual(['a', 'b'])
  expect(rooms()).toEqual(['a', 'b'])
})

test('a project has an order with those of the same parent that are not put away', () => {
  const all = [project('a'), project('b', { archived_at: 'x' }), project('c'), project('a1', { parent_id: 'a' })]
  expect(besideIn(all, all[2]!).map((p) => p.id)).toEqual(['a', 'c'])
  expect(besideIn(all, all[3]!).map((p) => p.id)).toEqual(['a1'])
})
