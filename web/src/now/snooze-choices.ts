import { addDays, dayOf, instantAt, weekday } from '../time/zone'

export type SnoozeChoice = { label: string; until: number }

const hour = 3_600_000
const morning = '09:00'
const evening = '18:00'

/** The moments a task is usually put off to, soonest first; those that have passed, and other names of the same moment, are left out. */
export function snoozeChoices(now: number, zone: string): SnoozeChoice[] {
  const today = dayOf(now, zone)
  const monday = addDays(today, 8 - weekday(today))
  const seen = new Set([now])
  return [
    { label: 'In 1 hour', until: now + hour },
    { label: 'In 3 hours', until: now + 3 * hour },
    { label: 'This evening', until: instantAt(today, evening, zone) },
    { label: 'Tomorrow morning', until: instantAt(addDays(today, 1), morning, zone) },
    { label: 'Next week', until: instantAt(monday, morning, zone) },
  ]
    .sort((a, b) => a.until - b.until)
    .filter((c) => c.until > now && !seen.has(c.until) && seen.add(c.until))
}
