import { describe, expect, test } from 'vitest'
import type { Token, Understood } from '../api/quick'
import { nothing } from '../test/understood'
import { cut, piecesOf, sentence, standing, takenBack, type Known } from './quick-text'

/** A text of which pieces were understood, at the places where they stand. */
function known(text: string, ...pieces: [Token['kind'], string][]): Known {
  const tokens = pieces.map(([kind, piece]) => {
    const start = [...text.slice(0, text.indexOf(piece))].length
    return { start, end: start + [...piece].length, kind, text: piece }
  })
  return { text, said: { ...nothing, tokens } }
}

const shown = (text: string, k: Known) => standing(k, text).map((p) => text.slice(p.from, p.to))

test('places count code points: a face is one, and two for JavaScript', () => {
  const k = known('😀😀 call tomorrow 😀 p1', ['due_date', 'tomorrow'], ['priority', 'p1'])
  expect(piecesOf(k).map((p) => k.text.slice(p.from, p.to))).toEqual(['tomorrow', 'p1'])
})

test('what the answer says of places that are not there is left out', () => {
  const k = known('a')
  k.said = { ...nothing, tokens: [{ start: 5, end: 9, kind: 'due_date', text: 'fri' }] }
  expect(piecesOf(k)).toEqual([])
})

describe('while it is typed on', () => {
  const k = known('Call Bob tomorrow p1 now', ['due_date', 'tomorrow'], ['priority', 'p1'])
  test.each([
    ['Call Bob tomorrow p1 now', ['tomorrow', 'p1']],
    ['Call Bob tomorrow p1 now or later', ['tomorrow', 'p1']],
    ['Call our Bob tomorrow p1 now', ['tomorrow', 'p1']],
    ['Call Bob tomorrow at p1 now', ['tomorrow', 'p1']],
    ['Call Bob tomorrows p1 now', ['p1']],
    ['Call Bob tomor p1 now', ['p1']],
    ['Call Bob tomorrow xp1 now', ['tomorrow']],
    ['Call Bob tomorrow p12 now', ['tomorrow']],
    ['Call Bob \\tomorrow p1 now', ['p1']],
    ['', []],
  ])('%j: %j', (text, pieces) => expect(shown(text, k)).toEqual(pieces))
})

test('a text is cut into what is plain and what was understood', () => {
  const k = known('tomorrow call Bob p1', ['due_date', 'tomorrow'], ['priority', 'p1'])
  const parts = cut(k.text, piecesOf(k))
  expect(parts.map((p) => p.text).join('')).toBe(k.text)
  expect(parts.map((p) => [p.text, p.piece?.token.kind])).toEqual([
    ['tomorrow', 'due_date'],
    [' call Bob ', undefined],
    ['p1', 'priority'],
  ])
})

test('a piece of several words is taken back by one backslash before it', () => {
  const k = known('Read every friday p2', ['recurrence', 'every friday'], ['priority', 'p2'])
  expect(takenBack(k.text, piecesOf(k)[0]!)).toBe('Read \\every friday p2')
})

test('what was understood, as a sentence', () => {
  const now = Date.parse('2026-11-26T10:00:00+01:00')
  const say = (fields: Partial<Understood>) => sentence({ ...nothing, ...fields }, now, 'Europe/Berlin')
  expect(say({})).toBe('')
  expect(say({ due_date: '2026-11-27' })).toBe('Understood: due tomorrow')
  expect(
    say({
      due_date: '2026-11-27T17:00:00+01:00',
      priority: 5,
      project: 'garden',
      tags: ['a', 'b'],
      recurrence: { rule: 'FREQ=WEEKLY;BYDAY=FR', from: 'schedule' },
      reminders: [{ before_minutes: 10 }],
      effort_estimate_minutes: 90,
    }),
  ).toBe(
    'Understood: due tomorrow 17:00; every week on Friday; priority 5; project garden; tags a, b; takes 1 h 30 min; a reminder',
  )
})
