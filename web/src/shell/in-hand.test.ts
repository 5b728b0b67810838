import { expect, test } from 'vitest'
import { beginsWith } from './in-hand'

test.each([
  ['Snooze: Tomorrow morning', 'sno', true],
  ['Snooze: Tomorrow morning', 'snooze tom', true],
  ['Snooze: Tomorrow morning', 'morning', false],
  ['Not now', 'note', false],
  ['Not now', '', true],
])('%s by typing "%s": %s', (name, typed, found) => {
  expect(beginsWith(name, typed)).toBe(found)
})
