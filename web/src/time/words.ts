import { addDays, clockOf, dayOf, daysBetween, startOf, weekday, type Day } from './zone'

/** Words for a moment, and the instant from which others are right. */
export type Words = { text: string; until: number }

const weekdays = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday']
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

export const nameOfWeekday = (day: Day) => weekdays[weekday(day) - 1]!

/** Thu 26 Nov, with the year where it is not this one. */
export function nameOfDay(day: Day, today: Day): string {
  const name = `${nameOfWeekday(day).slice(0, 3)} ${Number(day.slice(8))} ${months[Number(day.slice(5, 7)) - 1]}`
  return day.slice(0, 4) === today.slice(0, 4) ? name : `${name} ${day.slice(0, 4)}`
}

/** Today, Tomorrow, Yesterday, or Thu 26 Nov. */
export function dayWords(day: Day, now: number, zone: string): Words {
  const today = dayOf(now, zone)
  const names: Record<number, string> = { [-1]: 'Yesterday', 0: 'Today', 1: 'Tomorrow' }
  return { text: names[daysBetween(today, day)] ?? nameOfDay(day, today), until: startOf(addDays(today, 1), zone) }
}

export const isDay = (date: string): boolean => date.length === 10

export type Due = Words & {
  overdue: boolean
  /** Short enough for a row: the clock's time is left out once the day is not near. */
  today: boolean
}

/** What is said of a due date: Overdue since Friday; In 40 min; Today, 17:00; Tomorrow; Thu 26 Nov. */
export function dueWords(date: string, now: number, zone: string): Due {
  const today = dayOf(now, zone)
  const midnight = startOf(addDays(today, 1), zone)
  if (isDay(date)) {
    const words = dayWords(date, now, zone)
    if (date < today) return { text: since(date, today, words.text), until: midnight, overdue: true, today: false }
    return { ...words, overdue: false, today: date === today }
  }
  const at = Date.parse(date)
  const day = dayOf(at, zone)
  if (at <= now) return { text: since(day, today, clockOf(at, zone)), until: midnight, overdue: true, today: false }
  const near = 3_600_000
  if (at - now <= near) {
    const minutes = Math.ceil((at - now) / 60_000)
    return { text: `In ${minutes} min`, until: at - (minutes - 1) * 60_000, overdue: false, today: true }
  }
  const text = `${dayWords(day, now, zone).text}, ${clockOf(at, zone)}`
  return { text, until: Math.min(midnight, at - near), overdue: false, today: day === today }
}

function since(day: Day, today: Day, near: string): string {
  const days = daysBetween(day, today)
  if (days === 0) return `Overdue since ${near}`
  if (days === 1) return 'Overdue since yesterday'
  return `Overdue since ${days < 7 ? nameOfWeekday(day) : nameOfDay(day, today)}`
}

/** A moment to come: 12:00, tomorrow 09:00, Thu 26 Nov 09:00. */
export function momentWords(at: number, now: number, zone: string): Words {
  const today = dayOf(now, zone)
  const day = dayOf(at, zone)
  const clock = clockOf(at, zone)
  const until = startOf(addDays(today, 1), zone)
  if (day === today) return { text: clock, until }
  const { text } = dayWords(day, now, zone)
  return { text: `${text === 'Tomorrow' ? 'tomorrow' : text} ${clock}`, until }
}

/** 30 min, 1 h 30 min, 2 h. */
export function effortWords(minutes: number): string {
  const hours = Math.floor(minutes / 60)
  const rest = minutes % 60
  if (hours === 0) return `${rest} min`
  return rest === 0 ? `${hours} h` : `${hours} h ${rest} min`
}
