import { expect, test } from 'vitest'
import { after, askedFor, startOfRule, usualRules } from './repeat-choices'

test('what is usually wanted is said of the day it is due', () => {
  expect(usualRules('2026-11-27').map((c) => c.words)).toEqual([
    'Every day',
    'Every weekday',
    'Every week on Friday',
    'Every month on the 27th',
    'Every year on 27 Nov',
  ])
})

test.each([
  ['2026-11-28', 'FREQ=MONTHLY;BYMONTHDAY=28', 'Every month on the 28th'],
  ['2027-01-29', 'FREQ=MONTHLY;BYMONTHDAY=28,29;BYSETPOS=-1', 'Every month on the 29th'],
  ['2027-01-31', 'FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1', 'Every month on the 31st'],
])('on %s a month is %s', (due, rule, words) => {
  expect(usualRules(due)[3]).toEqual({ rule, words })
})

test('a leap day comes each year', () => {
  expect(usualRules('2028-02-29')[4]!.rule).toBe('FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=28,29;BYSETPOS=-1')
})

test('a rule starts by the clock of the person', () => {
  expect(startOfRule('2026-11-27', 'Europe/Berlin')).toBe('2026-11-27')
  expect(startOfRule('2026-11-27T16:00:00Z', 'Europe/Berlin')).toBe('2026-11-27T17:00')
})

const repeat = {
  from: 'schedule' as const,
  start: '2026-11-06',
  slot: '2026-11-27',
  series_id: 's',
  timezone: 'Europe/Berlin',
}

test('the next ones are asked for from this one on; where they are counted, from the first', () => {
  expect(askedFor({ ...repeat, rule: 'FREQ=WEEKLY' }, 3)).toMatchObject({ start: '2026-11-27', limit: 4 })
  expect(askedFor({ ...repeat, rule: 'FREQ=WEEKLY;COUNT=5' }, 3)).toMatchObject({ start: '2026-11-06', limit: 500 })
})

test('those after this one, days and moments', () => {
  expect(after(['2026-11-20', '2026-11-27', '2026-12-04'], '2026-11-27', 3)).toEqual(['2026-12-04'])
  expect(after(['2026-11-27T17:00:00+01:00', '2026-12-04T17:00:00+01:00'], '2026-11-27T17:00', 3)).toEqual([
    '2026-12-04T17:00:00+01:00',
  ])
})
