import { nameOfMonth, nameOfWeekday } from './words'
import { weekday, type Day } from './zone'

/** How a task repeats, as the server tells of it. */
export type Repeat = { rule: string; from: 'schedule' | 'completion' }

/** Said of a rule for which there are no words. */
const some = 'Repeats'

const units: Record<string, string> = { DAILY: 'day', WEEKLY: 'week', MONTHLY: 'month', YEARLY: 'year' }
const codes = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU']
const workdays = 'MO,TU,WE,TH,FR'

/** Two letters for the weekday of a day, as rules have them. */
export const codeOf = (day: Day): string => codes[weekday(day) - 1]!

/** 1st, 2nd, 23rd, 11th. */
export function ordinal(n: number): string {
  const last = n % 100 > 10 && n % 100 < 14 ? 0 : n % 10
  return `${n}${['th', 'st', 'nd', 'rd'][last] ?? 'th'}`
}

const nth = (n: number): string => (n === -1 ? 'last' : n < 0 ? `${ordinal(-n)} last` : ordinal(n))

const list = (names: string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`

/** A Monday, from which the others count. */
const nameOf = (code: string) => nameOfWeekday(`2024-01-0${codes.indexOf(code) + 1}`)

type Parts = Partial<Record<string, string>>

const partsOf = (rule: string): Parts =>
  Object.fromEntries(
    rule
      .toUpperCase()
      .replace(/^RRULE:/, '')
      .split(';')
      .map((part) => part.split('=')),
  ) as Parts

/** Days that are cut short with their month: 28,29,30,31 of which the last counts is "the 31st". */
const clamped = (days: string, pick: string | undefined) =>
  pick === '-1' && '28,29,30,31'.startsWith(days) && days.length > 2 ? days.slice(-2) : undefined

/** The days of a month: 15th; 1st and 15th; last day. Nothing where there are no words for them. */
function monthDays({ BYMONTHDAY: days, BYSETPOS: pick }: Parts): string | undefined {
  if (!days) return undefined
  const cut = clamped(days, pick)
  if (pick && !cut) return undefined
  const numbers = (cut ?? days).split(',').map(Number)
  return list(numbers.map((n) => (n < 0 ? `${nth(n)} day` : ordinal(n))))
}

/** The weekdays of a month: 2nd Thursday; last weekday. */
function monthWeekdays({ BYDAY: days = '', BYSETPOS: pick }: Parts): string | undefined {
  if (pick !== undefined) {
    if (!/^-?\d+$/.test(pick)) return undefined
    if (days === workdays) return `${nth(Number(pick))} weekday`
    return codes.includes(days) ? `${nth(Number(pick))} ${nameOf(days)}` : undefined
  }
  const named = days.split(',').map((d) => /^([+-]?\d+)([A-Z]{2})$/.exec(d))
  if (!named.every((m) => m && codes.includes(m[2]!))) return undefined
  return list(named.map((m) => `${nth(Number(m![1]))} ${nameOf(m![2]!)}`))
}

/** What a rule names within its weeks, months or years, with a blank before it; nothing where there are no words for it. */
function named(p: Parts, start: Day | undefined): string | undefined {
  const { FREQ, BYDAY, BYMONTH, BYMONTHDAY, BYSETPOS } = p
  if (!BYDAY && !BYMONTHDAY && !BYMONTH) return BYSETPOS ? undefined : unnamed(FREQ!, start)
  if (FREQ === 'WEEKLY' && BYDAY && !BYMONTH && !BYMONTHDAY && !BYSETPOS) {
    const all = BYDAY.split(',')
    return all.every((d) => codes.includes(d)) ? ` on ${list(all.map(nameOf))}` : undefined
  }
  if (BYDAY && BYMONTHDAY) return undefined
  const days = BYDAY ? monthWeekdays(p) : monthDays(p)
  if (FREQ === 'MONTHLY') return days && !BYMONTH ? ` on the ${days}` : undefined
  if (FREQ !== 'YEARLY' || !BYMONTH || !/^\d+$/.test(BYMONTH) || !days) return undefined
  const month = nameOfMonth(Number(BYMONTH))
  if (BYMONTHDAY && /^\d+$/.test(BYMONTHDAY)) return ` on ${Number(BYMONTHDAY)} ${month}`
  return ` on the ${days} of ${month}`
}

/** What follows from the day it began, where the rule names none. */
function unnamed(unit: string, start: Day | undefined): string {
  if (!start || unit === 'DAILY') return ''
  const day = Number(start.slice(8))
  if (unit === 'WEEKLY') return ` on ${nameOfWeekday(start)}`
  return unit === 'MONTHLY' ? ` on the ${ordinal(day)}` : ` on ${day} ${nameOfMonth(Number(start.slice(5, 7)))}`
}

/** Until 24 Dec 2026; 3 times. */
function ending({ COUNT, UNTIL }: Parts): string | undefined {
  if (COUNT) return COUNT === '1' ? ', once' : `, ${COUNT} times`
  if (!UNTIL) return ''
  const m = /^(\d{4})(\d\d)(\d\d)/.exec(UNTIL)
  return m ? `, until ${Number(m[3])} ${nameOfMonth(Number(m[2]))} ${m[1]}` : undefined
}

const known = ['FREQ', 'INTERVAL', 'COUNT', 'UNTIL', 'WKST', 'BYDAY', 'BYMONTH', 'BYMONTHDAY', 'BYSETPOS']

/**
 * How something repeats, in words: Every week on Friday; Every 2 months on the 15th; Every day, 10 times. A rule that
 * has none "repeats". What it counts from says the day where the rule does not.
 */
export function repeatWords({ rule, from }: Repeat, start?: string | null): string {
  const p = partsOf(rule)
  const unit = units[p.FREQ ?? '']
  const interval = Number(p.INTERVAL ?? 1)
  if (!unit || !(interval > 0) || Object.keys(p).some((name) => !known.includes(name))) return some
  const end = ending(p)
  const after = from === 'completion'
  const day = start?.slice(0, 10)
  if (p.FREQ === 'WEEKLY' && interval === 1 && p.BYDAY === workdays && !p.BYMONTH && !p.BYSETPOS && end !== undefined)
    return `Every weekday${end}${after ? doneWords : ''}`
  const days =
    p.FREQ === 'DAILY' && (p.BYDAY || p.BYMONTH || p.BYMONTHDAY) ? undefined : named(p, after ? undefined : day)
  if (days === undefined || end === undefined) return some
  return `Every ${interval === 1 ? unit : `${interval} ${unit}s`}${days}${end}${after ? doneWords : ''}`
}

const doneWords = ' after it is done'
