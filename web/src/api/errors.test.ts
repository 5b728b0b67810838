import { expect, test } from 'vitest'
import { task } from '../test/tasks'
import { Conflict, explain, Lost, Unreachable } from './errors'

test('a conflict is explained as one, and not as a fault of the page', () => {
  const met = new Conflict({ priority: 5 }, task('a'), task('a', { version: 2 }))
  expect(explain(met)).toMatch(/changed it meanwhile/)
})

test('only where the server was known to be gone is it said that nothing was changed', () => {
  expect(explain(new Unreachable(null))).toMatch(/Nothing was changed/)
  expect(explain(new Lost(null))).toMatch(/may or may not have been changed/)
})
