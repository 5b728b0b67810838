import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { createProject, inTree, projectsQuery } from '../api/projects'
import { explain } from '../api/errors'
import { IconButton } from '../ui/button'
import { Icon } from '../ui/icon'
import { warn } from '../ui/toast'

/** The projects, beside every screen of a desk. */
export default function ProjectsNav() {
  const tree = inTree(useQuery(projectsQuery).data ?? [])
  const [making, setMaking] = useState(false)
  return (
    <section aria-label="Projects" className="mt-5 flex min-h-0 flex-col">
      <div className="flex items-center pl-2.5">
        <h2 className="flex-1 text-[13px] font-semibold text-ink-3">Projects</h2>
        <IconButton label="New project" onClick={() => setMaking(true)}>
          <Icon name="plus" className="size-3.75" />
        </IconButton>
      </div>
      {making && <NewProject onEnd={() => setMaking(false)} />}
      <ul className="min-h-0 overflow-y-auto empty:hidden">
        {tree.map(({ project, depth }) => (
          <li key={project.id}>
            <Link
              to="/tasks"
              search={{ project: project.id }}
              activeOptions={{ includeSearch: true }}
              className={`flex min-h-11 items-center gap-2 rounded-[9px] pr-2.5 text-[14px] text-ink-2 hover:text-ink fine:min-h-8.5 aria-[current=page]:bg-accent-soft aria-[current=page]:text-accent ${depth ? 'pl-6' : 'pl-2.5'}`}
            >
              <span dir="auto" className="min-w-0 flex-1 truncate">
                {project.name}
              </span>
              {project.open_tasks > 0 && (
                <span className="tnum text-[13px] text-ink-3">
                  {project.open_tasks}
                  <span className="sr-only"> open</span>
                </span>
              )}
            </Link>
          </li>
        ))}
      </ul>
    </section>
  )
}

/** A name, and Enter: then one is in it. */
function NewProject({ onEnd }: { onEnd: () => void }) {
  const client = useQueryClient()
  const navigate = useNavigate()
  const [busy, setBusy] = useState(false)
  const make = async (name: string) => {
    setBusy(true)
    try {
      const { id } = await createProject(client, name, null)
      onEnd()
      await navigate({ to: '/tasks', search: { project: id } })
    } catch (error) {
      warn(explain(error))
      setBusy(false)
    }
  }
  return (
    <input
      autoFocus
      dir="auto"
      aria-label="Name of the project"
      placeholder="Name"
      maxLength={100}
      disabled={busy}
      onBlur={(e) => e.target.value.trim() === '' && onEnd()}
      onKeyDown={(e) => {
        const name = e.currentTarget.value.trim()
        if (e.key === 'Escape') onEnd()
        else if (e.key === 'Enter' && name) void make(name)
        else return
        e.preventDefault()
      }}
      className="mx-0.5 mb-1 min-h-11 rounded-lg border border-accent bg-surface px-2 text-[14px] outline-none fine:min-h-8.5"
    />
  )
}
