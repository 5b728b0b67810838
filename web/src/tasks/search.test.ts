import { describe, expect, test } from 'vitest'
import { isGrouped, listOf, readSearch } from './search'

const known = (search: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(readSearch(search)).filter(([, value]) => value !== undefined))

describe('an address', () => {
  test('says what is shown', () => {
    const search = { status: 'all', priority: [5, 4], tag: ['home'], due: 'week', q: 'x', sort: '-title', group: true }
    expect(known(search)).toEqual(search)
  })

  test('may be written by hand', () => {
    expect(known({ priority: '5', tag: 'home', q: 2026 })).toEqual({ priority: [5], tag: ['home'], q: '2026' })
  })

  test('means nothing where it cannot', () => {
    const search = { status: 'x', priority: [9, 'x'], tag: [{}], due: 'x', q: '  ', sort: 'x', group: 'x' }
    expect(known(search)).toEqual({})
  })

  test('leaves out what is usual', () => {
    expect(known({ sort: '-created_at' })).toEqual({})
  })
})

describe('the server is asked for', () => {
  const open = ['pending', 'in_progress', 'snoozed']
  test.each([
    [{}, { status: open, sort: '-created_at' }],
    [{ status: 'all' }, { sort: '-created_at' }],
    [{ due: 'overdue' }, { status: open, due_before: '2026-11-26', sort: '-created_at' }],
    [{ due: 'today' }, { status: open, due_after: '2026-11-25', due_before: '2026-11-26', sort: '-created_at' }],
    [{ due: 'week' }, { status: open, due_after: '2026-11-25', due_before: '2026-12-02', sort: '-created_at' }],
  ] as const)('%o', (search, query) => {
    expect(listOf(search, '2026-11-25')).toEqual(query)
  })
})

test('what is alike stands under one heading where that helps, unless said otherwise', () => {
  expect(isGrouped({})).toBe(false)
  expect(isGrouped({ sort: '-priority' })).toBe(true)
  expect(isGrouped({ sort: '-priority', group: false })).toBe(false)
  expect(isGrouped({ sort: 'title', group: true })).toBe(true)
})

test('a project has the order that was given to it by hand, unless another is asked for', () => {
  const project = '01997000-0000-7000-8000-000000000000'
  expect(readSearch({ project: 'x' }).project).toBeUndefined()
  expect(listOf(readSearch({ project }), '2026-11-25')).toMatchObject({ project, sort: 'position' })
  expect(listOf(readSearch({ project, sort: '-created_at' }), '2026-11-25')).toMatchObject({ sort: '-created_at' })
  expect(readSearch({ project, sort: 'position' }).sort).toBeUndefined()
})

test('in the order of a project steps stand with what they are steps of; a search finds them', () => {
  const project = '01997000-0000-7000-8000-000000000000'
  expect(listOf({ project }, '2026-11-25')).toMatchObject({ parent: 'none' })
  expect(listOf({ project, q: 'paint' }, '2026-11-25')).not.toHaveProperty('parent')
  expect(listOf({ project, sort: '-created_at' }, '2026-11-25')).not.toHaveProperty('parent')
  expect(listOf({ sort: 'position' }, '2026-11-25')).not.toHaveProperty('parent')
})
