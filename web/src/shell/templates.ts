import type { Template } from '../api/templates'

/** What a template makes: a task; a task with 3 steps; a project with 12 tasks. */
export function makes({ kind, tasks }: Pick<Template, 'kind' | 'tasks'>): string {
  const n = kind === 'task' ? tasks - 1 : tasks
  const of = kind === 'task' ? 'step' : 'task'
  return n > 0 ? `a ${kind} with ${n} ${of}${n === 1 ? '' : 's'}` : `a ${kind}`
}
