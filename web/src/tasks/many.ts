import type { QueryClient } from '@tanstack/react-query'
import * as changes from '../api/changes'
import type { Task } from '../api/client'
import { isOpen } from '../api/queries'
import { asItWas, short, type Actions } from '../shell/actions'
import { momentWords } from '../time/words'
import { changeMany } from './bulk'
import type { Picked } from './picker'

/** The same for one task and for many: one is said by its title, many are sent in a row and undone at once. */
export type Many = ReturnType<typeof manyOf>

export function manyOf(client: QueryClient, actions: Actions, zone: string) {
  const done = async (tasks: Task[]) => {
    const open = tasks.filter(isOpen)
    if (tasks.length === 1) return open[0] ? actions.complete(open[0]) : actions.reopen(tasks[0]!)
    return changeMany(client, 'Done', open, async (task) => {
      const after = await changes.complete(client, task)
      return () => asItWas(client, task, after)
    })
  }

  const remove = async (tasks: Task[]) => {
    if (tasks.length === 1) return actions.remove(tasks[0]!)
    return changeMany(client, 'Deleted', tasks, async (task) => {
      await changes.remove(client, task)
      return () => changes.restore(client, task)
    })
  }

  const edit = async (tasks: Task[], said: string, fieldsOf: (task: Task) => Parameters<typeof changes.edit>[2]) => {
    if (tasks.length === 1) return actions.edit(tasks[0]!, fieldsOf(tasks[0]!), `${said}: ${short(tasks[0]!.title)}`)
    return changeMany(client, said, tasks, async (task) => {
      const fields = fieldsOf(task)
      const after = await changes.edit(client, task, fields)
      return () => changes.edit(client, after, changes.inverse(task, fields))
    })
  }

  const snooze = async (tasks: Task[], until: number) => {
    const open = tasks.filter(isOpen)
    if (tasks.length === 1) return open[0] && actions.snooze(open[0], until, zone)
    const label = `Snoozed until ${momentWords(until, Date.now(), zone).text}`
    return changeMany(client, label, open, async (task) => {
      const after = await changes.snooze(client, task, until)
      return () => asItWas(client, task, after)
    })
  }

  const apply = async (tasks: Task[], picked: Picked) => {
    switch (picked.kind) {
      case 'snooze':
        return snooze(tasks, picked.until)
      case 'tag': {
        const without = tasks.filter((t) => !t.tags.includes(picked.tag))
        return edit(without, `Tagged ${picked.tag}`, (t) => ({ tags: [...t.tags, picked.tag] }))
      }
      case 'edit':
        return edit(tasks, picked.said, () => picked.fields)
    }
  }

  return { done, remove, snooze, apply }
}
