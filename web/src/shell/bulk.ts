import type { QueryClient } from '@tanstack/react-query'
import { useSyncExternalStore } from 'react'
import { beginAllAnew } from '../api/anew'
import { changeAlike, mostAlike, seenAs, undoAlike, type Alike, type Changed } from '../api/changes'
import { ahead, together } from '../api/shown'
import type { Edit, Task } from '../api/client'
import { explain, isStatus, Problem, refusals, SignedOut, Unreachable } from '../api/errors'
import { guessZone } from '../time/zone'
import { count } from '../ui/count'
import { short } from '../ui/short'
import { say, warn } from '../ui/toast'
import { overwriteWords } from './overwrite-words'

/**
 * One change of many tasks: one request for all of them that are changed alike, up to a thousand. The server takes
 * so many requests a minute, so that a row of them waits now and then, and can be stopped.
 */

export type Progress = {
  label: string
  done: number
  of: number
  /** Until when it waits, because the server takes no more before. */
  waits: number | null
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

/** Tasks that are changed alike, and how each is seen from the beginning, while it waits its turn. */
export type Part = { tasks: Task[]; change: Alike; fields: (task: Task) => Partial<Task> }

/** One request of the row. */
type Step = {
  tasks: Task[]
  fields: (task: Task) => Partial<Task>
  send: (tasks: Task[]) => Promise<Changed>
}

/** Tasks that are as they were, and why. */
type Refused = { task: Task; why: string }

/** What came of a row. */
type Came = {
  label: string
  of: number
  done: number
  back: Step[]
  refused: Refused[]
  /** There is no server or no session any more; so many are left. */
  broke: unknown
  left: number
}

/** Why something failed; what stands in the way of an undo by its name. */
const wordsOf = (error: unknown): string =>
  error instanceof Problem && error.overwrites.length > 0
    ? overwriteWords(error, Date.now(), guessZone()).replace(/^Not undone, since it/, 'Something')
    : explain(error)

const breaks = (error: unknown) => error instanceof Unreachable || error instanceof SignedOut

type Show = Awaited<ReturnType<typeof ahead>>

/** The way back from what a request has done. */
function backOf(before: Task[], { change, changed }: Changed, fields: Step['fields']): Step | undefined {
  const those = before.filter((task) => changed.has(task.id))
  if (change === null || those.length === 0) return undefined
  const was = (task: Task) =>
    Object.fromEntries(Object.keys(fields(task)).map((name) => [name, task[name as keyof Task]])) as Partial<Task>
  const fieldsOf = new Map(those.map((task) => [task.id, was(task)]))
  return {
    tasks: those.map((task) => ({ ...task, ...fields(task), version: task.version + 1 })),
    fields: (task) => fieldsOf.get(task.id) ?? {},
    send: (tasks) => undoAlike(tasks, change),
  }
}

/**
 * Sends one request: again where the server takes no more just now, unless it is stopped, and without those that it is
 * refused for.
 */
async function patiently({ tasks, fields, send }: Step, came: Came, show: Show, signal: AbortSignal): Promise<void> {
  let left = tasks
  while (left.length > 0 && !signal.aborted) {
    try {
      const answer = await send(left)
      show(left, ({ id }) => (answer.changed.has(id) ? 'changed' : 'same'))
      came.done += left.length
      const back = backOf(left, answer, fields)
      if (back) came.back.push(back)
      return
    } catch (error) {
      if (isStatus(error, 429)) {
        const wait = (error.retryAfter ?? 5) * 1000
        const { label, done, of } = came
        set({ label, done, of, waits: Date.now() + wait })
        await pause(wait, signal)
        set({ label, done, of, waits: null })
        continue
      }
      const why = refusals(error)
      if (why.size === 0) throw error
      const those = left
      left = those.filter((_, i) => !why.has(i))
      const refused = those.flatMap((task, i) => (why.has(i) ? [{ task, why: why.get(i)! }] : []))
      refuse(refused, came, show)
    }
  }
  asTheyWere(left, show)
}

const asTheyWere = (tasks: Task[], show: Show) => show(tasks, () => 'refused')

function refuse(refused: Refused[], came: Came, show: Show) {
  came.refused.push(...refused)
  asTheyWere(
    refused.map((r) => r.task),
    show,
  )
}

/** Sends one after another, until it is stopped or there is no server. What was refused is left out. */
async function row(client: QueryClient, label: string, steps: Step[]): Promise<Came> {
  stopped = new AbortController()
  const { signal } = stopped
  const all = steps.flatMap(({ tasks, fields }) => tasks.map((task) => ({ task, fields: fields(task) })))
  const came: Came = { label, of: all.length, done: 0, back: [], refused: [], broke: null, left: 0 }
  const tell = () => steps.length > 1 && set({ label, done: came.done, of: came.of, waits: null })
  tell()
  const show = await ahead(client, all)
  for (const step of steps) {
    try {
      if (came.broke) asTheyWere(step.tasks, show)
      else await patiently(step, came, show, signal)
    } catch (error) {
      if (breaks(error)) {
        Object.assign(came, { broke: error, left: came.of - came.done - came.refused.length })
        asTheyWere(step.tasks, show)
      } else {
        const known = new Set(came.refused.map((r) => r.task))
        refuse(
          step.tasks.filter((task) => !known.has(task)).map((task) => ({ task, why: wordsOf(error) })),
          came,
          show,
        )
      }
    }
    if (!came.broke && !signal.aborted) tell()
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

/** What one request changes. */
const cut = ({ tasks, change, fields }: Part): Step[] =>
  Array.from({ length: Math.ceil(tasks.length / mostAlike) }, (_, i) => ({
    tasks: tasks.slice(i * mostAlike, (i + 1) * mostAlike),
    fields,
    send: (tasks) => changeAlike(tasks, change),
  }))

/** Changes many tasks, says what came of it, and offers the way back for all of them at once. */
export async function changeMany(client: QueryClient, label: string, parts: Part[]): Promise<void> {
  const steps = parts.flatMap(cut)
  if (steps.length === 0) return
  const came = await afterOthers(() => together(client, () => row(client, label, steps)))
  if (came.done > 0) {
    const back = came.back.length > 0 ? () => void undoMany(client, label, came.back) : undefined // they were so already
    say(`${label}: ${count(came.done, 'task')}`, back)
  }
  complain(came, ['was left as it was', 'were left as they were'])
}

/** Edits many tasks: all are shown as they will be at once, and those that change alike go together. */
export function editMany(client: QueryClient, label: string, tasks: Task[], fieldsOf: (task: Task) => Edit) {
  const parts = new Map<string, Part>()
  for (const task of tasks) {
    const set = fieldsOf(task)
    const key = JSON.stringify(set)
    const part = parts.get(key) ?? { tasks: [], change: { set } as Alike, fields: (t) => seenAs(t, set) }
    part.tasks.push(task)
    parts.set(key, part)
  }
  return changeMany(client, label, [...parts.values()])
}

async function undoMany(client: QueryClient, label: string, steps: Step[]) {
  const came = await afterOthers(() => together(client, () => row(client, `Undo “${label}”`, steps.toReversed())))
  if (came.done > 0) {
    beginAllAnew(client) // what came of it is gone, as the next of what repeats
    say(`Put back: ${count(came.done, 'task')}`)
  }
  complain(came, ['could not be put back', 'could not be put back'])
}

/** “Pay the bill”; “Pay the bill” and “Call Bob”; “Pay the bill”, “Call Bob” and 3 more. */
function named(refused: Refused[]): string {
  const names = refused.slice(0, 2).map(({ task }) => `“${short(task.title)}”`)
  return refused.length > 2 ? `${names.join(', ')} and ${refused.length - 2} more` : names.join(' and ')
}

/** What a server says of a field, as a sentence. */
function sentence(text: string): string {
  const words = text
    .replace(/^Some fields are not valid: /, '')
    .replace(/\b[a-z]+(_[a-z]+)+\b/g, (name) => name.replaceAll('_', ' '))
  return words.slice(0, 1).toUpperCase() + words.slice(1).replace(/\.?$/, '.')
}

function complain({ refused, broke, done, left }: Came, [one, many]: [string, string]) {
  const [first] = refused
  if (first) warn(`${named(refused)} ${refused.length === 1 ? one : many}. ${sentence(first.why)}`)
  if (broke && done === 0 && !first) warn(explain(broke))
  else if (broke) warn(`It stopped before the last ${count(left, 'task')}. ${explain(broke)}`)
}
