import type { Template } from '../api/templates'
import { count } from '../ui/count'

/** What a template makes: a task; a task with 3 steps; a project with 12 tasks. */
export function makes({ kind, tasks }: Pick<Template, 'kind' | 'tasks'>): string {
  const n = kind === 'task' ? tasks - 1 : tasks
  return n > 0 ? `a ${kind} with ${count(n, kind === 'task' ? 'step' : 'task')}` : `a ${kind}`
}
