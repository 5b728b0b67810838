import { expect, test } from 'vitest'
import { aside, short } from './short'

// Seen red: half an emoji stood at the end.
test('a long title ends after a whole letter', () => {
  const [, title] = aside(short('🎂'.repeat(60))) as [string, string]
  expect([...title]).toEqual([...'🎂'.repeat(46), '…'])
  expect(aside(short('🎂'.repeat(48)))[1]).toBe('🎂'.repeat(48))
})

test('a title is set apart from the words around it, whatever it holds', () => {
  expect(aside(`Done: ${short('א\u2069b\u2068')}`)).toEqual(['Done: ', 'אb', ''])
})
