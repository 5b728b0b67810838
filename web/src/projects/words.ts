import { within, type Project } from '../api/projects'
import { count } from '../ui/count'

/** What goes with a project, in words: the projects in it, and all their tasks. Nothing where it is empty. */
export function goesAlong(projects: Project[], project: Project): string {
  const inIt = within(projects, project)
  const all = [project, ...inIt]
  const open = all.reduce((sum, p) => sum + p.open_tasks, 0)
  const done = all.reduce((sum, p) => sum + p.done_tasks, 0)
  const parts = [
    inIt.length > 0 && count(inIt.length, 'sub-project'),
    open > 0 && count(open, 'open task'),
    done > 0 && (open > 0 ? `${done} done` : count(done, 'task that is done', 'tasks that are done')),
  ].filter((part) => part !== false)
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`
}
