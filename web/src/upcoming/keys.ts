import type { KeyboardEvent } from 'react'
import { meantIn, table, type Doing } from '../shell/keys'

/** What the keyboard asks for where a task has the focus. */
export type KeyRun = {
  move: (id: string, days: number) => void
  ask: (id: string, beside: HTMLElement) => void
  complete: (id: string) => void
}

const linkIn = (li: Element | null | undefined) => li?.querySelector<HTMLElement>('a')
const rows = (within: Element) => [...within.querySelectorAll<HTMLElement>('[data-task]')]

/** The task after this one, else the one before. */
export const neighbour = (li: Element): HTMLElement | null => {
  const all = rows(li.closest('[data-board]')!)
  const i = all.indexOf(li as HTMLElement)
  return linkIn(all[i + 1] ?? all[i - 1]) ?? null
}

/** In columns, the task beside this one; empty days are passed over. */
function beside(li: HTMLElement, step: 1 | -1): HTMLElement | null | undefined {
  const group = li.closest('[data-place]')!
  const groups = [...group.parentElement!.children].filter((g) => g === group || rows(g).length > 0)
  const to = groups[groups.indexOf(group) + step]
  if (!to) return null
  const there = rows(to)
  return linkIn(there[Math.min(rows(group).indexOf(li), there.length - 1)])
}

/** Arrows, or j and k, go from task to task; with Shift the task itself goes, along the days. A key that is held only goes on. */
export function onKeys(e: KeyboardEvent<HTMLElement>, columns: boolean, run: KeyRun): void {
  const li = (e.target as Element).closest<HTMLElement>('[data-task]')
  if (!li || e.ctrlKey || e.metaKey || e.altKey) return
  const across = /^Arrow(Left|Right)$/.test(e.key)
  if (across ? !columns : columns && e.shiftKey && e.key.startsWith('Arrow')) return // not how the days lie
  const id = li.dataset.task!
  const all = rows(e.currentTarget)
  const next = (step: number) => linkIn(all[all.indexOf(li) + step])?.focus()
  const doing: Doing<'Upcoming', () => void> = {
    next: () => next(1),
    before: () => next(-1),
    left: () => beside(li, -1)?.focus(),
    right: () => beside(li, 1)?.focus(),
    move: () => run.ask(id, li.querySelector('button:last-of-type') ?? li),
    earlier: () => run.move(id, -1),
    later: () => run.move(id, 1),
    done: () => {
      neighbour(li)?.focus()
      run.complete(id)
    },
  }
  const meant = meantIn('Upcoming', e)
  if (!meant) return
  e.preventDefault()
  if (!e.repeat || 'held' in table.Upcoming[meant]) doing[meant]()
}
