import { useSyncExternalStore } from 'react'
import type { Scope } from '../api/changes'
import type { Edit, Task } from '../api/client'
import { isOpen } from '../api/queries'

/** An edit of a task that repeats: for this time only, or from here on? */
export type Question = { task: Task; fields: Edit; usual: Scope; answer: (to: Scope | null) => void }

let asked: Question[] = []
const listeners = new Set<() => void>()

function set(to: Question[]) {
  asked = to
  for (const listener of listeners) listener()
}

const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export const useScopeAsked = () => useSyncExternalStore(subscribe, () => asked[0] ?? null)

/** A date is meant for this time as a rule, words for all that follow. What else is changed is meant for all of them. */
const usually: Partial<Record<keyof Edit, Scope>> = {
  due_date: 'occurrence',
  start_date: 'occurrence',
  title: 'following',
  description: 'following',
}

/** Whether it is asked for which occurrences a field of a task is changed. */
export const isAsked = (task: Task, field: keyof Edit): boolean =>
  task.recurrence !== null && isOpen(task) && usually[field] !== undefined

/**
 * For which occurrences an edit is meant, as the person says; null where they do not say, so that it is not made, and
 * undefined where there is nothing to ask. Whoever is leaving the page is not asked.
 */
export async function scopeOf(task: Task, fields: Edit): Promise<Scope | null | undefined> {
  const names = (Object.keys(fields) as (keyof Edit)[]).filter((name) => isAsked(task, name))
  const [first] = names
  if (!first || 'recurrence' in fields || fields.due_date === null || document.visibilityState === 'hidden')
    return undefined
  return new Promise((resolve) => {
    const question: Question = {
      task,
      fields: Object.fromEntries(names.map((name) => [name, fields[name]])),
      usual: usually[first]!,
      answer: (to) => {
        set(asked.filter((q) => q !== question))
        resolve(to)
      },
    }
    set([...asked, question])
  })
}
