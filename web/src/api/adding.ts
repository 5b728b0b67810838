import type { QueryClient } from '@tanstack/react-query'
import { api, data, newId, type Draft, type Line, type Task } from './client'
import { Unreachable } from './errors'
import { deleted, shownAtOnce } from './shown'
import { inTurn } from './turns'

/** What was added and got no answer, with its id: whoever adds the same again within some minutes means the same one. */
const unsure = new Map<string, { id: string; at: number }>()
const some = 10 * 60_000

function idFor(same: string): string {
  const before = unsure.get(same)
  unsure.delete(same)
  return before && Date.now() - before.at < some ? before.id : newId()
}

/** Makes something under an id that is made here, which it keeps where no answer came. */
export async function underOneId<T>(same: string, make: (id: string) => Promise<T>, given?: string | null): Promise<T> {
  const id = given ?? idFor(same)
  try {
    return await make(id)
  } catch (error) {
    if (error instanceof Unreachable) unsure.set(same, { id, at: Date.now() })
    throw error
  }
}

/** Adds a task. Its id is made here, so that a repeat is the same task. */
export const create = (client: QueryClient, draft: Draft & { title: string }): Promise<Task> =>
  add(client, draft, JSON.stringify(draft), (id) => api.POST('/api/tasks', { body: { ...draft, id } }))

/** Adds the task that a line of text says; until the server has made it, it is shown as it was understood here. */
export const quick = (client: QueryClient, line: Line, seen: Draft & { title: string }): Promise<Task> =>
  add(client, seen, JSON.stringify(line), (id) => api.POST('/api/tasks/quick', { body: { ...line, id } }))

function add(
  client: QueryClient,
  draft: Draft & { title: string },
  same: string,
  ask: (id: string) => Parameters<typeof data<Task>>[0],
): Promise<Task> {
  const send = (id: string) => {
    const task = drafted(id, draft)
    const made = () => inTurn(task, () => data(ask(id)))
    return shownAtOnce(client, deleted(task), { deleted_at: null }, made, (made) => made)
  }
  return underOneId(same, send, draft.id)
}

/** A task as it is seen until the server has made it. */
function drafted(id: string, draft: Draft & { title: string }): Task {
  const now = new Date().toISOString()
  return {
    id,
    title: draft.title,
    description: draft.description ?? null,
    status: 'pending',
    priority: draft.priority ?? 3,
    due_date: draft.due_date ?? null,
    start_date: draft.start_date ?? null,
    snoozed_until: null,
    effort_estimate_minutes: draft.effort_estimate_minutes ?? null,
    preferred_time: draft.preferred_time ?? null,
    tags: draft.tags ?? [],
    project_id: draft.project_id ?? null,
    parent_id: draft.parent_id ?? null,
    blocked_by: draft.blocked_by ?? [],
    position: null,
    reminders: draft.reminders ?? [],
    recurrence: null, // the server says what comes of a rule
    steps: null,
    version: 0, // not the server's yet
    created_at: now,
    updated_at: now,
    completed_at: null,
    deleted_at: null,
    assignee_id: null,
    user_id: '',
    workspace_id: '',
  }
}
