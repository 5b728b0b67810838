import { expect, test } from 'vitest'
import { between, keyAt, moveOf, stepped } from './place'

test.each([
  [undefined, undefined],
  [undefined, '5'],
  [undefined, '1'],
  [undefined, '0001'],
  ['5', undefined],
  ['1795593600123456', '1795593600123457'],
  ['12', '1203'],
  ['12', '121'],
  ['12', '1211'],
  ['49', '5'],
])('between %s and %s there is a place', (low, high) => {
  const key = between(low, high)
  expect(key > (low ?? '')).toBe(true)
  expect(high === undefined || key < high).toBe(true)
})

const others = [
  { id: 'a', key: '2' },
  { id: 'b', key: '4' },
  { id: 'c', key: '6' },
]

test.each([
  ['before the first', { before: 'a' }, '', '2'],
  ['after the first', { after: 'a' }, '2', '4'],
  ['before the last', { before: 'c' }, '4', '6'],
  ['after the last', { after: 'c' }, '6', '9'],
])('%s', (_, to, low, high) => {
  const key = keyAt(others, to)
  expect(key > low && key < high).toBe(true)
})

test('by one, up and down, and not beyond an end', () => {
  expect(stepped(['a', 'b', 'c'], 'b', -1)).toEqual({ before: 'a' })
  expect(stepped(['a', 'b', 'c'], 'b', 1)).toEqual({ after: 'c' })
  expect(stepped(['a', 'b'], 'a', -1)).toBeUndefined()
  expect(stepped(['a', 'b'], 'b', 1)).toBeUndefined()
})

test('an arrow moves with Alt, and with nothing else', () => {
  const key = (key: string, more = {}) => ({ key, altKey: true, ctrlKey: false, metaKey: false, ...more })
  expect(moveOf(key('ArrowUp'))).toBe(-1)
  expect(moveOf(key('ArrowDown'))).toBe(1)
  expect(moveOf(key('ArrowUp', { altKey: false }))).toBeUndefined()
  expect(moveOf(key('ArrowUp', { ctrlKey: true }))).toBeUndefined()
  expect(moveOf(key('ArrowLeft'))).toBeUndefined()
})
