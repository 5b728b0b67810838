import type { InfiniteData, Query, QueryClient, QueryKey } from '@tanstack/react-query'
import type { Spot } from '../order/place'
import { guessZone } from '../time/zone'
import {
  api,
  changeOf,
  data,
  goneAs,
  newId,
  type Bulk,
  type Draft,
  type Edit,
  type Line,
  type Preferences,
  type PreferencesEdit,
  type Ranked,
  type Task,
  type TaskPage,
} from './client'
import { Conflict, isStatus, Unreachable } from './errors'
import { longList, mapLists, place, type Lists } from './lists'
import { preferencesQuery, tagged, type Answer, type KnownPreferences } from './queries'
import { showInTrash } from './trash'

/**
 * Changes of tasks. Each is shown at once, then sent; what the server answers takes the
 * place of what was shown, and a failure puts back what was there.
 */

const shown: QueryKey[] = [
  ['best'],
  ['ranked'],
  ['list'],
  ['task'],
  ['found'],
  ['projects'],
  ['waiting'],
  ['trash'],
  ['templates'],
]

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
  const oldest = tasks.at(-1)
  if (oldest && tasks.length === query.limit) {
    for (const { queryKey } of long)
      if (isNews(client.getQueryData<Lists>(queryKey), oldest)) beginAnew(client, queryKey)
  }
  mapLists(client, (pages, query) => {
    const known = new Map(pages.flatMap((page) => page.tasks.map((task) => [task.id, task])))
    return tasks
      .filter((task) => isOther(known.get(task.id), task))
      .reduce((pages, task) => place(pages, query, task, zoneOf(client)), pages)
  })
}

const isOther = (known: Task | undefined, task: Task) => known?.version !== task.version || known.status !== task.status

const isNews = (lists: Lists | undefined, task: Task) =>
  isOther(
    lists?.pages.flatMap((page) => page.tasks).find((t) => t.id === task.id),
    task,
  )

/**
 * Cuts a long list to its beginning, which is asked for when it is seen again, or now where it is
 * seen: what was deleted elsewhere, or has woken, is in no answer about what changed.
 */
export function beginAnew(client: QueryClient, queryKey: QueryKey): void {
  const cut = <T>({ pages, pageParams }: InfiniteData<T>) => ({
    pages: pages.slice(0, 1),
    pageParams: pageParams.slice(0, 1),
  })
  const query = client.getQueryCache().find({ queryKey, exact: true })
  if (!query || !isLong(query)) return
  client.setQueryData<InfiniteData<unknown>>(queryKey, (all) => all && cut(all))
  void client.invalidateQueries({ queryKey, exact: true })
}

/** Begins all long lists anew: which tasks are gone is in no answer about what changed. */
export function beginAllAnew(client: QueryClient): void {
  for (const { queryKey } of client.getQueryCache().findAll({ queryKey: ['list'], predicate: isLong }))
    beginAnew(client, queryKey)
}

const nothing: TaskPage = { tasks: [], next_cursor: null }

const zoneOf = (client: QueryClient) => client.getQueryData<Preferences>(['preferences'])?.timezone ?? guessZone()

/** What is shown of a task and has not been answered. */
type Shown = { id: string; fields: Partial<Task> }

/**
 * The changes under way, in turn; each task they change, as the server last told of it; and
 * the ranking and the trash as they were before the first of them. What is shown of a task is made of these: so
 * one that is refused is taken out, and the others stay.
 */
let waiting: Shown[] = []
const told = new Map<string, Task>()
let unchanged: [QueryKey, unknown][] = []

/** A task with what is shown of it until the server has answered. */
const withWaiting = (task: Task): Task =>
  Object.assign({}, task, ...waiting.filter((s) => s.id === task.id).map((s) => s.fields)) as Task

/** Does several changes, and asks the server anew once, after the last. */
export async function together<T>(client: QueryClient, fn: () => Promise<T>): Promise<T> {
  underWay++
  try {
    return await fn()
  } finally {
    underWay--
    if (underWay === 0) {
      waiting = []
      told.clear()
      void refresh(client)
    }
  }
}

/** Remembers how a task will be. */
function note(client: QueryClient, task: Task, fields: Partial<Task>): Shown {
  if (told.size === 0)
    unchanged = [['best'], ['ranked'], ['trash']].flatMap((queryKey) => client.getQueriesData({ queryKey }))
  const known = told.get(task.id) ?? client.getQueryData<Task>(['task', task.id])
  told.set(task.id, known && known.version >= task.version ? known : task)
  const shown = { id: task.id, fields }
  waiting.push(shown)
  return shown
}

/** Shows a task as it will be. */
function begin(client: QueryClient, task: Task, fields: Partial<Task>): Shown {
  const shown = note(client, task, fields)
  show(client, withWaiting(told.get(task.id) ?? task))
  return shown
}

/** What was shown is so now, or never will be. */
function end(client: QueryClient, shown: Shown, now?: Task) {
  waiting = waiting.filter((s) => s !== shown)
  if (now) told.set(shown.id, now)
  const task = told.get(shown.id)
  if (task) show(client, withWaiting(task))
}

/** The ranking and the trash as they were, but for the changes that are left. */
function rankAnew(client: QueryClient) {
  for (const [key, was] of unchanged) client.setQueryData(key, was)
  for (const task of told.values()) {
    showInRanking(client, withWaiting(task))
    showInTrash(client, withWaiting(task))
  }
}

const quiet = (client: QueryClient) => Promise.all(shown.map((queryKey) => client.cancelQueries({ queryKey })))

/** Shows a task as it will be, until the server has answered; as it was, where it refuses. */
const shownAtOnce = <T>(
  client: QueryClient,
  task: Task,
  fields: Partial<Task>,
  send: () => Promise<T>,
  after: (answer: T, before: Task) => Task,
): Promise<T> =>
  together(client, async () => {
    await quiet(client)
    const shown = begin(client, task, fields)
    try {
      const answer = await send()
      end(client, shown, after(answer, told.get(task.id) ?? task))
      return answer
    } catch (error) {
      end(client, shown)
      rankAnew(client)
      throw error
    }
  })

/** A task as it will be: one more version of it, where it is changed at all. */
const grown = (task: Task, fields: Partial<Task>, changed: boolean): Task => ({
  ...task,
  ...fields,
  ...(changed ? { version: task.version + 1, updated_at: new Date().toISOString() } : {}),
})

/** What became of a change: it is so now, it was so already, or it is not to be. */
export type Came = 'changed' | 'same' | 'refused'

/** Shows changes of many tasks that are sent later; answers how what became of some of them is shown. */
export async function ahead(client: QueryClient, changes: { task: Task; fields: Partial<Task> }[]) {
  await quiet(client)
  const shown = new Map(changes.map(({ task, fields }) => [task.id, note(client, task, fields)]))
  showAll(
    client,
    changes.map(({ task }) => withWaiting(told.get(task.id) ?? task)),
  )
  return (tasks: Task[], cameOf: (task: Task) => Came) => {
    const ended = new Set(tasks.map((task) => shown.get(task.id)))
    waiting = waiting.filter((s) => !ended.has(s))
    let refused = false
    const now = tasks.map((task) => {
      const came = cameOf(task)
      const before = told.get(task.id) ?? task
      if (came === 'refused') refused = true
      else told.set(task.id, grown(before, shown.get(task.id)?.fields ?? {}, came === 'changed'))
      const after = told.get(task.id) ?? before
      if (came === 'changed') own.set(task.id, after.version)
      return withWaiting(after)
    })
    showAll(client, now)
    leaveWithin(client, now)
    if (refused) rankAnew(client)
  }
}

/** Shows tasks as they are now, wherever they are shown. */
function showAll(client: QueryClient, tasks: Task[]) {
  for (const task of tasks) {
    client.setQueryData(['task', task.id], task)
    showInRanking(client, task)
    showInTrash(client, task)
  }
  const zone = zoneOf(client)
  mapLists(client, (pages, query) => tasks.reduce((pages, task) => place(pages, query, task, zone), pages))
}

/** Shows a task as it is now, wherever it is shown. */
export const show = (client: QueryClient, task: Task): void => showAll(client, [task])

function showInRanking(client: QueryClient, task: Task): void {
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

/** Many tasks wait until none of them is under way any more. */
function allInTurn<T>(tasks: Task[], send: () => Promise<T>): Promise<T> {
  const turn = Promise.allSettled(tasks.flatMap((task) => turns.get(task.id) ?? [])).then(send)
  for (const task of tasks) turns.set(task.id, turn)
  return turn.finally(() => {
    for (const task of tasks) if (turns.get(task.id) === turn) turns.delete(task.id)
  })
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

/** Takes a change of many back. How that is seen is the caller's. */
export const undoAlike = (tasks: Task[], change: string): Promise<Changed> =>
  allInTurn(tasks, async () => {
    const { change: by } = await data(api.POST('/api/undo', { body: { change } }))
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
    if (told.has(theirs.id)) told.set(theirs.id, theirs)
    show(client, withWaiting(theirs))
    if (holds(theirs, fields)) return theirs
    throw new Conflict(fields, task, theirs)
  }
}

const deleted = (task: Task): Task => ({ ...task, deleted_at: new Date().toISOString() })

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

/** Takes tasks that are not there any more out of the lists. */
const leave = (client: QueryClient, gone: ReadonlySet<string>) =>
  mapLists(client, (pages) =>
    pages.map((page) =>
      page.tasks.some((t) => gone.has(t.id)) ? { ...page, tasks: page.tasks.filter((t) => !gone.has(t.id)) } : page,
    ),
  )

/** Takes what is within deleted tasks out of the lists, as far as it is known: it went with them. */
function leaveWithin(client: QueryClient, tasks: Task[]) {
  const gone = new Set(tasks.filter((task) => task.deleted_at).map((task) => task.id))
  if (gone.size === 0) return
  const parents = new Map<string, string>()
  for (const [, lists] of client.getQueriesData<Lists>({ queryKey: ['list'] }))
    for (const { id, parent_id } of lists?.pages.flatMap((page) => page.tasks) ?? [])
      if (parent_id) parents.set(id, parent_id)
  const isGone = (id: string | undefined): boolean => id !== undefined && (gone.has(id) || isGone(parents.get(id)))
  leave(client, new Set([...parents.keys()].filter(isGone)))
}

/**
 * Takes back the change that made a task what it is, whole, with all that came with it. How it
 * was is shown at once; how it is now the server says.
 */
export async function undo(client: QueryClient, before: Partial<Task>, after: Task): Promise<Task> {
  const change = changeOf(after)
  if (!change) return after // it was so already
  const send = async () => {
    await data(api.POST('/api/undo', { body: { change } }))
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
  await data(api.POST('/api/undo', { body: { change } }))
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
