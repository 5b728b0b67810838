import type { QueryClient } from '@tanstack/react-query'
import type { Spot } from '../order/place'
import { beginAllAnew, refresh } from './anew'
import { api, changeOf, data, goneAs, type Bulk, type Edit, type PreferencesEdit, type Task } from './client'
import { Conflict, isStatus } from './errors'
import { preferencesQuery, tagged, type KnownPreferences } from './queries'
import { deleted, leave, leaveWithin, shownAtOnce, tellOf } from './shown'
import { allInTurn, inTurn, own } from './turns'

/**
 * Changes of tasks. Each is shown at once, then sent; what the server answers takes the
 * place of what was shown, and a failure puts back what was there.
 */

const path = (task: Task) => ({ path: { id: task.id } })

/** Both forms of a version: the second is that of a task whose snooze has ended. */
const ifMatch = (version: number) => ({ 'If-Match': `"${version}", "${version}-w"` })

const change = (client: QueryClient, task: Task, fields: Partial<Task>, send: () => Promise<Task>): Promise<Task> =>
  shownAtOnce(
    client,
    task,
    fields,
    () => inTurn(task, send),
    (answer) => answer,
  )

/** How a task is seen that is done, deleted, or asleep until a moment, before the server says so. */
export const seen = {
  done: (): Partial<Task> => ({ status: 'completed', snoozed_until: null, completed_at: new Date().toISOString() }),
  deleted: (): Partial<Task> => ({ deleted_at: new Date().toISOString() }),
  asleep: (until: string): Partial<Task> => ({ status: 'snoozed', snoozed_until: until }),
}

/** How a task is completed: though it waits for others that are open, and with its open steps. */
export type How = { blocked?: true; steps?: true }

/** Completes a task; one that waits for others only where that is said. */
export const complete = (client: QueryClient, task: Task, how: How = {}) =>
  change(client, task, seen.done(), () =>
    data(api.POST('/api/tasks/{id}/complete', { params: { ...path(task), query: how } })),
  )

/** Puts a task somewhere else among those beside it. The key is about where, until the server has said. */
export const move = (client: QueryClient, task: Task, to: Spot, key: string) =>
  change(client, task, { position: key }, () =>
    data(api.POST('/api/tasks/{id}/move', { params: path(task), body: to })),
  )

/** Gives up the present occurrence of a task that repeats; the next one comes. */
export const skip = (client: QueryClient, task: Task) =>
  change(client, task, { status: 'cancelled', snoozed_until: null }, () =>
    data(api.POST('/api/tasks/{id}/skip', { params: path(task) })),
  )

export const reopen = (client: QueryClient, task: Task) =>
  change(client, task, { status: 'pending', completed_at: null }, () =>
    data(api.POST('/api/tasks/{id}/reopen', { params: path(task) })),
  )

/** The server keeps whole seconds: no task wakes too early. */
export const wholeSecond = (at: number): string => new Date(Math.ceil(at / 1000) * 1000).toISOString()

export const snooze = (client: QueryClient, task: Task, until: number) => {
  const instant = wholeSecond(until)
  return change(client, task, seen.asleep(instant), () =>
    data(api.POST('/api/tasks/{id}/snooze', { params: path(task), body: { until: instant } })),
  )
}

/** What is changed of many tasks, in one request for all. */
export type Alike = Omit<Bulk, 'ids'>

/** As many as are changed by one request. */
export const mostAlike = 1_000

/** What undoes a change of many, if anything was changed, and which tasks it changed. */
export type Changed = { change: string | null; changed: ReadonlySet<string> }

/** Changes tasks alike: all of them, or none. How that is seen is the caller's. */
export const changeAlike = (tasks: Task[], change: Alike): Promise<Changed> =>
  allInTurn(tasks, async () => {
    const ids = tasks.map((task) => task.id)
    const { change: by, changed } = await data(api.POST('/api/tasks/bulk', { body: { ...change, ids } }))
    return { change: by, changed: new Set(changed) }
  })

const takeBack = (change: string) => data(api.POST('/api/undo', { body: { change } }))

/** Takes a change of many back. How that is seen is the caller's. */
export const undoAlike = (tasks: Task[], change: string): Promise<Changed> =>
  allInTurn(tasks, async () => {
    const { change: by } = await takeBack(change)
    return { change: by, changed: new Set(tasks.map((task) => task.id)) }
  })

/** An edit as it is seen: a moment to sleep until, or none, is a status too. */
export const seenAs = (task: Task, fields: Edit): Partial<Task> => {
  const woken = fields.snoozed_until === null && task.status === 'snoozed' ? { status: 'pending' } : {}
  return { ...woken, ...(fields.snoozed_until ? { status: 'snoozed' } : {}), ...fields } as Partial<Task>
}

/** Reports whether a task is already as an edit would have it: the answer to it was lost, or another did the same. */
const holds = (task: Task, fields: Edit) =>
  Object.entries(fields).every(([name, value]) => JSON.stringify(task[name as keyof Task]) === JSON.stringify(value))

/** For which occurrences of a task that repeats an edit is meant. */
export type Scope = 'occurrence' | 'following'

/** Edits a task as it was seen; where it has changed since, throws a Conflict. */
export async function edit(client: QueryClient, task: Task, fields: Edit, scope?: Scope): Promise<Task> {
  try {
    return await change(client, task, seenAs(task, fields), () => {
      const header = ifMatch(Math.max(task.version, own.get(task.id) ?? 0))
      const params = { ...path(task), header, ...(scope ? { query: { scope } } : {}) }
      return data(api.PATCH('/api/tasks/{id}', { params, body: fields }))
    })
  } catch (error) {
    if (!isStatus(error, 412)) throw error
    const theirs = await data(api.GET('/api/tasks/{id}', { params: path(task) }))
    tellOf(client, theirs)
    if (holds(theirs, fields)) return theirs
    throw new Conflict(fields, task, theirs)
  }
}

const mostReminders = 10

/**
 * Puts a reminder off: the task sleeps until then, and reminds again then. Of one that repeats this occurrence alone does.
 * Reminders at moments of their own that are over make room.
 */
export function remindAgain(client: QueryClient, task: Task, until: number): Promise<Task> {
  const at = wholeSecond(until)
  const left = task.reminders.filter((r) => r.at === undefined || Date.parse(r.at) > Date.now())
  const fields = { snoozed_until: at, reminders: [...left.slice(1 - mostReminders), { at }] }
  return edit(client, task, fields, task.recurrence ? 'occurrence' : undefined)
}

export const remove = (client: QueryClient, task: Task) =>
  shownAtOnce(
    client,
    task,
    seen.deleted(),
    async () => {
      const gone = await goneAs(deleted(task), api.DELETE('/api/tasks/{id}', { params: path(task) }))
      leaveWithin(client, [gone])
      return gone
    },
    (_, before) => deleted(before),
  )

/** What differs in a task from what it was, as it was; what the server alone counts aside. */
export const wayBack = (before: Task, after: Task): Partial<Task> =>
  Object.fromEntries(
    Object.entries(before).filter(
      ([name, value]) =>
        name !== 'version' &&
        name !== 'updated_at' &&
        JSON.stringify(value) !== JSON.stringify(after[name as keyof Task]),
    ),
  )

/**
 * Takes back the change that made a task what it is, whole, with all that came with it. How it
 * was is shown at once; how it is now the server says.
 */
export async function undo(client: QueryClient, before: Partial<Task>, after: Task): Promise<Task> {
  const change = changeOf(after)
  if (!change) return after // it was so already
  const send = async () => {
    await takeBack(change)
    const next = after.recurrence?.next
    if (next && before.recurrence) leave(client, new Set([next.id])) // it came when this one was over
    return data(api.GET('/api/tasks/{id}', { params: path(after) })).catch((error: unknown) => {
      if (!isStatus(error, 404)) throw error
      leaveWithin(client, [deleted(after)])
      return deleted(after)
    })
  }
  return shownAtOnce(
    client,
    after,
    before,
    () => inTurn(after, send),
    (now) => now,
  )
}

/** Takes any change back, whole. What came of it the server says. */
export async function undoChange(client: QueryClient, change: string): Promise<void> {
  await takeBack(change)
  beginAllAnew(client)
  await refresh(client)
}

export const restore = (client: QueryClient, task: Task) =>
  shownAtOnce(
    client,
    task.deleted_at ? task : deleted(task),
    { deleted_at: null },
    () => data(api.POST('/api/tasks/{id}/restore', { params: path(task) })),
    (back) => back,
  )

/** Changes preferences, if they still are as they were seen: else a Problem with status 412. */
export async function setPreferences(
  client: QueryClient,
  seen: KnownPreferences,
  fields: PreferencesEdit,
): Promise<KnownPreferences> {
  const header = seen.etag ? { 'If-Match': seen.etag } : {}
  const now = await tagged(api.PUT('/api/preferences', { params: { header }, body: fields }))
  client.setQueryData(preferencesQuery.queryKey, now)
  void refresh(client) // the zone and the weights decide what is best
  return now
}
