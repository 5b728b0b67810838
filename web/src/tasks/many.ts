import type { QueryClient } from '@tanstack/react-query'
import * as changes from '../api/changes'
import type { Edit, Task } from '../api/client'
import { isOpen } from '../api/queries'
import type { Actions } from '../shell/actions'
import { short } from '../ui/short'
import { changeMany, editMany, stepOf } from '../shell/bulk'
import { momentWords } from '../time/words'
import type { Picked } from './picker'

/** The same for one task and for many: one is said by its title, many are sent in a row and undone at once. */
export type Many = ReturnType<typeof manyOf>

export function manyOf(client: QueryClient, actions: Actions, zone: string) {
  const become = (label: string, tasks: Task[], change: (task: Task) => Promise<Task>) =>
    changeMany(
      client,
      label,
      tasks.map((task) => stepOf(client, task, change)),
    )

  const done = async (tasks: Task[]) => {
    const open = tasks.filter(isOpen)
    if (tasks.length === 1) return open[0] ? actions.complete(open[0]) : actions.reopen(tasks[0]!)
    return become('Done', open, (task) => changes.complete(client, task))
  }

  const remove = async (tasks: Task[]) => {
    if (tasks.length === 1) return actions.remove(tasks[0]!)
    return become('Deleted', tasks, (task) => changes.remove(client, task))
  }

  const edit = async (tasks: Task[], said: string, fieldsOf: (task: Task) => Edit) => {
    if (tasks.length === 1) return actions.edit(tasks[0]!, fieldsOf(tasks[0]!), `${said}: ${short(tasks[0]!.title)}`)
    return editMany(client, said, tasks, fieldsOf)
  }

  const snooze = async (tasks: Task[], until: number) => {
    const open = tasks.filter(isOpen)
    if (tasks.length === 1) return open[0] && actions.snooze(open[0], until, zone)
    const label = `Snoozed until ${momentWords(until, Date.now(), zone).text}`
    return become(label, open, (task) => changes.snooze(client, task, until))
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
