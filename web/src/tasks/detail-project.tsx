import { useQuery } from '@tanstack/react-query'
import { useId } from 'react'
import { inTree, projectsQuery } from '../api/projects'
import { inputClass } from '../ui/field'
import { Row, type FieldProps } from './detail-fields'

/** The project a task is in. */
export function ProjectField({ task, editing: { save, wrong } }: FieldProps) {
  const id = useId()
  const projects = useQuery(projectsQuery).data ?? []
  const tree = inTree(projects)
  const away = projects.find((p) => p.id === task.project_id && !tree.some(({ project }) => project.id === p.id))
  const unknown = !projects.some((p) => p.id === task.project_id) && task.project_id // until they are loaded
  if (tree.length === 0 && !task.project_id) return null
  return (
    <Row label="Project" htmlFor={id} error={wrong('project_id')}>
      <select
        id={id}
        value={task.project_id ?? ''}
        aria-invalid={wrong('project_id') ? true : undefined}
        onChange={(e) => void save(task, { project_id: e.target.value || null })}
        className={inputClass}
      >
        <option value="">None</option>
        {unknown && <option value={unknown}>…</option>}
        {away && (
          <option dir="auto" value={away.id}>
            {away.name} (archived)
          </option>
        )}
        {tree.map(({ project, depth }) => (
          <option key={project.id} dir="auto" value={project.id}>
            {'\u2003'.repeat(depth) + project.name}
          </option>
        ))}
      </select>
    </Row>
  )
}
