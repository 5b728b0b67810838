import { useQueryClient, type QueryClient } from '@tanstack/react-query'
import { useMemo } from 'react'
import { create } from '../api/adding'
import * as changes from '../api/changes'
import { changeOf, type Draft, type Edit, type Task } from '../api/client'
import { Conflict, explain, isBlocked, Problem } from '../api/errors'
import { knownZone } from '../api/queries'
import type { Spot } from '../order/place'
import { momentOf } from '../time/moment'
import { momentWords } from '../time/words'
import { guessZone } from '../time/zone'
import { amend, remember, say, unsay, warn } from '../ui/toast'
import { short } from '../ui/short'
import { showConflict } from './conflict-state'
import { overwriteWords } from './overwrite-words'
import { scopeOf } from './scope'

/** What people do with tasks: each says what it did and can be undone, and says why when it failed. */
export type Actions = ReturnType<typeof actionsOf>

/** Says why something failed; where somebody else was quicker, the person chooses. */
export function tell(error: unknown) {
  if (error instanceof Conflict) showConflict(error)
  else if (error instanceof Problem && error.overwrites.length > 0) warn(overwriteWords(error, Date.now(), guessZone()))
  else warn(explain(error))
}

/** Takes a change of a task back, and says why where that fails. */
export async function takeBack(client: QueryClient, before: Partial<Task>, after: Task): Promise<Task | undefined> {
  try {
    return await changes.undo(client, before, after)
  } catch (error) {
    tell(error)
    return undefined
  }
}

/** Says what was done; if that has changed anything, with the way back, whole. */
export function sayDone(client: QueryClient, text: string, answer: object) {
  const change = changeOf(answer)
  say(text, change ? () => void changes.undoChange(client, change).catch(tell) : undefined)
}

/** Remembers an edit that is seen where it was made, and needs no words until it is taken back. That may be before it is answered. */
export function remembered<T extends Task | undefined>(
  client: QueryClient,
  before: Task,
  edit: Promise<T>,
): Promise<T> {
  const back = async () => {
    const after = await edit.catch(() => undefined)
    const now = after && (await takeBack(client, changes.wayBack(before, after), after))
    if (now) say(`Put back: ${short(now.title)}`)
  }
  const forget = remember(() => void back())
  edit.then((after) => after ?? forget(), forget)
  return edit
}

/** Remembers an addition that is seen where it was made. */
export const rememberAdded = (client: QueryClient, made: Task) =>
  remember(() => {
    void takeBack(client, changes.seen.deleted(), made).then((gone) => {
      if (gone) say(`Taken back: ${short(made.title)}`)
    })
  })

/** What can be done besides, once something is done, and what was said of that. */
type Further = { label: string; go: (after: Task, said: number) => void }

/** More than what was done: what can be done besides, and what is said once the server has answered. */
type More = { further?: Further; after?: (after: Task) => string }

/** What a task waits for, without how a program says that it is completed all the same. */
const waitsWords = (error: Problem) => error.message.replace(/; complete it all the same.*/, '.')

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
  const told = async (task: Task, text: string, fn: () => Promise<Task | undefined>, more: More = {}) => {
    const done = run(fn)
    const back = (after: Task) => takeBack(client, changes.wayBack(task, after), after)
    const { further, after: then } = more
    const way = further && {
      label: further.label,
      go: () => void done.then((after) => after && further.go(after, said)),
    }
    const said = say(text, () => void done.then((after) => (after ? back(after) : undefined)), way)
    const after = await done
    if (!after) unsay(said)
    else if (then?.(after)) amend(said, text + then(after))
  }

  /** When it comes again, of a task that repeats and is over. */
  const comesAgain = ({ recurrence }: Task): string => {
    if (!recurrence) return ''
    const zone = knownZone(client)
    const due = recurrence.next?.due_date
    return due ? `. Comes again ${momentOf(due, Date.now(), zone)}` : '. That was the last time'
  }

  /** Edits a task; answers null where the person did not say for which times. */
  const edit = async (task: Task, fields: Edit, text?: string): Promise<void | null> => {
    const scope = await scopeOf(task, fields)
    if (scope === null) return null
    const send = () => changes.edit(client, task, fields, scope)
    if (text) return told(task, text, send)
    await remembered(client, task, run(send))
  }

  /** Sends a completion; what waits for others is completed by who says so. */
  const completed = (task: Task, how: changes.How, anyway: (how: changes.How) => void) =>
    changes.complete(client, task, how).catch((error: unknown) => {
      if (!isBlocked(error)) throw error
      warn(waitsWords(error), { label: 'Complete anyway', go: () => anyway({ ...how, blocked: true }) })
      return undefined
    })

  const complete = (task: Task, how: changes.How = {}): Promise<void> => {
    const left = task.steps ? task.steps.total - task.steps.done : 0
    const open = left === 0 ? '' : left === 1 ? '; one of its steps is open' : `; ${left} of its steps are open`
    return told(
      task,
      `Done: ${short(task.title)}${open}`,
      () => completed(task, how, (how) => void complete(task, how)),
      {
        after: comesAgain,
        ...(left > 0 ? { further: { label: 'Complete its steps too', go: stepsOf(task) } } : {}),
      },
    )
  }

  const stepsOf = (before: Task) => (done: Task, said: number) => void completeSteps(before, done, said)

  /** Completes the steps of what is done already: then both are taken back together. */
  const completeSteps = async (
    before: Task,
    after: Task,
    said: number,
    how: changes.How = { steps: true },
  ): Promise<void> => {
    const done = run(() => completed(after, how, (how) => void completeSteps(before, after, said, how)))
    const back = async (withSteps: Task | undefined) => {
      if (withSteps && (await takeBack(client, {}, withSteps)))
        await takeBack(client, changes.wayBack(before, after), after)
    }
    const both = say(`Done with its steps: ${short(after.title)}`, () => void done.then(back))
    unsay((await done) ? said : both)
  }

  const to = (task: Task, status: Task['status'], text: string) =>
    told(task, text, () => changes.edit(client, task, { status, snoozed_until: null }))

  return {
    edit,

    complete,

    skip: (task: Task) =>
      told(task, `Skipped: ${short(task.title)}`, () => changes.skip(client, task), { after: comesAgain }),

    reopen: (task: Task) => told(task, `Open again: ${short(task.title)}`, () => changes.reopen(client, task)),

    start: (task: Task) => to(task, 'in_progress', `Started: ${short(task.title)}`),

    stop: (task: Task) => to(task, 'pending', `Put down: ${short(task.title)}`),

    cancel: (task: Task) => to(task, 'cancelled', `Cancelled: ${short(task.title)}`),

    snooze: (task: Task, until: number, zone: string) =>
      told(task, `Snoozed until ${momentWords(until, Date.now(), zone).text}: ${short(task.title)}`, () =>
        changes.snooze(client, task, until),
      ),

    /** Puts a reminder off: the task reminds again then, and sleeps until then. */
    remindAgain: (task: Task, until: number, zone: string) =>
      told(task, `Snoozed until ${momentWords(until, Date.now(), zone).text}: ${short(task.title)}`, () =>
        changes.remindAgain(client, task, until),
      ),

    wake: (task: Task) =>
      told(task, `Awake: ${short(task.title)}`, () => changes.edit(client, task, { snoozed_until: null })),

    /** Puts a task somewhere else in the order people make. It is seen where it is done. */
    move: async (task: Task, to: Spot, key: string) => {
      await remembered(
        client,
        task,
        run(() => changes.move(client, task, to, key)),
      )
    },

    remove: (task: Task) => told(task, `Deleted: ${short(task.title)}`, () => changes.remove(client, task)),

    restore: (task: Task) => told(task, `Restored: ${short(task.title)}`, () => changes.restore(client, task)),

    /** Adds a task; answers it, or nothing where that failed. */
    add: async (draft: Draft & { title: string }) => {
      const made = await run(() => create(client, draft))
      const gone = { deleted_at: new Date().toISOString() }
      if (made) say(`Added: ${short(made.title)}`, () => void takeBack(client, gone, made))
      return made
    },
  }
}

export function useActions(): Actions {
  const client = useQueryClient()
  return useMemo(() => actionsOf(client), [client])
}
