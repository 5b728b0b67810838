import { expect, test } from 'vitest'
import { task } from '../test/tasks'
import { dueOf, nextOf, reminds, withDue, type Moment } from './due'

const moment = (title: string, at: string): Moment => ({ task_id: `id-${title}`, at, title, due_date: null })
const now = Date.parse('2026-11-26T09:00:00Z')

test('due is what has come, and not a day ago', () => {
  const [old, late, just, soon] = [
    moment('old', '2026-11-25T09:00:00Z'),
    moment('late', '2026-11-25T09:00:01Z'),
    moment('just', '2026-11-26T09:00:00Z'),
    moment('soon', '2026-11-26T09:00:01Z'),
  ]
  expect(dueOf([old, late, just, soon], now)).toEqual([late, just])
  expect(nextOf([old, late, just, soon], now)).toBe(now + 1_000)
  expect(nextOf([late], now)).toBe(Infinity)
})

// Seen red with the server's list alone: a reminder that came while the device slept was gone with the first answer.
test('what came since, of which the server says no more, is not lost', () => {
  const came = moment('came', '2026-11-26T08:59:00Z')
  const ahead = moment('the server’s clock is ahead', '2026-11-26T09:01:00Z')
  const gone = moment('taken away', '2026-11-26T12:00:00Z')
  const both = moment('both', '2026-11-26T09:00:30Z')
  const told = moment('told', '2026-11-26T10:00:00Z')
  expect(withDue([came, ahead, gone, both], [told, { ...both, title: 'both, renamed' }], now)).toEqual([
    came,
    { ...both, title: 'both, renamed' },
    ahead,
    told,
  ])
})

test.each([
  ['so long before an instant', '2026-11-26T17:00:00Z', { before_minutes: 30 }, '2026-11-26T16:30:00Z', true],
  ['however the instant is written', '2026-11-26T18:00:00+01:00', { before_minutes: 0 }, '2026-11-26T17:00:00Z', true],
  ['before 09:00 of a day', '2026-11-26', { before_minutes: 60 }, '2026-11-26T07:00:00Z', true],
  ['not at its start', '2026-11-26', { before_minutes: 0 }, '2026-11-25T23:00:00Z', false],
  ['on the clock of summer', '2026-07-01', { before_minutes: 0 }, '2026-07-01T07:00:00Z', true],
  ['of no due date, not before it', null, { before_minutes: 0 }, '2026-11-26T08:00:00Z', false],
  ['at a moment of its own', null, { at: '2026-11-26T08:00:00Z' }, '2026-11-26T09:00:00+01:00', true],
])('a task reminds %s', (_, due_date, reminder, at, yes) => {
  expect(reminds(task('a', { due_date, reminders: [reminder] }), at, 'Europe/Berlin')).toBe(yes)
})

test('what is done, given up or deleted reminds nobody; what sleeps does', () => {
  const at = '2026-11-26T08:00:00Z'
  const of = (fields: object) => reminds(task('a', { reminders: [{ at }], ...fields }), at, 'UTC')
  expect([of({ status: 'completed' }), of({ status: 'cancelled' }), of({ deleted_at: at })]).toEqual([
    false,
    false,
    false,
  ])
  expect([of({ status: 'snoozed' }), of({ status: 'in_progress' })]).toEqual([true, true])
})
