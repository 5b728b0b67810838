import { effortWords, isDay, momentWords } from './words'
import type { components } from '../api/schema'

export type Reminder = components['schemas']['ReminderBody']

const day = 1440

/** How long before: 10 min, 1 h, 1 day, 2 days. */
function span(minutes: number): string {
  if (minutes % day !== 0) return effortWords(minutes)
  return minutes === day ? '1 day' : `${minutes / day} days`
}

/** When somebody is reminded: At the time; 10 min before; tomorrow 09:00. A day counts from 09:00. */
export function reminderWords(reminder: Reminder, due: string | null, now: number, zone: string) {
  const { before_minutes: before, at } = reminder
  if (at !== undefined) return momentWords(Date.parse(at), now, zone)
  const start = due && isDay(due) ? 'At 09:00 that day' : 'At the time'
  return { text: before ? `${span(before)} before` : start, until: Infinity }
}

export const sameReminder = (a: Reminder, b: Reminder): boolean =>
  a.at !== undefined || b.at !== undefined ? a.at === b.at : a.before_minutes === b.before_minutes

/** What is offered by the menu, in minutes before. */
export const leads = [0, 10, 60, day]
