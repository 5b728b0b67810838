import { addDays, clockOf, dayOf, daysBetween, startOf, weekday, type Day } from './zone'

/** Words for a moment, and the instant from which others are right. */
export type Words = { text: string; until: number }

const weekdays = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

export const nameOfWeekday = (day: Day) => weekdays[weekday(day) - 1]!

/** Jan for 1 to Dec for 12. */
export const nameOfMonth = (month: number) => months[month - 1] ?? ''

/** Thu 26 Nov, with the year where it is not this one. */
export function nameOfDay(day: Day, today: Day): string {
  const name = `${nameOfWeekday(day).slice(0, 3)} ${Number(day.slice(8))} ${nameOfMonth(Number(day.slice(5, 7)))}`
  return day.slice(0, 4) === today.slice(0, 4) ? name : `${name} ${day.slice(0, 4)}`
}

const near: Record<number, string> = { [-1]: 'Yesterday', 0: 'Today', 1: 'Tomorrow' }

/** Today, Tomorrow, Yesterday, or Thu 26 Nov. */
const dayName = (day: Day, today: Day) => near[daysBetween(today, day)] ?? nameOfDay(day, today)

/**
 * The days on which words for a day can turn over: as it comes near, passes, is a week
 * ago, and where the year is another.
 */
const turns = (day: Day): Day[] => {
  const year = Number(day.slice(0, 4))
  return [`${year}-01-01`, ...[-1, 0, 1, 2, 7].map((n) => addDays(day, n)), `${year + 1}-01-01`]
}

/** The first day after today on which something else is said, as the instant at which it starts. */
function nextTurn(say: (today: Day) => string, day: Day, today: Day, zone: string): number {
  const now = say(today)
  const turn = turns(day)
    .filter((d) => d > today && say(d) !== now)
    .sort()[0]
  return turn ? startOf(turn, zone) : Infinity
}

/** Today, Tomorrow, Yesterday, or Thu 26 Nov. */
export function dayWords(day: Day, now: number, zone: string): Words {
  const today = dayOf(now, zone)
  return { text: dayName(day, today), until: nextTurn((d) => dayName(day, d), day, today, zone) }
}

export const isDay = (date: string): boolean => date.length === 10

/** The instant by which a due date counts: a day by its start. */
export const startOfDue = (date: string, zone: string): number => (isDay(date) ? startOf(date, zone) : Date.parse(date))

export type Due = Words & { overdue: boolean; today: boolean }

const hour = 3_600_000

/** What is said of a due date: Overdue since Friday; In 40 min; Today, 17:00; Tomorrow; Thu 26 Nov. */
export function dueWords(date: string, now: number, zone: string): Due {
  const today = dayOf(now, zone)
  if (isDay(date)) {
    const say = (d: Day) => (date < d ? since(date, d, '') : dayName(date, d))
    return { text: say(today), until: nextTurn(say, date, today, zone), overdue: date < today, today: date === today }
  }
  const at = Date.parse(date)
  const day = dayOf(at, zone)
  const clock = clockOf(at, zone)
  if (at <= now) {
    const say = (d: Day) => since(day, d, clock)
    return { text: say(today), until: nextTurn(say, day, today, zone), overdue: true, today: false }
  }
  if (at - now <= hour) {
    const minutes = Math.ceil((at - now) / 60_000)
    return { text: `In ${minutes} min`, until: at - (minutes - 1) * 60_000, overdue: false, today: true }
  }
  const say = (d: Day) => `${dayName(day, d)}, ${clock}`
  const until = Math.min(nextTurn(say, day, today, zone), at - hour)
  return { text: say(today), until, overdue: false, today: day === today }
}

function since(day: Day, today: Day, clock: string): string {
  const days = daysBetween(day, today)
  if (days === 0) return `Overdue since ${clock}`
  if (days === 1) return 'Overdue since yesterday'
  return `Overdue since ${days < 7 ? nameOfWeekday(day) : nameOfDay(day, today)}`
}

/** A moment to come: 12:00, tomorrow 09:00, Thu 26 Nov 09:00. */
export function momentWords(at: number, now: number, zone: string): Words {
  const today = dayOf(now, zone)
  const day = dayOf(at, zone)
  const clock = clockOf(at, zone)
  const say = (d: Day) => {
    if (d === day) return clock
    const name = dayName(day, d)
    return `${name === 'Tomorrow' ? 'tomorrow' : name} ${clock}`
  }
  return { text: say(today), until: nextTurn(say, day, today, zone) }
}

/** 30 min, 1 h 30 min, 2 h. */
export function effortWords(minutes: number): string {
  const hours = Math.floor(minutes / 60)
  const rest = minutes % 60
  if (hours === 0) return `${rest} min`
  return rest === 0 ? `${hours} h` : `${hours} h ${rest} min`
}
