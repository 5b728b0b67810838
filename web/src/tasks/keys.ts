import type { Task } from '../api/client'
import { useActs } from '../shell/acts'
import { useShortcutsOf } from '../shell/shortcuts'
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
const elsewhere = ({ key, target }: KeyboardEvent) =>
  key.startsWith('Arrow') &&
  target instanceof Element &&
  target !== document.body &&
  target.id !== 'main' &&
  !target.closest('[data-tasks]')

const onSomething = ({ target }: KeyboardEvent) =>
  target instanceof Element && target !== document.body && target.id !== 'main'

/** The list by keyboard. */
export function useKeys(k: Keys) {
  const actsOn = useActs()
  /** Does something with the task that is meant, where it is one. */
  const one = (what: 'start' | 'notNow') => () => {
    const task = k.one()
    if (task) actsOn(task)[what].run()
  }
  useShortcutsOf('Tasks', {
    next: { run: () => k.move(1), unless: elsewhere },
    before: { run: () => k.move(-1), unless: elsewhere },
    open: { run: k.open, unless: onSomething },
    close: k.close,
    select: () => k.select(false),
    selectTo: () => k.select(true),
    done: k.done,
    start: one('start'),
    snooze: () => k.pick('snooze'),
    notNow: one('notNow'),
    priority: (e) => k.priority(Number(e.key)),
    due: () => k.pick('due'),
    rename: k.rename,
    remove: k.remove,
    search: k.search,
  })
}
