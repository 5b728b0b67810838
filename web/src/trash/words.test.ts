import { expect, test } from 'vitest'
import { leftWords, pastWords } from './words'

const at = (text: string) => Date.parse(text)
const berlin = 'Europe/Berlin'

test.each([
  ['2026-11-26T08:05:00Z', 'today 09:05'],
  ['2026-11-25T22:59:00Z', 'yesterday 23:59'],
  ['2026-11-02T08:05:00Z', 'Mon 2 Nov 09:05'],
])('%s was %s', (instant, words) => {
  expect(pastWords(instant, at('2026-11-26T10:00:00Z'), berlin).text).toBe(words)
})

test.each([
  ['2026-12-26T09:59:59Z', '29 days left', '2026-11-27T09:59:59Z'],
  ['2026-11-27T10:00:01Z', '1 day left', '2026-11-26T10:00:01Z'],
  ['2026-11-27T10:00:00Z', '24 hours left', '2026-11-26T10:00:00Z'],
  ['2026-11-26T11:30:00Z', '1 hour left', '2026-11-26T10:30:00Z'],
])('what is gone on %s has %s', (gone, words, until) => {
  expect(leftWords(gone, at('2026-11-26T10:00:00Z'))).toEqual({ text: words, until: at(until) })
})

test('the last hour is not counted', () => {
  expect(leftWords('2026-11-26T10:30:00Z', at('2026-11-26T10:00:00Z')).text).toBe('Less than an hour left')
})
