import type { InfiniteData, Query, QueryClient, QueryKey } from '@tanstack/react-query'
import { guessZone } from '../time/zone'
import {
  api,
  data,
  newId,
  type Draft,
  type Edit,
  type Preferences,
  type PreferencesEdit,
  type Ranked,
  type Task,
  type TaskPage,
} from './client'
import { isStatus } from './errors'
import { longList, mapLists, place } from './lists'
import { preferencesQuery, tagged, type Answer, type KnownPreferences } from './queries'

/**
 * Changes of tasks. Each is shown at once, then sent; what the server answers takes the
 * place of what was shown, and a failure puts back what was there.
 */

/** Somebody else changed the task meanwhile. */
export class Conflict extends Error {
  constructor(
    readonly mine: Edit,
    /** As the edit began. */
    readonly before: Task,
    readonly theirs: Task,
  ) {
    super('Somebody else changed this task meanwhile')
    this.name = 'Conflict'
  }
}

const shown: QueryKey[] = [['best'], ['ranked'], ['list'], ['task'], ['found']]

/** How many changes are under way: the server is asked anew when the last is done. */
let underWay = 0

const others = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('mindflow.changes')

/** Asks anew what other tabs have changed, until undone. */
export function followOtherTabs(client: QueryClient): () => void {
  const look = () => {
    void client.invalidateQueries({ predicate: (query) => !isLong(query) })
    void catchUp(client)
  }
  others?.addEventListener('message', look)
  return () => others?.removeEventListener('message', look)
}

/** Asks the server anew for what tasks and preferences decide. */
export async function refresh(client: QueryClient): Promise<void> {
  others?.postMessage(null)
  await Promise.all([
    catchUp(client),
    ...shown.map((queryKey) => client.invalidateQueries({ queryKey, predicate: (query) => !isLong(query) })),
  ])
}

const isLong = (query: Query) =>
  ((query.state.data as { pages?: unknown[] } | undefined)?.pages?.length ?? 0) > longList

/** Puts into long lists what changed lately, wherever it was: one request in place of one for each page. */
export async function catchUp(client: QueryClient): Promise<void> {
  const long = client.getQueryCache().findAll({ queryKey: ['list'], type: 'active', predicate: isLong })
  if (long.length === 0) return
  const query = { sort: '-updated_at', limit: 100 }
  const { tasks } = await data(api.GET('/api/tasks', { params: { query } })).catch((): TaskPage => nothing)
  if (underWay > 0) return // what was read may be older than what is shown
  mapLists(client, (pages, query) => {
    const known = new Map(pages.flatMap((page) => page.tasks.map((task) => [task.id, task])))
    const isNew = (task: Task) =>
      known.get(task.id)?.version !== task.version || known.get(task.id)?.status !== task.status
    return tasks.filter(isNew).reduce((pages, task) => place(pages, query, task, zoneOf(client)), pages)
  })
}

const nothing: TaskPage = { tasks: [], next_cursor: null }

const zoneOf = (client: QueryClient) => client.getQueryData<Preferences>(['preferences'])?.timezone ?? guessZone()

/**
 * What the changes under way make of tasks, in turn, and the ranking as it was before the first of them. One that is refused is
 * taken out and the others stay: what is put back must not bring another one along that is refused in its turn.
 */
let waiting: Task[] = []
let unchanged: [QueryKey, unknown][] = []

/** Does several changes, and asks the server anew once, after the last. */
export async function together<T>(client: QueryClient, fn: () => Promise<T>): Promise<T> {
  underWay++
  try {
    return await fn()
  } finally {
    underWay--
    if (underWay === 0) {
      waiting = []
      void refresh(client)
    }
  }
}

/** Shows a task as it will be, until the server has answered; as it was, where it refuses. */
const shownAtOnce = <T>(
  client: QueryClient,
  task: { before: Task; now: Task },
  send: () => Promise<T>,
  after: (answer: T) => Task,
): Promise<T> =>
  together(client, async () => {
    await Promise.all(shown.map((queryKey) => client.cancelQueries({ queryKey })))
    if (waiting.length === 0)
      unchanged = [['best'], ['ranked']].flatMap((queryKey) => client.getQueriesData({ queryKey }))
    waiting.push(task.now)
    show(client, task.now)
    try {
      const answer = await send()
      const now = after(answer)
      waiting = waiting.map((t) => (t === task.now ? now : t))
      show(client, now)
      return answer
    } catch (error) {
      waiting = waiting.filter((t) => t !== task.now)
      for (const [key, was] of unchanged) client.setQueryData(key, was)
      for (const t of [task.before, ...waiting]) show(client, t)
      throw error
    }
  })

/** Shows a task as it is now, wherever it is shown. */
export function show(client: QueryClient, task: Task): void {
  client.setQueryData(['task', task.id], task)
  mapLists(client, (pages, query) => place(pages, query, task, zoneOf(client)))
  const actionable = task.status === 'pending' || task.status === 'in_progress'
  showRanked(client, task, actionable && !task.deleted_at)
  const top = client.getQueryData<Ranked>(['ranked', 'top'])
  const rest = top?.tasks.filter((s) => s.task.id !== task.id || (actionable && !task.deleted_at))
  if (top && rest) {
    client.setQueryData<Ranked>(['ranked', 'top'], {
      ...top,
      total: top.total - (top.tasks.length - rest.length),
      tasks: rest.map((s) => (s.task.id === task.id ? { ...s, task } : s)),
    })
  }
  const answer = client.getQueryData<Answer>(['best'])
  if (answer?.best?.task.id !== task.id) return
  if (actionable && !task.deleted_at) {
    client.setQueryData<Answer>(['best'], { best: { ...answer.best, task } })
    return
  }
  const next = rest?.[0]
  if (next) client.setQueryData<Answer>(['best'], { best: { ...next, valid_until: null } })
}

/** In the whole ranking a task keeps its place until the server has ranked it anew. */
function showRanked(client: QueryClient, task: Task, stays: boolean) {
  client.setQueryData<InfiniteData<Ranked>>(['ranked', 'all'], (all) => {
    if (!all?.pages.some((page) => page.tasks.some((s) => s.task.id === task.id))) return all
    const pages = all.pages.map((page) => {
      if (!page.tasks.some((s) => s.task.id === task.id)) return stays ? page : { ...page, total: page.total - 1 }
      const tasks = page.tasks.flatMap((s) => (s.task.id !== task.id ? [s] : stays ? [{ ...s, task }] : []))
      return { ...page, tasks, total: page.total - (stays ? 0 : 1) }
    })
    return { ...all, pages }
  })
}

const path = (task: Task) => ({ path: { id: task.id } })

/** Both forms of a version: the second is that of a task whose snooze has ended. */
const ifMatch = (version: number) => ({ 'If-Match': `"${version}", "${version}-w"` })

/** What has been shown of each task and not yet been answered: an answer to one change does not hide the next. */
const unanswered = new Map<string, Partial<Task>[]>()

function change(client: QueryClient, task: Task, fields: Partial<Task>, send: () => Promise<Task>): Promise<Task> {
  const known = client.getQueryData<Task>(['task', task.id])
  const before = known && known.version >= task.version ? known : task
  unanswered.set(task.id, [...(unanswered.get(task.id) ?? []), fields])
  const others = () => (unanswered.get(task.id) ?? []).filter((f) => f !== fields)
  return shownAtOnce(
    client,
    { before, now: { ...before, ...fields } },
    () => inTurn(task, send),
    (answer) => Object.assign({}, answer, ...others()) as Task,
  ).finally(() => {
    const rest = others()
    if (rest.length > 0) unanswered.set(task.id, rest)
    else unanswered.delete(task.id)
  })
}

export const complete = (client: QueryClient, task: Task) =>
  change(client, task, { status: 'completed', snoozed_until: null, completed_at: new Date().toISOString() }, () =>
    data(api.POST('/api/tasks/{id}/complete', { params: path(task) })),
  )

export const reopen = (client: QueryClient, task: Task) =>
  change(client, task, { status: 'pending', completed_at: null }, () =>
    data(api.POST('/api/tasks/{id}/reopen', { params: path(task) })),
  )

export const snooze = (client: QueryClient, task: Task, until: number) => {
  const instant = new Date(Math.ceil(until / 1000) * 1000).toISOString()
  return change(client, task, { status: 'snoozed', snoozed_until: instant }, () =>
    data(api.POST('/api/tasks/{id}/snooze', { params: path(task), body: { until: instant } })),
  )
}

/** The version each task has by this tab's own changes: who edits twice at once is not in their own way. */
const own = new Map<string, number>()
const turns = new Map<string, Promise<unknown>>()

/** Changes of one task are sent one after another, each knowing the version that the one before has made. */
function inTurn(task: Task, send: () => Promise<Task>): Promise<Task> {
  const turn = (turns.get(task.id) ?? Promise.resolve())
    .catch(() => {})
    .then(send)
    .then((answer) => {
      own.set(answer.id, answer.version)
      return answer
    })
  turns.set(task.id, turn)
  return turn.finally(() => {
    if (turns.get(task.id) === turn) turns.delete(task.id)
  })
}

/** Edits a task as it was seen; where it has changed since, throws a Conflict. */
export async function edit(client: QueryClient, task: Task, fields: Edit): Promise<Task> {
  try {
    return await change(client, task, fields as Partial<Task>, () => {
      const header = ifMatch(Math.max(task.version, own.get(task.id) ?? 0))
      return data(api.PATCH('/api/tasks/{id}', { params: { ...path(task), header }, body: fields }))
    })
  } catch (error) {
    if (!isStatus(error, 412)) throw error
    const theirs = await data(api.GET('/api/tasks/{id}', { params: path(task) }))
    show(client, theirs)
    throw new Conflict(fields, task, theirs)
  }
}

/** What an edit has to say to undo another. */
export const inverse = (before: Task, fields: Edit): Edit =>
  Object.fromEntries(Object.keys(fields).map((name) => [name, before[name as keyof Task]])) as Edit

const deleted = (task: Task): Task => ({ ...task, deleted_at: new Date().toISOString() })

export const remove = (client: QueryClient, task: Task) =>
  shownAtOnce(
    client,
    { before: task, now: deleted(task) },
    () => data(api.DELETE('/api/tasks/{id}', { params: path(task) })),
    () => deleted(task),
  )

export const restore = (client: QueryClient, task: Task) =>
  shownAtOnce(
    client,
    { before: deleted(task), now: { ...task, deleted_at: null } },
    () => data(api.POST('/api/tasks/{id}/restore', { params: path(task) })),
    (back) => back,
  )

/** Adds a task. Its id is made here, so that a repeat is the same task. */
export function create(client: QueryClient, draft: Draft & { title: string }): Promise<Task> {
  const id = draft.id ?? newId()
  const now = new Date().toISOString()
  const task: Task = {
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
    version: 0, // not the server's yet
    created_at: now,
    updated_at: now,
    completed_at: null,
    deleted_at: null,
    assignee_id: null,
    user_id: '',
    workspace_id: '',
  }
  return shownAtOnce(
    client,
    { before: deleted(task), now: task },
    () => inTurn(task, () => data(api.POST('/api/tasks', { body: { ...draft, id } }))),
    (made) => made,
  )
}

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
