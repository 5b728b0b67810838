import type { Task } from '../api/client'
import { codeOf, repeatWords, type Repeat } from '../time/repeats'
import { isDay } from '../time/words'
import { clockOf, dayOf, type Day } from '../time/zone'

/** The rules that are usually wanted for what is due on a day. */
export function usualRules(due: Day): { rule: string; words: string }[] {
  return [
    'FREQ=DAILY',
    'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR',
    `FREQ=WEEKLY;BYDAY=${codeOf(due)}`,
    `FREQ=MONTHLY;BYMONTHDAY=${monthDay(Number(due.slice(8)))}`,
    due.endsWith('-02-29') ? 'FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=28,29;BYSETPOS=-1' : 'FREQ=YEARLY',
  ].map((rule) => ({ rule, words: repeatWords({ rule, from: 'schedule' }, due) }))
}

/** A day of the month: beyond the 28th it is the last one of a shorter month. */
const monthDay = (n: number): string =>
  n <= 28 ? String(n) : `${Array.from({ length: n - 27 }, (_, i) => 28 + i).join(',')};BYSETPOS=-1`

/** A due date as a rule's start: a day, or what a clock in the zone shows. */
export function startOfRule(due: string, zone: string): string {
  if (isDay(due)) return due
  const at = Date.parse(due)
  return `${dayOf(at, zone)}T${clockOf(at, zone)}`
}

/** What is asked so that the next few occurrences after this one are among the answer: where counting matters, from the very start. */
export function askedFor({ rule, start, slot }: NonNullable<Task['recurrence']>, shown: number) {
  const counts = /(?:^|;)COUNT=/i.test(rule)
  return { rule, start: counts ? start : slot, limit: counts ? 500 : shown + 1, slot }
}

/** The occurrences after a slot. */
export const after = (all: string[], slot: string, shown: number): string[] =>
  all.filter((at) => at.slice(0, slot.length) > slot).slice(0, shown)

/** How a task repeats, in words. */
export const wordsOf = (repeat: Repeat & { start?: string }, due: Day): string =>
  repeatWords(repeat, repeat.start || due) // it has no start until the server has made one
