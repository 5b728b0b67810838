import { expect, test } from 'vitest'
import { reminderWords, sameReminder } from './reminders'

const now = Date.parse('2026-11-26T10:00:00+01:00')
const zone = 'Europe/Berlin'

test.each([
  [{ before_minutes: 0 }, '2026-11-27T16:00:00Z', 'At the time'],
  [{ before_minutes: 0 }, '2026-11-27', 'At 09:00 that day'],
  [{ before_minutes: 10 }, '2026-11-27', '10 min before'],
  [{ before_minutes: 90 }, null, '1 h 30 min before'],
  [{ before_minutes: 1440 }, '2026-11-27', '1 day before'],
  [{ before_minutes: 2880 }, '2026-11-27', '2 days before'],
  [{ at: '2026-11-27T08:00:00Z' }, null, 'tomorrow 09:00'],
])('%o of what is due %s: %s', (reminder, due, text) => {
  expect(reminderWords(reminder, due, now, zone).text).toBe(text)
})

test('the same reminder', () => {
  expect(sameReminder({ before_minutes: 10 }, { before_minutes: 10 })).toBe(true)
  expect(sameReminder({ before_minutes: 10 }, { before_minutes: 60 })).toBe(false)
  expect(sameReminder({ at: 'a' }, { before_minutes: 60 })).toBe(false)
})
