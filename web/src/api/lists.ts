import type { InfiniteData, QueryClient } from '@tanstack/react-query'
import { isDay, startOfDue } from '../time/words'
import { dayOf } from '../time/zone'
import type { Task, TaskPage } from './client'
import type { ListQuery } from './queries'

/** Pages of tasks, and the place of a task among them: what the server would answer, as far as it is known here. */
export type Lists = InfiniteData<TaskPage, string>

/** A list this long is not asked for anew page by page: what changed is put in its place. */
export const longList = 3

/** Whether a query is no list, or one that is asked for anew page by page. */
export const isShort = (query: { state: { data?: unknown } }): boolean =>
  ((query.state.data as { pages?: unknown[] } | undefined)?.pages?.length ?? 0) <= longList

/** How a list is read, page by page. A long one is kept up to date by what changed (see anew.ts): no page is asked for twice. */
export const byPages = {
  initialPageParam: '',
  getNextPageParam: (page: { next_cursor: string | null }) => page.next_cursor ?? undefined,
  refetchOnMount: isShort,
  refetchOnWindowFocus: isShort,
  refetchOnReconnect: isShort,
}

/** Reports whether a list shows a task. What a search finds is the server's to say. */
export function admits(query: ListQuery, task: Task, zone: string): boolean {
  if (task.deleted_at) return false
  if (query.status && !query.status.includes(task.status)) return false
  if (query.priority && !query.priority.includes(task.priority)) return false
  if (query.tag && !query.tag.some((tag) => task.tags.some((t) => fold(t) === fold(tag)))) return false
  if (query.project === 'none' && task.project_id) return false
  if (query.parent && (task.parent_id ?? 'none') !== query.parent) return false
  if (!query.due_after && !query.due_before) return true
  if (!task.due_date) return false
  const due = startOfDue(task.due_date, zone)
  return (
    (!query.due_after || due >= startOfDue(query.due_after, zone)) &&
    (!query.due_before || due < startOfDue(query.due_before, zone))
  )
}

const fold = (text: string) => text.normalize('NFKC').toLowerCase()

/** Days first, then the instants of the day: a day counts at its start. */
const dueKey = (task: Task, zone: string): string | null => {
  if (!task.due_date || isDay(task.due_date)) return task.due_date
  return dayOf(Date.parse(task.due_date), zone) + task.due_date
}

const keys: Record<string, (task: Task, zone: string) => string | number | null> = {
  created_at: (task) => task.created_at,
  updated_at: (task) => task.updated_at,
  due_date: dueKey,
  priority: (task) => task.priority,
  title: (task) => fold(task.title),
  position: placeKey,
}

/** The place that was given to a task or project by hand, or the one it has by when it was made, as the server counts it. */
export function placeKey({ position, created_at }: Pick<Task, 'position' | 'created_at'>): string {
  if (position) return position
  const [, fraction = ''] = /\.(\d+)/.exec(created_at) ?? []
  const seconds = Math.floor(Date.parse(created_at) / 1000)
  return `1${String(seconds).padStart(10, '0')}${fraction.padEnd(6, '0').slice(0, 6)}`.slice(0, 17)
}

/** The order of a list: below 0 where the first comes first. What has no due date comes last either way. */
export function compare(query: ListQuery, a: Task, b: Task, zone: string): number {
  const sort = query.sort || '-created_at'
  const reverse = sort.startsWith('-') ? -1 : 1
  const key = keys[sort.replace('-', '')] ?? keys.created_at!
  const x = key(a, zone)
  const y = key(b, zone)
  if (x === y) return 0
  if (x === null) return 1
  if (y === null) return -1
  return x < y ? -reverse : reverse
}

/** A list of a project holds its tasks; which of those in its sub-projects, the server says. */
const inProject = ({ project }: ListQuery, task: Task, before: Task | undefined) =>
  !project || project === 'none' || task.project_id === project || before?.project_id === task.project_id

/** The pages with a task where it belongs now; those that it does not touch stay the same objects. */
export function place(pages: TaskPage[], query: ListQuery, task: Task, zone: string): TaskPage[] {
  const at = pages.findIndex((page) => page.tasks.some((t) => t.id === task.id))
  const before = at < 0 ? undefined : pages[at]!.tasks.find((t) => t.id === task.id)
  const wanted = admits(query, task, zone) && (before !== undefined || !query.q) && inProject(query, task, before)
  if (before && wanted && compare(query, before, task, zone) === 0) {
    return pages.map((page, i) =>
      i === at ? { ...page, tasks: page.tasks.map((t) => (t.id === task.id ? task : t)) } : page,
    )
  }
  const rest = before
    ? pages.map((page, i) => (i === at ? { ...page, tasks: page.tasks.filter((t) => t.id !== task.id) } : page))
    : pages
  if (!wanted) return rest
  const follows = (t: Task) => compare(query, task, t, zone) < 0
  const into = rest.findIndex((page) => page.tasks.some(follows))
  if (into >= 0) {
    return rest.map((page, i) => {
      if (i !== into) return page
      const from = page.tasks.findIndex(follows)
      return { ...page, tasks: page.tasks.toSpliced(from, 0, task) }
    })
  }
  const last = rest.length - 1
  if (last < 0 || rest[last]!.next_cursor) return rest // on a page that is not here yet
  return rest.map((page, i) => (i === last ? { ...page, tasks: [...page.tasks, task] } : page))
}

/** Changes what is known of every list. */
export function mapLists(client: QueryClient, fn: (pages: TaskPage[], query: ListQuery) => TaskPage[]): void {
  for (const [key, lists] of client.getQueriesData<Lists>({ queryKey: ['list'] })) {
    if (!lists) continue
    const pages = fn(lists.pages, key[1] as ListQuery)
    if (pages !== lists.pages && pages.some((page, i) => page !== lists.pages[i])) {
      client.setQueryData(key, { ...lists, pages })
    }
  }
}
