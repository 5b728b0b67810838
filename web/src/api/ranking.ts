import type { InfiniteData, QueryClient } from '@tanstack/react-query'
import type { Ranked, Task } from './client'
import type { Answer } from './queries'

/** Shows a task as it is in the ranking, and what is best without it. */
export function showInRanking(client: QueryClient, task: Task): void {
  const actionable = task.status === 'pending' || task.status === 'in_progress'
  showRanked(client, task, actionable && !task.deleted_at)
  const top = client.getQueryData<Ranked>(['ranked', 'top'])
  const rest = top?.tasks.filter((s) => s.task.id !== task.id || (actionable && !task.deleted_at))
  if (top && rest) {
    client.setQueryData<Ranked>(['ranked', 'top'], {
      ...top,
      total: top.total - (top.tasks.length - rest.length),
      tasks: rest.map((s) => (s.task.id === task.id ? { ...s, task } : s)),
    })
  }
  const answer = client.getQueryData<Answer>(['best'])
  if (answer?.best?.task.id !== task.id) return
  if (actionable && !task.deleted_at) {
    client.setQueryData<Answer>(['best'], { best: { ...answer.best, task } })
    return
  }
  const next = rest?.[0]
  if (next) client.setQueryData<Answer>(['best'], { best: { ...next, valid_until: null } })
}

/** In the whole ranking a task keeps its place until the server has ranked it anew. */
function showRanked(client: QueryClient, task: Task, stays: boolean) {
  client.setQueryData<InfiniteData<Ranked>>(['ranked', 'all'], (all) => {
    if (!all?.pages.some((page) => page.tasks.some((s) => s.task.id === task.id))) return all
    const pages = all.pages.map((page) => {
      if (!page.tasks.some((s) => s.task.id === task.id)) return stays ? page : { ...page, total: page.total - 1 }
      const tasks = page.tasks.flatMap((s) => (s.task.id !== task.id ? [s] : stays ? [{ ...s, task }] : []))
      return { ...page, tasks, total: page.total - (stays ? 0 : 1) }
    })
    return { ...all, pages }
  })
}
