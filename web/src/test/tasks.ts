import type { Reasoning, Scored, Task } from '../api/client'

/** A task as the server would tell of it. */
export const task = (title: string, fields: Partial<Task> = {}): Task => ({
  id: `id-${title}`,
  title,
  description: null,
  status: 'pending',
  priority: 3,
  due_date: null,
  start_date: null,
  snoozed_until: null,
  effort_estimate_minutes: null,
  preferred_time: null,
  tags: [],
  project_id: null,
  parent_id: null,
  blocked_by: [],
  position: null,
  reminders: [],
  recurrence: null,
  steps: null,
  version: 1,
  created_at: '2026-11-20T08:00:00Z',
  updated_at: '2026-11-20T08:00:00Z',
  completed_at: null,
  deleted_at: null,
  assignee_id: null,
  user_id: 'ada',
  workspace_id: 'home',
  ...fields,
})

export const reasoning = (fields: Partial<Reasoning> = {}): Reasoning => ({
  deadline_urgency: 0,
  deadline_urgency_score: 0,
  priority_score: 30,
  effort_bonus: 0,
  effort_bonus_score: 0,
  time_of_day_multiplier: 1,
  time_of_day_score: 0,
  total_score: 30,
  recommendation: 'Good time to tackle this',
  inherited_from: null,
  ...fields,
})

export const scored = (of: Task, fields: Partial<Reasoning> = {}): Scored => ({
  task: of,
  score: fields.total_score ?? 30,
  reasoning: reasoning(fields),
})
