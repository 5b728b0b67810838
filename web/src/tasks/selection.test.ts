import { expect, test } from 'vitest'
import { all, extended, noSelection, toggled } from './selection'

const order = ['a', 'b', 'c', 'd', 'e']
const ids = (s: { ids: ReadonlySet<string> }) => [...s.ids].toSorted().join('')

test('one is selected, and no longer', () => {
  const one = toggled(noSelection, 'b')
  expect(ids(one)).toBe('b')
  expect(ids(toggled(one, 'b'))).toBe('')
})

test('a range goes from where it began, both ways', () => {
  const one = toggled(noSelection, 'c')
  expect(ids(extended(one, 'e', order))).toBe('cde')
  expect(ids(extended(one, 'a', order))).toBe('abc')
  expect(ids(extended(extended(one, 'd', order), 'b', order))).toBe('bcd')
})

test('without a beginning, or with one that is gone, a range is one', () => {
  expect(ids(extended(noSelection, 'd', order))).toBe('d')
  expect(ids(extended(toggled(noSelection, 'x'), 'd', order))).toBe('dx')
})

test('all that is here', () => {
  expect(ids(all(order))).toBe('abcde')
})
