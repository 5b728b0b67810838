import type { Task } from '../api/client'
import { isDay, startOfDue } from '../time/words'
import { addDays, clockOf, dayOf, instantAt, startOf, type Day } from '../time/zone'

/** How many days are shown one by one; what is due after them is Later. */
export const span = 14

/** Where a task stands: a day; apart, 'overdue'; or 'later' than the days shown. */
export type Place = string
export type Group = { place: Place; tasks: Task[] }

/** The coming days, and until when they are right: an instant that passes makes a task overdue. */
export type Plan = { groups: Group[]; until: number }

/** In a day: what has no hour first, the most important first; then hour by hour. */
const inDay = (a: Task, b: Task) => {
  const [x, y] = [isDay(a.due_date!), isDay(b.due_date!)]
  if (x !== y) return x ? -1 : 1
  return (x ? 0 : Date.parse(a.due_date!) - Date.parse(b.due_date!)) || b.priority - a.priority || byId(a, b)
}

const byId = (a: Task, b: Task) => (a.id < b.id ? -1 : 1)

/** Lays tasks out over the coming days as they are at a moment. Those without a due date are left out. */
export function planOf(tasks: Iterable<Task>, now: number, zone: string): Plan {
  const today = dayOf(now, zone)
  const days = new Map<Day, Task[]>()
  for (let i = 0; i < span; i++) days.set(addDays(today, i), [])
  const overdue: Task[] = []
  const later: Task[] = []
  let until = startOf(addDays(today, 1), zone)
  for (const task of tasks) {
    if (!task.due_date) continue
    const instant = isDay(task.due_date) ? null : Date.parse(task.due_date)
    const day = instant === null ? task.due_date : dayOf(instant, zone)
    if (day < today || (instant !== null && instant <= now)) {
      overdue.push(task)
      continue
    }
    if (instant !== null) until = Math.min(until, instant)
    ;(days.get(day) ?? later).push(task)
  }
  const byDue = (a: Task, b: Task) =>
    startOfDue(a.due_date!, zone) - startOfDue(b.due_date!, zone) || b.priority - a.priority || byId(a, b)
  return {
    groups: [
      { place: 'overdue', tasks: overdue.sort(byDue) },
      ...[...days].map(([place, list]) => ({ place, tasks: list.sort(inDay) })),
      { place: 'later', tasks: later.sort(byDue) },
    ],
    until,
  }
}

/**
 * A due date on another day. An instant keeps what its wall clock shows; where that has
 * passed already, as it may today, what is left of it is the day.
 */
export function movedTo(date: string | null, day: Day, now: number, zone: string): string {
  if (date === null || isDay(date)) return day
  const was = Date.parse(date)
  const instant = instantAt(day, clockOf(was, zone), zone) + (was % 60_000)
  return instant > now ? new Date(instant).toISOString().replace('.000', '') : day
}

/** The day a task is due on. */
export const dueDay = (date: string, zone: string): Day => (isDay(date) ? date : dayOf(Date.parse(date), zone))
