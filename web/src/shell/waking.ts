import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { show } from '../api/shown'
import type { Task } from '../api/client'
import { at } from '../time/now'

const endOf = (task: Task) => (task.status === 'snoozed' ? Date.parse(task.snoozed_until ?? '') : NaN)

/** Shows tasks as awake once their snooze has ended: the server reads them so from then on, and nothing else changes. */
export function useWaking(tasks: Task[]) {
  const client = useQueryClient()
  useEffect(() => {
    let first = Infinity
    for (const task of tasks) if (endOf(task) < first) first = endOf(task)
    return at(first, () => {
      const now = Date.now()
      for (const task of tasks)
        if (endOf(task) <= now) show(client, { ...task, status: 'pending', snoozed_until: null })
    })
  }, [client, tasks])
}
