import type { QueryClient } from '@tanstack/react-query'
import { create } from './adding'
import type { Task } from './client'
import { listQuery } from './queries'

/** The steps of a task, in the order people put them in. */
export const stepsQuery = (id: string) => listQuery({ parent: id, sort: 'position', limit: 200 })

/** Adds a step after the others. The first one is shown at once too, though nobody has asked for others. */
export function addStep(client: QueryClient, task: Task, title: string): Promise<Task> {
  const { queryKey } = stepsQuery(task.id)
  if (!task.steps)
    client.setQueryData(queryKey, (known) => known ?? { pages: [{ tasks: [], next_cursor: null }], pageParams: [''] })
  return create(client, { title, parent_id: task.id, ...(task.project_id ? { project_id: task.project_id } : {}) })
}

/** How far steps have come: what is given up counts for none. */
export const progressOf = (steps: Task[]) => ({
  total: steps.filter((s) => s.status !== 'cancelled').length,
  done: steps.filter((s) => s.status === 'completed').length,
})
