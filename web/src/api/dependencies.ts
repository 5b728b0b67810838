import { queryOptions } from '@tanstack/react-query'
import { api, data, type Status, type Task } from './client'

/** A task that another waits for. */
export type Dependency = { id: string; title: string; status: Status }

/** What a task waits for, open or not. */
export const waitsForQuery = (task: Task) =>
  queryOptions({
    queryKey: ['task', task.id, 'waits for', task.blocked_by],
    queryFn: async ({ signal }) => {
      const { waits_for } = await data(
        api.GET('/api/tasks/{id}/dependencies', { signal, params: { path: { id: task.id } } }),
      )
      return waits_for as Dependency[]
    },
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
