import { queryOptions } from '@tanstack/react-query'
import { api, data, type Task, type TaskPage } from '../api/client'
import { openStatuses, type ListQuery } from '../api/queries'
import { addDays, dayOf, type Day } from '../time/zone'
import { dueDay, span } from './plan'

const query: ListQuery = { status: openStatuses, sort: 'due_date' }

/** Pages of a list, one after another, up to a number of them; the last says whether there are more. */
async function pagesOf(which: ListQuery, most: number, signal: AbortSignal): Promise<TaskPage[]> {
  const pages: TaskPage[] = []
  let cursor: string | null | undefined
  do {
    const page: TaskPage = await data(
      api.GET('/api/tasks', {
        signal,
        params: { query: { ...query, limit: 200, ...which, ...(cursor ? { cursor } : {}) } },
      }),
    )
    pages.push(page)
    cursor = page.next_cursor
  } while (cursor && pages.length < most)
  return pages
}

/**
 * What is due: before today, on the days shown, and the beginning of what comes later. All
 * three are one answer, so that a task that moves between them is never in none. The key and
 * the pages are those of a list: changes are shown in it at once. The day it was asked on
 * is not part of the key: without a network, yesterday's answer is better than none.
 */
export const upcomingQuery = (zone: string) =>
  queryOptions({
    queryKey: ['list', query, 'upcoming'],
    queryFn: async ({ signal }) => {
      const today = dayOf(Date.now(), zone)
      const end = addDays(today, span)
      const [overdue, days, later] = await Promise.all([
        pagesOf({ due_before: today }, 5, signal),
        pagesOf({ due_after: today, due_before: end }, 10, signal),
        pagesOf({ due_after: end }, 1, signal),
      ])
      const more = (pages: TaskPage[]) => Boolean(pages.at(-1)?.next_cursor)
      return {
        today,
        pages: [...overdue, ...days, ...later],
        pageParams: [] as string[],
        more: { overdue: more(overdue), days: more(days), later: more(later) },
      }
    },
  })

/** A task that was moved may stand in two lists until the server is asked anew. */
export function tasksOf(pages: TaskPage[]): Task[] {
  const seen = new Map<string, Task>()
  for (const page of pages) for (const task of page.tasks) seen.set(task.id, task)
  return [...seen.values()]
}

const week = 7
const countable = 100

/** What is due within seven days from today on, for counting. */
export const weekQuery = (zone: string) =>
  queryOptions({
    queryKey: ['list', query, 'week'],
    queryFn: async ({ signal }) => {
      const today = dayOf(Date.now(), zone)
      const which = { due_after: today, due_before: addDays(today, week), limit: countable }
      return { today, pages: await pagesOf(which, 1, signal), pageParams: [] as string[] }
    },
  })

/** How many tasks are due within seven days; as text, since of many only the first are counted. */
export function countOfWeek(pages: TaskPage[], today: Day, zone: string): string {
  const end = addDays(today, week)
  const count = tasksOf(pages).filter(({ due_date: due }) => {
    const day = due && dueDay(due, zone)
    return day && day >= today && day < end
  }).length
  return pages.at(-1)?.next_cursor ? `${countable - 1}+` : String(count)
}
