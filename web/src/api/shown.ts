import type { QueryClient, QueryKey } from '@tanstack/react-query'
import { begun, quiet, refresh } from './anew'
import type { Task } from './client'
import { mapLists, place, type Lists } from './lists'
import { knownZone } from './queries'
import { showInRanking } from './ranking'
import { showInTrash } from './trash'
import { own } from './turns'

/** What is shown of changes that the server has not answered yet, and put back where it refuses. */

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
  const isLast = begun()
  try {
    return await fn()
  } finally {
    if (isLast()) {
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

/** Shows a task as it will be, until the server has answered; as it was, where it refuses. */
export const shownAtOnce = <T>(
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
type Came = 'changed' | 'same' | 'refused'

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
  const zone = knownZone(client)
  mapLists(client, (pages, query) => tasks.reduce((pages, task) => place(pages, query, task, zone), pages))
}

/** Shows a task as it is now, wherever it is shown. */
export const show = (client: QueryClient, task: Task): void => showAll(client, [task])

/** A task as it is when it is deleted. */
export const deleted = (task: Task): Task => ({ ...task, deleted_at: new Date().toISOString() })

/** Takes tasks that are not there any more out of the lists. */
export const leave = (client: QueryClient, gone: ReadonlySet<string>) =>
  mapLists(client, (pages) =>
    pages.map((page) =>
      page.tasks.some((t) => gone.has(t.id)) ? { ...page, tasks: page.tasks.filter((t) => !gone.has(t.id)) } : page,
    ),
  )

/** Takes what is within deleted tasks out of the lists, as far as it is known: it went with them. */
export function leaveWithin(client: QueryClient, tasks: Task[]) {
  const gone = new Set(tasks.filter((task) => task.deleted_at).map((task) => task.id))
  if (gone.size === 0) return
  const parents = new Map<string, string>()
  for (const [, lists] of client.getQueriesData<Lists>({ queryKey: ['list'] }))
    for (const { id, parent_id } of lists?.pages.flatMap((page) => page.tasks) ?? [])
      if (parent_id) parents.set(id, parent_id)
  const isGone = (id: string | undefined): boolean => id !== undefined && (gone.has(id) || isGone(parents.get(id)))
  leave(client, new Set([...parents.keys()].filter(isGone)))
}

/** Takes in what a task is now, whoever changed it, and shows it with what is not answered yet. */
export function tellOf(client: QueryClient, task: Task): void {
  if (told.has(task.id)) told.set(task.id, task)
  show(client, withWaiting(task))
}
