import { useQueryClient, type QueryClient } from '@tanstack/react-query'
import { useMemo } from 'react'
import * as changes from '../api/changes'
import type { Draft, Edit, Task } from '../api/client'
import { explain } from '../api/errors'
import { momentWords } from '../time/words'
import { dismiss, say, warn } from '../ui/toast'
import { showConflict } from './conflict-state'

/** What people do with tasks: each says what it did and can be undone, and says why when it failed. */
export type Actions = ReturnType<typeof actionsOf>

export const short = (title: string) => (title.length > 48 ? `${title.slice(0, 46)}…` : title)

/** Says why something failed; where somebody else was quicker, the person chooses. */
export function tell(error: unknown) {
  if (error instanceof changes.Conflict) showConflict(error)
  else warn(explain(error))
}

export function actionsOf(client: QueryClient) {
  /** Does it; answers what came of it, or nothing where it failed. */
  async function run<T>(fn: () => Promise<T>): Promise<T | undefined> {
    try {
      return await fn()
    } catch (error) {
      tell(error)
      return undefined
    }
  }

  /** Does it and says so at once; where it fails, the words are taken back, and what went wrong is said. */
  const told = async (text: string, fn: () => Promise<Task | undefined>, back: (after: Task) => Promise<unknown>) => {
    const done = run(fn)
    const said = say(text, () => void done.then((after) => (after ? run(() => back(after)) : undefined)))
    if (!(await done)) dismiss(said)
  }

  const edit = async (task: Task, fields: Edit, text?: string) => {
    const back = (after: Task) => changes.edit(client, after, changes.inverse(task, fields))
    if (text) await told(text, () => changes.edit(client, task, fields), back)
    else await run(() => changes.edit(client, task, fields))
  }

  return {
    edit,

    complete: (task: Task) =>
      told(
        `Done: ${short(task.title)}`,
        () => changes.complete(client, task),
        (after) => asItWas(client, task, after),
      ),

    reopen: (task: Task) =>
      told(
        `Open again: ${short(task.title)}`,
        () => changes.reopen(client, task),
        (after) => changes.complete(client, after),
      ),

    start: (task: Task) => edit(task, { status: 'in_progress' }, `Started: ${short(task.title)}`),

    stop: (task: Task) => edit(task, { status: 'pending' }, `Put down: ${short(task.title)}`),

    snooze: (task: Task, until: number, zone: string) =>
      told(
        `Snoozed until ${momentWords(until, Date.now(), zone).text}: ${short(task.title)}`,
        () => changes.snooze(client, task, until),
        (after) => asItWas(client, task, after),
      ),

    wake: (task: Task) => edit(task, { snoozed_until: null }, `Awake: ${short(task.title)}`),

    remove: async (task: Task) => {
      const done = run(() => changes.remove(client, task).then(() => true))
      const said = say(
        `Deleted: ${short(task.title)}`,
        () => void done.then((ok) => (ok ? run(() => changes.restore(client, task)) : undefined)),
      )
      if (!(await done)) dismiss(said)
    },

    /** Adds a task; answers it, or nothing where that failed. */
    add: async (draft: Draft & { title: string }) => {
      const made = await run(() => changes.create(client, draft))
      if (made) say(`Added: ${short(made.title)}`, () => void run(() => changes.remove(client, made)))
      return made
    },
  }
}

/** Puts back a task's status, and the moment it was snoozed until. */
export const asItWas = async (client: QueryClient, before: Task, after: Task) => {
  const open = after.status === 'completed' ? await changes.reopen(client, after) : after
  if (before.status === open.status && before.snoozed_until === open.snoozed_until) return
  const fields: Edit = before.snoozed_until
    ? { snoozed_until: before.snoozed_until }
    : { status: before.status, snoozed_until: null }
  await changes.edit(client, open, fields)
}

export function useActions(): Actions {
  const client = useQueryClient()
  return useMemo(() => actionsOf(client), [client])
}
