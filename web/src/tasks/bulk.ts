import type { QueryClient } from '@tanstack/react-query'
import { useSyncExternalStore } from 'react'
import { together } from '../api/changes'
import type { Task } from '../api/client'
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

/** Does it to one task and answers the way back. */
export type One = (task: Task) => Promise<Way>
type Way = () => Promise<unknown>

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

/** Sends one after another; answers what each came to. What failed is counted and left out. */
async function row<T, R>(
  label: string,
  items: T[],
  send: (item: T) => Promise<R>,
): Promise<{ came: R[]; failed: unknown[] }> {
  stopped = new AbortController()
  const { signal } = stopped
  const came: R[] = []
  const failed: unknown[] = []
  set({ label, done: 0, of: items.length, waits: null })
  for (const item of items) {
    while (!signal.aborted) {
      try {
        came.push(await send(item))
      } catch (error) {
        if (isStatus(error, 429)) {
          const wait = (error.retryAfter ?? 5) * 1000
          set({ ...progress!, waits: Date.now() + wait })
          await pause(wait, signal)
          continue
        }
        failed.push(error)
        if (error instanceof Unreachable || error instanceof SignedOut) stopped.abort()
      }
      set({ label, done: came.length + failed.length, of: items.length, waits: null })
      break
    }
    if (signal.aborted) break
  }
  set(null)
  return { came, failed }
}

let turn: Promise<unknown> = Promise.resolve()

function afterOthers<T>(fn: () => Promise<T>): Promise<T> {
  const mine = turn.then(fn)
  turn = mine.catch(() => {})
  return mine
}

const count = (n: number) => (n === 1 ? '1 task' : `${n} tasks`)

/** Changes many tasks, says what came of it, and offers the way back for all of them at once. */
export async function changeMany(client: QueryClient, label: string, tasks: Task[], one: One): Promise<void> {
  if (tasks.length === 0) return
  const { came, failed } = await afterOthers(() => together(client, () => row(label, tasks, one)))
  const back = () => void undoMany(client, label, came)
  if (came.length > 0) say(`${label}: ${count(came.length)}`, back)
  if (failed.length > 0) warn(`${count(failed.length)} left as they were. ${explain(failed[0])}`)
}

async function undoMany(client: QueryClient, label: string, ways: Way[]) {
  const undo = () => row(`Undo “${label}”`, ways.toReversed(), (way) => way())
  const { failed } = await afterOthers(() => together(client, undo))
  if (failed.length > 0) warn(`${count(failed.length)} could not be put back. ${explain(failed[0])}`)
}
