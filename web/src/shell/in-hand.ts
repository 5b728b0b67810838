import { useQuery } from '@tanstack/react-query'
import { useLocation, useParams } from '@tanstack/react-router'
import type { Task } from '../api/client'
import { bestQuery, isOpen, taskQuery } from '../api/queries'
import { snoozeChoices } from '../now/snooze-choices'
import { present } from '../time/now'
import { useActs, type Act } from './acts'
import { signsOf, table } from './keys'
import { useZone } from './zone'

/** The task somebody has before them: the one that is open, or on Now the best. */
export function useInHand(): Task | undefined {
  const { id } = useParams({ strict: false })
  const now = useLocation({ select: (l) => l.pathname === '/' })
  const opened = useQuery({ ...taskQuery(id ?? ''), enabled: false }).data
  const best = useQuery({ ...bestQuery, enabled: false }).data?.best?.task
  const task = id ? opened : now ? best : undefined
  return task?.deleted_at ? undefined : task
}

/** All that can be done with it, as it is usually wanted, and the key that does the same. */
export function useActsInHand(task: Task | undefined): (Act & { keys?: string })[] {
  const actsOn = useActs()
  const zone = useZone()
  if (!task) return []
  const { done, start, notNow, wake, skip, template, remove, snooze } = actsOn(task)
  const keyed = (name: 'done' | 'start' | 'notNow', act: Act) => ({ ...act, keys: signsOf(table.Tasks[name])[0]! })
  if (!isOpen(task)) return [keyed('done', done), remove]
  const later = snoozeChoices(present(), zone).map((c): Act => ({
    label: `Snooze: ${c.label}`,
    icon: 'moon',
    run: () => snooze(c.until),
  }))
  return [
    keyed('done', done),
    keyed('start', start),
    ...(task.status === 'snoozed' ? [wake] : [keyed('notNow', notNow)]),
    ...later,
    ...(skip ? [skip] : []),
    template,
    remove,
  ]
}

/** Whether the words somebody types are the beginnings of words of a name, the first of its first. */
export function beginsWith(name: string, typed: string): boolean {
  const words = (text: string) =>
    text
      .toLowerCase()
      .split(/[\s:]+/)
      .filter(Boolean)
  const [first, ...rest] = words(typed)
  const all = words(name)
  return first === undefined || (all[0]!.startsWith(first) && rest.every((w) => all.some((n) => n.startsWith(w))))
}
