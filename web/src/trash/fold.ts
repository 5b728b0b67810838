import type { Task } from '../api/client'
import { goneAt, type Deleted, type Project } from '../api/trash'

/** Something deleted: a task or a project, and how many steps or tasks went with it. */
export type Row = { id: string; name: string; deletedAt: string; goneAt: string; took: number } & (
  { task: Task; project?: undefined } | { project: Project; task?: undefined }
)

const ofTask = ({ task, gone_at }: Deleted): Row => ({
  id: task.id,
  name: task.title,
  deletedAt: task.deleted_at!,
  goneAt: gone_at,
  took: 0,
  task,
})

const ofProject = (project: Project): Row => ({
  id: project.id,
  name: project.name,
  deletedAt: project.deleted_at!,
  goneAt: goneAt(project.deleted_at!),
  took: 0,
  project,
})

/**
 * What was deleted, the newest first. What went together comes back together: steps are counted at their task, tasks and
 * sub-projects at their project, and stand nowhere by themselves. Projects beyond what is loaded of the tasks wait.
 */
export function folded(deleted: Deleted[], projects: Project[], more = false): Row[] {
  const last = more ? deleted.at(-1)?.task.deleted_at : undefined
  const rows = new Map<string, Row>()
  for (const project of projects) rows.set(project.id, ofProject(project))
  for (const one of deleted) rows.set(one.task.id, ofTask(one))
  const above = (row: Row): Row | undefined =>
    [row.task ? row.task.parent_id : row.project.parent_id, row.task?.project_id]
      .map((id) => rows.get(id ?? ''))
      .find((one) => one?.deletedAt === row.deletedAt)
  for (const row of rows.values()) {
    let top = row
    for (let next = above(top); next; next = above(top)) top = next
    if (top !== row && row.task) top.took++
  }
  return [...rows.values()]
    .filter((row) => !above(row) && !(row.project && last && row.deletedAt < last))
    .sort((a, b) => (a.deletedAt < b.deletedAt ? 1 : a.deletedAt > b.deletedAt ? -1 : 0))
}
