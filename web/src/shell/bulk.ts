import type { QueryClient } from '@tanstack/react-query'
import { useSyncExternalStore } from 'react'
import { ahead, edit, together, undo, wayBack } from '../api/changes'
import type { Edit, Task } from '../api/client'
import { explain, isStatus, SignedOut, Unreachable } from '../api/errors'
import { say, warn } from '../ui/toast'

/**
 * One change of many tasks: they are sent one after another. The server takes so many
 * a minute, so that a long row of them waits now and then, and can be stopped.
 */

export type Progress = {
  label: string
  done: number
  of: number
  /** Until when it waits, because the server takes no more before. */
  waits: number | null
}

/** One change of the row. */
export type Step = {
  task: Task
  /** What is shown of it from the beginning, while it still waits its turn. */
  fields?: Partial<Task>
  /** Does it, and answers the way back where there is one. */
  send: () => Promise<Step | void>
}

let progress: Progress | null = null
let stopped = new AbortController()
const listeners = new Set<() => void>()

function set(to: Progress | null) {
  progress = to
  for (const listener of listeners) listener()
}

const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export const useProgress = () => useSyncExternalStore(subscribe, () => progress)

export const stopBulk = () => stopped.abort()

const pause = (ms: number, signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    const end = () => {
      clearTimeout(timer)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal.addEventListener('abort', end, { once: true })
  })

/** What came of a row. */
type Came = {
  done: number
  back: Step[]
  refused: unknown[]
  /** There is no server or no session any more; so many are left. */
  broke: unknown
  left: number
}

const breaks = (error: unknown) => error instanceof Unreachable || error instanceof SignedOut

/** Sends one, again where the server takes no more just now, unless it is stopped. */
async function patiently(step: Step, came: Came, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      const back = await step.send()
      came.done++
      if (back) came.back.push(back)
      return
    } catch (error) {
      if (!isStatus(error, 429)) throw error
      const wait = (error.retryAfter ?? 5) * 1000
      set({ ...progress!, waits: Date.now() + wait })
      await pause(wait, signal)
    }
  }
}

/** Sends one after another, until it is stopped or there is no server. What was refused is left out. */
async function row(client: QueryClient, label: string, steps: Step[]): Promise<Came> {
  stopped = new AbortController()
  const { signal } = stopped
  const of = steps.length
  const came: Came = { done: 0, back: [], refused: [], broke: null, left: 0 }
  set({ label, done: 0, of, waits: null })
  const seen = steps.filter((step) => step.fields)
  const ways = await ahead(
    client,
    seen.map(({ task, fields }) => ({ task, fields: fields! })),
  )
  const hide = new Map(seen.map((step, i) => [step, ways[i]!]))
  for (const [i, step] of steps.entries()) {
    try {
      if (!came.broke) await patiently(step, came, signal)
    } catch (error) {
      if (breaks(error)) Object.assign(came, { broke: error, left: of - i })
      else came.refused.push(error)
    }
    hide.get(step)?.()
    if (!came.broke && !signal.aborted) set({ label, done: i + 1, of, waits: null })
  }
  set(null)
  return came
}

let turn: Promise<unknown> = Promise.resolve()

function afterOthers<T>(fn: () => Promise<T>): Promise<T> {
  const mine = turn.then(fn)
  turn = mine.catch(() => {})
  return mine
}

const count = (n: number) => (n === 1 ? '1 task' : `${n} tasks`)

/** Changes many tasks, says what came of it, and offers the way back for all of them at once. */
export async function changeMany(client: QueryClient, label: string, steps: Step[]): Promise<void> {
  if (steps.length === 0) return
  const came = await afterOthers(() => together(client, () => row(client, label, steps)))
  if (came.done > 0) say(`${label}: ${count(came.done)}`, () => void undoMany(client, label, came.back))
  complain(came, 'left as it was', 'left as they were')
}

/** A change of the row, and the way back from it. */
export const stepOf = (
  client: QueryClient,
  task: Task,
  change: (task: Task) => Promise<Task>,
  fields?: Partial<Task>,
): Step => ({
  task,
  ...(fields ? { fields } : {}),
  send: async () => {
    const after = await change(task)
    const back = wayBack(task, after)
    return { task: after, fields: back, send: () => undo(client, back, after).then(() => {}) }
  },
})

/** Edits many tasks: all are shown as they will be at once. */
export const editMany = (client: QueryClient, label: string, tasks: Task[], fieldsOf: (task: Task) => Edit) =>
  changeMany(
    client,
    label,
    tasks.map((task) => {
      const fields = fieldsOf(task)
      return stepOf(client, task, () => edit(client, task, fields), fields as Partial<Task>)
    }),
  )

async function undoMany(client: QueryClient, label: string, steps: Step[]) {
  const undo = () => row(client, `Undo “${label}”`, steps.toReversed())
  const came = await afterOthers(() => together(client, undo))
  if (came.done > 0) say(`Put back: ${count(came.done)}`)
  complain(came, 'could not be put back', 'could not be put back')
}

function complain({ refused, broke, left }: Came, one: string, many: string) {
  if (refused.length > 0) warn(`${count(refused.length)} ${refused.length === 1 ? one : many}. ${explain(refused[0])}`)
  if (broke) warn(`It stopped before the last ${count(left)}. ${explain(broke)}`)
}
