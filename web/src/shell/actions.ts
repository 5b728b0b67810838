import { useQueryClient, type QueryClient } from '@tanstack/react-query'
import { useMemo } from 'react'
import * as changes from '../api/changes'
import type { Draft, Edit, Task } from '../api/client'
import { Conflict, explain } from '../api/errors'
import { isOpen } from '../api/queries'
import { momentWords } from '../time/words'
import { dismiss, say, warn } from '../ui/toast'
import { short } from '../ui/short'
import { showConflict } from './conflict-state'

/** What people do with tasks: each says what it did and can be undone, and says why when it failed. */
export type Actions = ReturnType<typeof actionsOf>

/** Says why something failed; where somebody else was quicker, the person chooses. */
export function tell(error: unknown) {
  if (error instanceof Conflict) showConflict(error)
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
    const send = () => changes.edit(client, task, fields)
    if (text) await told(text, send, (after) => changes.edit(client, after, changes.inverse(task, fields)))
    else await run(send)
  }

  /** Another status, which has its own way back: a snooze that has ended does not come again. */
  const become = (task: Task, text: string, send: () => Promise<Task>) =>
    told(text, send, (after) => asItWas(client, task, after))

  const to = (task: Task, status: Task['status'], text: string) =>
    become(task, text, () => changes.edit(client, task, { status, snoozed_until: null }))

  return {
    edit,

    complete: (task: Task) => become(task, `Done: ${short(task.title)}`, () => changes.complete(client, task)),

    reopen: (task: Task) => become(task, `Open again: ${short(task.title)}`, () => changes.reopen(client, task)),

    start: (task: Task) => to(task, 'in_progress', `Started: ${short(task.title)}`),

    stop: (task: Task) => to(task, 'pending', `Put down: ${short(task.title)}`),

    cancel: (task: Task) => to(task, 'cancelled', `Cancelled: ${short(task.title)}`),

    snooze: (task: Task, until: number, zone: string) =>
      become(task, `Snoozed until ${momentWords(until, Date.now(), zone).text}: ${short(task.title)}`, () =>
        changes.snooze(client, task, until),
      ),

    wake: (task: Task) =>
      become(task, `Awake: ${short(task.title)}`, () => changes.edit(client, task, { snoozed_until: null })),

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

/** Puts back a task's status, and the moment it was snoozed until, if that is to come. */
export const asItWas = async (client: QueryClient, before: Task, after: Task) => {
  const asleep = before.status === 'snoozed' && Date.parse(before.snoozed_until ?? '') > Date.now()
  const status = before.status === 'snoozed' && !asleep ? 'pending' : before.status
  const now = isOpen(before) && !isOpen(after) ? await changes.reopen(client, after) : after
  if (now.status === status && (!asleep || now.snoozed_until === before.snoozed_until)) return
  if (status === 'completed') await changes.complete(client, now)
  else if (asleep) await changes.edit(client, now, { snoozed_until: before.snoozed_until })
  else await changes.edit(client, now, { status, snoozed_until: null })
}

export function useActions(): Actions {
  const client = useQueryClient()
  return useMemo(() => actionsOf(client), [client])
}
