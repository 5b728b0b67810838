import { expect, test } from 'vitest'
import { ownPath } from './own-path'

test.each(['/', '/tasks?q=a%2Fb#x', '/tasks/1?next=//evil.example', '/a//b', '/\u05e9'])('%j is ours', (path) => {
  expect(ownPath(path)).toBe(path)
})

// Browsers leave out tabs and line feeds, and read a backslash as a slash: what is left leads to another site.
// Seen red with a look at the first two characters alone.
test.each([
  'https://evil.example/',
  'javascript:alert(1)',
  '//evil.example',
  '/\\evil.example',
  '/\t/evil.example',
  '/\n/evil.example',
  '/\r\\evil.example',
  '\t//evil.example',
  '/.//evil.example',
  '/..//evil.example',
  '/a/..//evil.example',
  'evil.example',
  '',
  7,
  undefined,
])('%j is not', (path) => {
  expect(ownPath(path)).toBeUndefined()
})
