import type { Edit, Status } from '../api/client'
import { reminderWords, type Reminder } from '../time/reminders'
import { repeatWords, type Repeat } from '../time/repeats'
import { dayWords, effortWords, isDay } from '../time/words'
import { clockOf, dayOf } from '../time/zone'

export const statusNames: Record<Status, string> = {
  pending: 'Pending',
  in_progress: 'In progress',
  snoozed: 'Snoozed',
  completed: 'Completed',
  cancelled: 'Cancelled',
}

const names: Record<string, string> = {
  recurrence: 'Repeats',
  due_date: 'Due',
  start_date: 'Starts',
  effort_estimate_minutes: 'Effort',
  preferred_time: 'Best in the',
}

const capital = (text: string) => text.slice(0, 1).toUpperCase() + text.slice(1)

/** What a field of a task is called. */
export const fieldName = (name: string) => names[name] ?? capital(name.replaceAll('_', ' '))

/** Tomorrow; Today, 17:00; Thu 26 Nov. */
function dateWords(date: string, now: number, zone: string): string {
  if (isDay(date)) return dayWords(date, now, zone).text
  const at = Date.parse(date)
  return `${dayWords(dayOf(at, zone), now, zone).text}, ${clockOf(at, zone)}`
}

/** What a field of a task holds, in the words that are used for it everywhere. */
export function fieldWords(name: keyof Edit, value: unknown, now: number, zone: string): string {
  if (name === 'recurrence' && value)
    return repeatWords(value as Repeat & { start?: string }, (value as { start?: string }).start)
  if (name === 'reminders' && Array.isArray(value))
    value = (value as Reminder[]).map((r) => reminderWords(r, null, now, zone).text)
  if (Array.isArray(value)) value = value.join(', ')
  if (value === null || value === undefined || value === '') return 'nothing'
  const text = String(value as string | number)
  switch (name) {
    case 'due_date':
    case 'start_date':
    case 'snoozed_until':
      return dateWords(text, now, zone)
    case 'status':
      return statusNames[text as Status]
    case 'effort_estimate_minutes':
      return effortWords(Number(text))
    case 'preferred_time':
      return capital(text)
    default:
      return text
  }
}
