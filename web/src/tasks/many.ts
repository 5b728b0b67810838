import type { QueryClient } from '@tanstack/react-query'
import { seen, wholeSecond } from '../api/changes'
import type { Edit, Task } from '../api/client'
import { isOpen } from '../api/queries'
import type { Actions } from '../shell/actions'
import { changeMany, editMany } from '../shell/bulk'
import { momentWords } from '../time/words'
import { short } from '../ui/short'
import type { Picked } from './picker'

/** The same for one task and for many: one is said by its title, many are changed by one request and undone at once. */
export type Many = ReturnType<typeof manyOf>

export function manyOf(client: QueryClient, actions: Actions, zone: string) {
  const done = async (tasks: Task[]) => {
    const open = tasks.filter(isOpen)
    if (tasks.length === 1) return open[0] ? actions.complete(open[0]) : actions.reopen(tasks[0]!)
    return changeMany(client, 'Done', [{ tasks: open, change: { action: 'complete' }, fields: seen.done }])
  }

  const remove = async (tasks: Task[]) => {
    if (tasks.length === 1) return actions.remove(tasks[0]!)
    return changeMany(client, 'Deleted', [{ tasks, change: { action: 'delete' }, fields: seen.deleted }])
  }

  const edit = async (tasks: Task[], said: string, fields: Edit) => {
    if (tasks.length === 1) return actions.edit(tasks[0]!, fields, `${said}: ${short(tasks[0]!.title)}`)
    return editMany(client, said, tasks, () => fields)
  }

  const tagged = async (tasks: Task[], tag: string) => {
    const without = tasks.filter((t) => !t.tags.includes(tag))
    const fields = (t: Task) => ({ tags: [...t.tags, tag] })
    const [one] = tasks
    if (one && tasks.length === 1) return without[0] && edit([one], `Tagged ${tag}`, fields(one))
    return changeMany(client, `Tagged ${tag}`, [{ tasks: without, change: { add_tags: [tag] }, fields }])
  }

  const snooze = async (tasks: Task[], until: number) => {
    const open = tasks.filter(isOpen)
    if (tasks.length === 1) return open[0] && actions.snooze(open[0], until, zone)
    const at = wholeSecond(until)
    const label = `Snoozed until ${momentWords(until, Date.now(), zone).text}`
    const change = { action: 'snooze', until: at }
    return changeMany(client, label, [{ tasks: open, change, fields: () => seen.asleep(at) }])
  }

  const apply = async (tasks: Task[], picked: Picked) => {
    switch (picked.kind) {
      case 'snooze':
        return snooze(tasks, picked.until)
      case 'tag':
        return tagged(tasks, picked.tag)
      case 'edit':
        return edit(tasks, picked.said, picked.fields)
    }
  }

  return { done, remove, snooze, apply }
}
