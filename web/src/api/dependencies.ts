import { queryOptions } from '@tanstack/react-query'
import { api, data, type Task } from './client'

/** What a task waits for, open or not. */
export const waitsForQuery = (task: Task) =>
  queryOptions({
    queryKey: ['task', task.id, 'waits for', task.blocked_by],
    queryFn: async ({ signal }) =>
      (await data(api.GET('/api/tasks/{id}/dependencies', { signal, params: { path: { id: task.id } } }))).waits_for,
    enabled: task.blocked_by.length > 0,
  })

/** Which open tasks wait for another that is open. */
export const waitingQuery = queryOptions({
  queryKey: ['waiting'],
  queryFn: async ({ signal }): Promise<string[]> => {
    const query = { blocked: true, limit: 100 }
    return (await data(api.GET('/api/tasks', { signal, params: { query } }))).tasks.map((task) => task.id)
  },
})
