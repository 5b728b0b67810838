import { describe, expect, test } from 'vitest'
import { dayWords, dueWords, effortWords, momentWords } from './words'
import { addDays, dayOf } from './zone'

const berlin = 'Europe/Berlin'
const at = (text: string) => Date.parse(text)

describe('a due date in words', () => {
  test.each([
    // A day is a day: the browser's zone, and the hour, play no part.
    ['2026-11-25', '2026-11-25T00:00:00+01:00', 'Today', false],
    ['2026-11-25', '2026-11-25T23:59:59+01:00', 'Today', false],
    ['2026-11-25', '2026-11-26T00:00:00+01:00', 'Overdue since yesterday', true],
    ['2026-11-25', '2026-11-27T00:00:00+01:00', 'Overdue since Wednesday', true],
    ['2026-11-25', '2026-12-01T23:59:59+01:00', 'Overdue since Wednesday', true],
    ['2026-11-25', '2026-12-02T00:00:00+01:00', 'Overdue since Wed 25 Nov', true],
    ['2026-11-25', '2027-01-01T00:00:00+01:00', 'Overdue since Wed 25 Nov 2026', true],
    ['2026-11-26', '2026-11-25T23:59:59+01:00', 'Tomorrow', false],
    ['2026-11-27', '2026-11-25T23:59:59+01:00', 'Fri 27 Nov', false],
    ['2027-01-02', '2026-12-31T23:59:59+01:00', 'Sat 2 Jan 2027', false],
    ['2027-01-02', '2027-01-01T00:00:00+01:00', 'Tomorrow', false],
    // An instant is told by the clock of the person's zone.
    ['2026-11-25T16:00:00Z', '2026-11-25T10:00:00+01:00', 'Today, 17:00', false],
    ['2026-11-25T16:00:00Z', '2026-11-25T16:00:00+01:00', 'In 60 min', false],
    ['2026-11-25T16:00:00Z', '2026-11-25T16:59:59+01:00', 'In 1 min', false],
    ['2026-11-25T16:00:00Z', '2026-11-25T17:00:00+01:00', 'Overdue since 17:00', true],
    ['2026-11-25T16:00:00Z', '2026-11-26T00:00:00+01:00', 'Overdue since yesterday', true],
    ['2026-11-25T16:00:00Z', '2026-11-24T00:00:00+01:00', 'Tomorrow, 17:00', false],
    ['2026-11-25T23:30:00Z', '2026-11-25T23:45:00+01:00', 'In 45 min', false],
    ['2027-11-25T16:00:00Z', '2026-11-24T00:00:00+01:00', 'Thu 25 Nov 2027, 17:00', false],
  ])('%s is at %s: %s', (date, now, text, overdue) => {
    expect(dueWords(date, at(now), berlin)).toMatchObject({ text, overdue })
  })
})

test.each([
  ['2026-11-25T12:00:00+01:00', '12:00'],
  ['2026-11-26T09:00:00+01:00', 'tomorrow 09:00'],
  ['2026-11-27T09:00:00+01:00', 'Fri 27 Nov 09:00'],
  ['2027-01-04T09:00:00+01:00', 'Mon 4 Jan 2027 09:00'],
])('the moment %s is, on 25 November: %s', (moment, text) => {
  expect(momentWords(at(moment), at('2026-11-25T08:00:00+01:00'), berlin).text).toBe(text)
})

test.each([
  [5, '5 min'],
  [60, '1 h'],
  [90, '1 h 30 min'],
  [10080, '168 h'],
])('%i minutes are %s', (minutes, text) => expect(effortWords(minutes)).toBe(text))

/** Numbers that seem random and are the same each time. */
function* numbers(seed: number) {
  for (;;) {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
    yield seed / 2 ** 32
  }
}

// In these places midnights are skipped, days are left out, or clocks go by half hours.
const nights: [string, string][] = [
  [berlin, '2026-03-29'],
  [berlin, '2026-10-25'],
  [berlin, '2026-12-31'],
  ['America/Havana', '2026-03-08'],
  ['America/Santiago', '2026-09-06'],
  ['America/Santiago', '2026-04-05'],
  ['Australia/Lord_Howe', '2026-10-04'],
  ['Pacific/Apia', '2011-12-30'],
  ['Asia/Kathmandu', '2027-01-01'],
  ['America/St_Johns', '2026-11-01'],
]

type Say = (now: number) => { until: number } & Record<string, unknown>

/** What is said holds up to the moment it names, and is another then. */
function turnsExactly(say: Say, from: number, random: Generator<number>) {
  const { until, ...said } = say(from)
  expect(until).toBeGreaterThan(from)
  const same = (now: number) => {
    const { until: then, ...there } = say(now)
    expect(there).toEqual(said)
    expect(then).toBe(until)
  }
  const end = Math.min(until, from + 800 * 86_400_000) // for good, where no moment is named
  for (let i = 0; i < 12; i++) same(from + Math.floor(random.next().value! * (end - from)))
  if (until === Infinity) return
  same(until - 1)
  expect(say(until)).not.toMatchObject(said)
}

describe.each(nights)('words turn over at the moment they name, in %s around %s', (zone, night) => {
  const random = numbers(7)
  const noon = at(`${night}T12:00:00Z`)
  const near = () => Math.floor((random.next().value! - 0.5) * (random.next().value! < 0.5 ? 4 : 900)) // days
  const moments = Array.from({ length: 60 }, () => {
    const from = noon + Math.floor((random.next().value! - 0.5) * 4 * 86_400_000)
    const instant =
      Math.floor(from / 1000) * 1000 + near() * 86_400_000 + Math.floor(random.next().value! * 86_400) * 1000
    return [from, instant] as const
  })

  test('a day', () => {
    for (const [from, instant] of moments) {
      const day = dayOf(instant, zone)
      turnsExactly((now) => dayWords(day, now, zone), from, random)
      turnsExactly((now) => dueWords(day, now, zone), from, random)
      const other = addDays(night, near())
      turnsExactly((now) => dueWords(other, now, zone), from, random)
    }
  })

  test('an instant', () => {
    for (const [from, instant] of moments) {
      const date = new Date(instant).toISOString()
      turnsExactly((now) => dueWords(date, now, zone), from, random)
      turnsExactly((now) => momentWords(instant, now, zone), from, random)
    }
  })

  test('an instant within the hour', () => {
    for (const [from] of moments) {
      const date = new Date(
        Math.floor(from / 1000) * 1000 + Math.floor(random.next().value! * 5_400) * 1000,
      ).toISOString()
      turnsExactly((now) => dueWords(date, now, zone), from, random)
    }
  })
})
