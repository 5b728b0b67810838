import { describe, expect, test } from 'vitest'
import { notNowUntil } from './not-now'
import { snoozeChoices } from './snooze-choices'

const at = (text: string) => Date.parse(text)
const berlin = 'Europe/Berlin'
const choices = (now: string, zone = berlin) =>
  snoozeChoices(at(now), zone).map((c) => [c.label, new Date(c.until).toISOString().slice(0, 16)])

describe('the moments to put a task off to', () => {
  test('soonest first, by the clock of the zone', () => {
    expect(choices('2026-11-25T15:30:00Z')).toEqual([
      ['In 1 hour', '2026-11-25T16:30'],
      ['This evening', '2026-11-25T17:00'],
      ['In 3 hours', '2026-11-25T18:30'],
      ['Tomorrow morning', '2026-11-26T08:00'],
      ['Next week', '2026-11-30T08:00'],
    ])
  })

  test('no evening once it is there, and no two names for one moment', () => {
    expect(choices('2026-11-29T18:00:00Z').map(([label]) => label)).toEqual([
      'In 1 hour',
      'In 3 hours',
      'Tomorrow morning', // which is next week's too
    ])
    expect(choices('2026-11-25T16:00:00Z').map(([label]) => label)).not.toContain('This evening') // in an hour
  })

  test('an hour is an hour, and a morning is one, over a night that is longer', () => {
    expect(choices('2026-10-24T23:30:00Z')).toEqual([
      ['In 1 hour', '2026-10-25T00:30'],
      ['In 3 hours', '2026-10-25T02:30'],
      ['This evening', '2026-10-25T17:00'],
      ['Tomorrow morning', '2026-10-26T08:00'],
    ])
  })
})

test.each([
  ['until the answer would change', '2026-11-25T12:00:00Z', '2026-11-25T12:00:00Z'],
  ['at least an hour', '2026-11-25T09:10:00Z', '2026-11-25T10:00:00Z'],
  ['an hour where it never would', null, '2026-11-25T10:00:00Z'],
])('not now: %s', (_, validUntil, until) => {
  expect(notNowUntil(at('2026-11-25T09:00:00Z'), validUntil)).toBe(at(until))
})
