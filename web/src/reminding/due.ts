import type { Task } from '../api/client'
import type { components } from '../api/schema'
import { isDay } from '../time/words'
import { instantAt } from '../time/zone'

/** A moment at which the person is to be reminded of a task, as the server tells of it. */
export type Moment = components['schemas']['UpcomingReminder']

/** Names a moment of a task; the task may have others. */
export const nameOf = ({ task_id, at }: Pick<Moment, 'task_id' | 'at'>): string => `${task_id} ${Date.parse(at)}`

/** Nobody is reminded a day late. */
const tooLate = 24 * 3_600_000

/** This clock and the server's may differ by so much. */
const apart = 5 * 60_000

/** What has come and is not too late. */
export const dueOf = (known: Moment[], now: number): Moment[] =>
  known.filter(({ at }) => Date.parse(at) <= now && Date.parse(at) > now - tooLate)

/** The first moment to come, or Infinity. */
export const nextOf = (known: Moment[], now: number): number =>
  Math.min(...known.map(({ at }) => Date.parse(at)).filter((at) => at > now), Infinity)

/**
 * What the server says is to come, with what was known and came meanwhile, of which it says no more: nobody may
 * have been reminded of that yet.
 */
export function withDue(before: Moment[], told: Moment[], now: number): Moment[] {
  const names = new Set(told.map(nameOf))
  const left = dueOf(before, now + apart).filter((moment) => !names.has(nameOf(moment)))
  return [...left, ...told].sort((a, b) => Date.parse(a.at) - Date.parse(b.at))
}

/** On which clock one is reminded of a whole day. */
const morning = '09:00'

/** Reports whether a task, as it is now, reminds at a moment: it is open, and was put nowhere else. */
export function reminds(task: Task, at: string, zone: string): boolean {
  const { due_date: due, status, deleted_at, reminders } = task
  if (deleted_at || status === 'completed' || status === 'cancelled') return false
  return reminders.some(({ before_minutes: before = 0, at: instant }) => {
    if (instant !== undefined) return Date.parse(instant) === Date.parse(at)
    if (!due) return false
    return (isDay(due) ? instantAt(due, morning, zone) : Date.parse(due)) - before * 60_000 === Date.parse(at)
  })
}
