import { queryOptions } from '@tanstack/react-query'
import { api, data, type Task, type TaskPage } from './client'

/** What a task waits for, open or not. */
export const waitsForQuery = (task: Task) =>
  queryOptions({
    queryKey: ['task', task.id, 'waits for', task.blocked_by],
    queryFn: async ({ signal }) =>
      (await data(api.GET('/api/tasks/{id}/dependencies', { signal, params: { path: { id: task.id } } }))).waits_for,
    enabled: task.blocked_by.length > 0,
  })

/** As many pages are asked for: who has more waiting than these hold sees the rest unmarked in lists. */
const mostPages = 5

/** Which open tasks wait for another that is open. */
export const waitingQuery = queryOptions({
  queryKey: ['waiting'],
  queryFn: async ({ signal }): Promise<string[]> => {
    const ids: string[] = []
    let cursor: string | null = null
    for (let page = 0; page < mostPages && (page === 0 || cursor); page++) {
      const query = { blocked: true, limit: 100, ...(cursor ? { cursor } : {}) }
      const answer: TaskPage = await data(api.GET('/api/tasks', { signal, params: { query } }))
      ids.push(...answer.tasks.map((task) => task.id))
      cursor = answer.next_cursor
    }
    return ids
  },
})
