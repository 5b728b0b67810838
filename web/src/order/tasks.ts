import { placeKey } from '../api/lists'
import type { Task } from '../api/client'
import type { Actions } from '../shell/actions'
import { keyAt, type Spot } from './place'

/** What tasks are of that have an order among them: the same project, and steps of the same task if they are any. */
export const groupOf = (task: Task) => `task ${task.project_id} ${task.parent_id}`

/** The tasks that one of them has an order with, itself among them. */
export const siblingsOf = (tasks: Task[], task: Task) => tasks.filter((t) => groupOf(t) === groupOf(task))

/** Moves a task among those beside it. */
export function moveAmong(actions: Actions, tasks: Task[], id: string, to: Spot) {
  const task = tasks.find((t) => t.id === id)
  if (!task) return
  const others = siblingsOf(tasks, task)
    .filter((t) => t.id !== id)
    .map((t) => ({ id: t.id, key: placeKey(t) }))
  void actions.move(task, to, keyAt(others, to))
}
