import { expect, test } from 'vitest'
import { Problem, type Overwrite } from '../api/errors'
import { overwriteWords } from './overwrite-words'

const now = Date.parse('2026-11-25T12:00:00Z')
const later = (fields: Partial<Overwrite> = {}): Overwrite => ({
  change: '8',
  at: '2026-11-25T08:05:00Z',
  verb: 'task.updated',
  through: 'web',
  task_id: 'a',
  title: 'Pay',
  fields: ['due_date', 'priority'],
  ...fields,
})
const words = (...overwrites: Overwrite[]) =>
  overwriteWords(new Problem(409, { detail: 'It has been undone already', overwrites }), now, 'UTC').replace(
    /[\u2066-\u2069]/g,
    '',
  )

test('what stands in the way is said: what, of which task, when and through what', () => {
  expect(words(later())).toBe(
    'Not undone, since it was changed later: due and priority of “Pay” changed at 08:05, here in the app.',
  )
})

test('what happened has its own word, and who did it their own name', () => {
  expect(words(later({ verb: 'task.completed', through: 'Claude' }))).toContain(
    '“Pay” was completed at 08:05, through Claude.',
  )
})

test('of several the last is told, and how many others there are', () => {
  expect(words(later(), later())).toMatch(/ And 1 more before that\.$/)
})

test('what is undone already is so by its own words', () => {
  expect(words(later({ verb: 'task.undone' }))).toBe('It has been undone already.')
})
