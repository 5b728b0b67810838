import type { InfiniteData, Query, QueryClient, QueryKey } from '@tanstack/react-query'
import { api, data, type Task, type TaskPage } from './client'
import { isShort, mapLists, place, type Lists } from './lists'
import { knownZone } from './queries'

/** What tasks and preferences decide, and the server is asked for anew when they have changed. */

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
  ['reminders'],
]

/** How many changes are under way: what is read meanwhile may be older than what is shown. */
let underWay = 0

/** Counts a change until it has ended; says then whether it was the last one under way. */
export function begun(): () => boolean {
  underWay++
  return () => --underWay === 0
}

/** No answer that is still to come changes what is shown. */
export const quiet = (client: QueryClient) => Promise.all(shown.map((queryKey) => client.cancelQueries({ queryKey })))

const others = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('mindflow.changes')

/** Asks anew what other tabs have changed, until undone. */
export function followOtherTabs(client: QueryClient): () => void {
  const look = () => {
    void client.invalidateQueries({ predicate: isShort })
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
    ...shown.map((queryKey) => client.invalidateQueries({ queryKey, predicate: isShort })),
  ])
}

const isLong = (query: Query) => !isShort(query)

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
      .reduce((pages, task) => place(pages, query, task, knownZone(client)), pages)
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
