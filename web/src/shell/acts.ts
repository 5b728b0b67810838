import { useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import type { Task } from '../api/client'
import { bestQuery, isOpen, validUntil } from '../api/queries'
import { doneLabel, notNowLabel, startLabel } from '../now/desk'
import { notNowUntil } from '../now/not-now'
import type { IconName } from '../ui/icon'
import { useActions } from './actions'
import { openOverlay } from './overlay'
import { useZone } from './zone'

/** Something that can be done with a task, and what it is called. */
export type Act = { label: string; icon: IconName; run: () => void }

/** What can be done with one task: its buttons, its keys and the palette do the same. */
export function useActs() {
  const client = useQueryClient()
  const actions = useActions()
  const zone = useZone()
  return useCallback(
    (task: Task) => {
      const snooze = (until: number) => void actions.snooze(task, until, zone)
      const done: Act = isOpen(task)
        ? { label: doneLabel, icon: 'check', run: () => void actions.complete(task) }
        : { label: 'Open again', icon: 'undo', run: () => void actions.reopen(task) }
      const start: Act =
        task.status === 'in_progress'
          ? { label: startLabel(task), icon: 'clock', run: () => void actions.stop(task) }
          : { label: startLabel(task), icon: 'play', run: () => void actions.start(task) }
      const notNow: Act = {
        label: notNowLabel,
        icon: 'clock',
        run: () => {
          const answer = client.getQueryData(bestQuery.queryKey)
          snooze(notNowUntil(Date.now(), answer ? validUntil(answer) : null))
        },
      }
      const wake: Act = { label: 'Wake', icon: 'sun', run: () => void actions.wake(task) }
      const skip: Act | undefined =
        task.recurrence && isOpen(task)
          ? { label: 'Skip this time', icon: 'skip', run: () => void actions.skip(task) }
          : undefined
      const template: Act = {
        label: 'Save as template…',
        icon: 'list',
        run: () => openOverlay('save-template', { source: { from_task: task.id }, name: task.title }),
      }
      const remove: Act = { label: 'Delete', icon: 'trash', run: () => void actions.remove(task) }
      return { done, start, notNow, wake, skip, template, remove, snooze }
    },
    [client, actions, zone],
  )
}
