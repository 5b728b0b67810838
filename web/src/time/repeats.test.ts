import { expect, test } from 'vitest'
import { ordinal, repeatWords } from './repeats'

const friday = '2026-11-27'

test.each([
  ['FREQ=DAILY', 'Every day'],
  ['FREQ=DAILY;INTERVAL=3', 'Every 3 days'],
  ['FREQ=DAILY;COUNT=5', 'Every day, 5 times'],
  ['FREQ=DAILY;COUNT=1', 'Every day, once'],
  ['FREQ=DAILY;UNTIL=20261224', 'Every day, until 24 Dec 2026'],
  ['FREQ=DAILY;UNTIL=20261224T225959Z', 'Every day, until 24 Dec 2026'],
  ['FREQ=WEEKLY', 'Every week on Friday'],
  ['RRULE:freq=weekly', 'Every week on Friday'],
  ['FREQ=WEEKLY;BYDAY=FR', 'Every week on Friday'],
  ['FREQ=WEEKLY;INTERVAL=2;BYDAY=FR', 'Every 2 weeks on Friday'],
  ['FREQ=WEEKLY;BYDAY=MO,WE,FR', 'Every week on Monday, Wednesday and Friday'],
  ['FREQ=WEEKLY;BYDAY=SA,SU;WKST=MO', 'Every week on Saturday and Sunday'],
  ['FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR', 'Every weekday'],
  ['FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;UNTIL=20261224', 'Every weekday, until 24 Dec 2026'],
  ['FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TU,WE,TH,FR', 'Every 2 weeks on Monday, Tuesday, Wednesday, Thursday and Friday'],
  ['FREQ=MONTHLY', 'Every month on the 27th'],
  ['FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=15', 'Every 3 months on the 15th'],
  ['FREQ=MONTHLY;BYMONTHDAY=1,15', 'Every month on the 1st and 15th'],
  ['FREQ=MONTHLY;BYMONTHDAY=-1', 'Every month on the last day'],
  ['FREQ=MONTHLY;BYMONTHDAY=28,29;BYSETPOS=-1', 'Every month on the 29th'],
  ['FREQ=MONTHLY;BYMONTHDAY=28,29,30,31;BYSETPOS=-1', 'Every month on the 31st'],
  ['FREQ=MONTHLY;BYDAY=2TH', 'Every month on the 2nd Thursday'],
  ['FREQ=MONTHLY;BYDAY=TH;BYSETPOS=2', 'Every month on the 2nd Thursday'],
  ['FREQ=MONTHLY;BYDAY=-1FR', 'Every month on the last Friday'],
  ['FREQ=MONTHLY;BYDAY=-2FR', 'Every month on the 2nd last Friday'],
  ['FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1', 'Every month on the last weekday'],
  ['FREQ=YEARLY', 'Every year on 27 Nov'],
  ['FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=24', 'Every year on 24 Dec'],
  ['FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=28,29;BYSETPOS=-1', 'Every year on the 29th of Feb'],
  ['FREQ=YEARLY;BYMONTH=11;BYDAY=4TH', 'Every year on the 4th Thursday of Nov'],
])('%s: %s', (rule, words) => {
  expect(repeatWords({ rule, from: 'schedule' }, friday)).toBe(words)
  expect(repeatWords({ rule, from: 'schedule' }, `${friday}T17:00`)).toBe(words)
})

test.each([
  ['FREQ=WEEKLY', 'Every week after it is done'],
  ['FREQ=DAILY;INTERVAL=3', 'Every 3 days after it is done'],
  ['FREQ=WEEKLY;BYDAY=FR', 'Every week on Friday after it is done'],
  ['FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR', 'Every weekday after it is done'],
])('%s, from completion: %s', (rule, words) => {
  expect(repeatWords({ rule, from: 'completion' }, friday)).toBe(words)
})

test.each([
  '',
  'every day',
  'FREQ=HOURLY',
  'FREQ=DAILY;INTERVAL=0',
  'FREQ=DAILY;INTERVAL=x',
  'FREQ=DAILY;BYDAY=MO',
  'FREQ=DAILY;UNTIL=soon',
  'FREQ=WEEKLY;BYDAY=XX',
  'FREQ=WEEKLY;BYDAY=2MO',
  'FREQ=WEEKLY;BYDAY=MO,TU;BYSETPOS=1',
  'FREQ=WEEKLY;BYMONTH=3',
  'FREQ=MONTHLY;BYDAY=MO',
  'FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=2',
  'FREQ=MONTHLY;BYMONTHDAY=1,15;BYSETPOS=2',
  'FREQ=MONTHLY;BYMONTHDAY=13;BYDAY=FR',
  'FREQ=MONTHLY;BYMONTH=3;BYMONTHDAY=1',
  'FREQ=YEARLY;BYMONTH=3,9;BYMONTHDAY=1',
  'FREQ=YEARLY;BYMONTHDAY=1',
  'FREQ=YEARLY;BYYEARDAY=100',
  'FREQ=YEARLY;BYWEEKNO=20',
  'FREQ=DAILY;<img src=x onerror=canary()>',
])('a rule without words only repeats: %s', (rule) => {
  expect(repeatWords({ rule, from: 'schedule' }, friday)).toBe('Repeats')
})

test('without a day to begin at, what follows from it is not said', () => {
  expect(repeatWords({ rule: 'FREQ=MONTHLY', from: 'schedule' })).toBe('Every month')
})

test.each([
  [1, '1st'],
  [2, '2nd'],
  [3, '3rd'],
  [4, '4th'],
  [11, '11th'],
  [12, '12th'],
  [13, '13th'],
  [21, '21st'],
  [30, '30th'],
])('%i is the %s', (n, words) => expect(ordinal(n)).toBe(words))
