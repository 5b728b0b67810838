import type { Understood } from '../api/quick'

/** A line of which nothing was understood. */
export const nothing: Understood = {
  title: '',
  priority: null,
  due_date: null,
  start_date: null,
  effort_estimate_minutes: null,
  preferred_time: null,
  project: null,
  tags: [],
  reminders: [],
  recurrence: null,
  tokens: [],
}
