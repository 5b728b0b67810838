import type { QueryClient } from '@tanstack/react-query'
import { useSyncExternalStore } from 'react'
import { edit, show, together } from '../api/changes'
import type { Task } from '../api/client'
import { Conflict, explain, isStatus, Problem } from '../api/errors'
import { say, warn } from '../ui/toast'

/** How far the moving of many has come; null while nothing moves. */
export type Progress = { done: number; total: number }

let progress: Progress | null = null
let stopped = false
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

let wake = () => {}

/** Ends the moving of many after the one under way. */
export const stop = () => {
  stopped = true
  wake()
}

/** Waits, unless it is ended meanwhile. */
const seconds = (n: number) =>
  new Promise<void>((resolve) => {
    wake = resolve
    setTimeout(resolve, n * 1000)
  })

/** A task and the due date it is to get. */
export type Move = { task: Task; to: string | null }

/** Sends one; where there were too many changes, as soon as there may be more. */
async function patiently(client: QueryClient, { task, to }: Move): Promise<Task> {
  for (;;) {
    try {
      return await edit(client, task, { due_date: to })
    } catch (error) {
      if (!isStatus(error, 429) || stopped) throw error
      show(client, { ...task, due_date: to }) // while it waits too
      await seconds(error.retryAfter ?? 5)
      if (stopped) throw error
    }
  }
}

/**
 * Moves many tasks: all are shown at once and sent one after another. Says what came of
 * it, with one way back for all.
 */
export async function moveAll(client: QueryClient, moves: Move[], text: (n: number) => string): Promise<void> {
  if (progress || moves.length === 0) return
  stopped = false
  const moved: Move[] = []
  let first: unknown
  await together(client, async () => {
    for (const { task, to } of moves) show(client, { ...task, due_date: to })
    for (const [i, move] of moves.entries()) {
      set({ done: i, total: moves.length })
      try {
        if (stopped) throw new Error('stopped')
        const after = await patiently(client, move)
        moved.push({ task: after, to: move.task.due_date })
      } catch (error) {
        show(client, move.task)
        if (stopped) continue
        first ??= error
        if (!(error instanceof Problem || error instanceof Conflict)) stopped = true // no server, or no session: the others would fail likewise
      }
    }
  })
  set(null)
  if (moved.length > 0) say(text(moved.length), () => void moveAll(client, moved, (n) => `${n} moved back`))
  if (first) {
    const left = moves.length - moved.length
    warn(
      `${left} of ${moves.length} could not be moved. ${first instanceof Conflict ? `${first.message}.` : explain(first)}`,
    )
  }
}
