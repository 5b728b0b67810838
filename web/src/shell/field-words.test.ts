import { expect, test } from 'vitest'
import { fieldWords } from './field-words'

const now = Date.parse('2026-11-25T09:00:00Z')

test.each([
  ['due_date', '2026-11-26', 'Tomorrow'],
  ['due_date', '2026-11-25T16:00:00Z', 'Today, 17:00'],
  ['start_date', '2026-12-24', 'Thu 24 Dec'],
  ['snoozed_until', '2026-11-26T08:00:00Z', 'Tomorrow, 09:00'],
  ['status', 'in_progress', 'In progress'],
  ['effort_estimate_minutes', 90, '1 h 30 min'],
  ['preferred_time', 'morning', 'Morning'],
  ['priority', 5, '5'],
  ['tags', ['home', 'garden'], 'home, garden'],
  ['tags', [], 'nothing'],
  ['title', '2026-11-26', '2026-11-26'],
  ['description', null, 'nothing'],
] as const)('%s %j is said as %j', (name, value, words) => {
  expect(fieldWords(name, value, now, 'Europe/Berlin')).toBe(words)
})
