import type { Task } from './client'

/** The version each task has by this tab's own changes: who edits twice at once is not in their own way. */
export const own = new Map<string, number>()
const turns = new Map<string, Promise<unknown>>()

/** Changes of one task are sent one after another, each knowing the version that the one before has made. */
export function inTurn(task: Task, send: () => Promise<Task>): Promise<Task> {
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
export function allInTurn<T>(tasks: Task[], send: () => Promise<T>): Promise<T> {
  const turn = Promise.allSettled(tasks.flatMap((task) => turns.get(task.id) ?? [])).then(send)
  for (const task of tasks) turns.set(task.id, turn)
  return turn.finally(() => {
    for (const task of tasks) if (turns.get(task.id) === turn) turns.delete(task.id)
  })
}
