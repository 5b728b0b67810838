import { useQueryClient } from '@tanstack/react-query'
import type { Task } from '../api/client'
import { validUntil, type Answer } from '../api/queries'
import { notNowUntil } from '../now/not-now'
import { useActions } from '../shell/actions'
import { useShortcuts, type Shortcut } from '../shell/shortcuts'
import { useZone } from '../shell/zone'
import type { What } from './picker'

type Keys = {
  rows: number
  move: (by: number) => void
  search: () => void
  open: () => void
  select: (upToHere: boolean) => void
  done: () => void
  remove: () => void
  priority: (n: number) => void
  pick: (what: What) => void
  rename: () => void
  /** The task that is meant, where it is one. */
  one: () => Task | undefined
  close: () => void
}

/** Arrows scroll the panel, Enter presses what has the focus: only the list and the page itself leave them to us. */
const elsewhere = (target: EventTarget | null) =>
  target instanceof Element && target !== document.body && target.id !== 'main' && !target.closest('[data-tasks]')

const onSomething = (target: EventTarget | null) =>
  target instanceof Element && target !== document.body && target.id !== 'main'

/** The list by keyboard. */
export function useKeys(k: Keys) {
  const client = useQueryClient()
  const actions = useActions()
  const zone = useZone()
  const start = () => {
    const task = k.one()
    if (task) void (task.status === 'in_progress' ? actions.stop(task) : actions.start(task))
  }
  const notNow = () => {
    const task = k.one()
    const answer = client.getQueryData<Answer>(['best'])
    if (task) void actions.snooze(task, notNowUntil(Date.now(), answer ? validUntil(answer) : null), zone)
  }
  const priorities = [1, 2, 3, 4, 5].map((n): Shortcut => ({
    keys: String(n),
    label: `Priority ${n}`,
    run: () => k.priority(n),
  }))
  useShortcuts([
    { keys: 'j', label: 'Next task', run: () => k.move(1), held: true },
    { keys: 'k', label: 'Task before', run: () => k.move(-1), held: true },
    { keys: 'ArrowDown', label: 'Next task', run: () => k.move(1), held: true, unless: elsewhere },
    { keys: 'ArrowUp', label: 'Task before', run: () => k.move(-1), held: true, unless: elsewhere },
    { keys: 'Enter', label: 'Open', run: k.open, unless: onSomething },
    { keys: '/', label: 'Search', run: k.search },
    { keys: 'x', label: 'Select', run: (e) => k.select(e.shiftKey) },
    { keys: 'e', label: 'Done', run: k.done },
    { keys: 's', label: 'Start', run: start },
    { keys: 'z', label: 'Snooze', run: () => k.pick('snooze') },
    { keys: 'n', label: 'Not now', run: notNow },
    { keys: 'd', label: 'Due', run: () => k.pick('due') },
    { keys: 'F2', label: 'Change the title', run: k.rename },
    { keys: 'Delete', label: 'Delete', run: k.remove },
    { keys: 'Escape', label: 'Close', run: k.close },
    ...priorities,
  ])
}
