import { useQuery } from '@tanstack/react-query'
import { Link, useRouter } from '@tanstack/react-router'
import { useRef, useState } from 'react'
import { archived, besideIn, inTree, projectsQuery, type InTree, type Project } from '../api/projects'
import { explain } from '../api/errors'
import { DropLine } from '../order/drop-line'
import { useOrdered } from '../order/drag'
import { useFollow } from '../order/follow'
import { moveOf, stepped, type Spot } from '../order/place'
import { useProjectActions } from '../projects/actions'
import { IconButton } from '../ui/button'
import { useHandsOn } from '../ui/focus'
import { useHere } from '../ui/here'
import { Icon } from '../ui/icon'
import { warn } from '../ui/toast'

/** The projects, beside every screen of a desk: dragged into their order, or moved by Alt and an arrow. */
export default function ProjectsNav() {
  const projects = useQuery(projectsQuery).data ?? []
  const actions = useProjectActions()
  const [making, setMaking] = useState(false)
  const plus = useRef<HTMLButtonElement>(null)
  const list = useRef<HTMLUListElement>(null)
  const follow = useFollow(list)
  const move = (id: string, to: Spot | undefined) => {
    const project = projects.find((p) => p.id === id)
    if (!project || !to) return
    follow(`[data-project="${CSS.escape(id)}"]`)
    void actions.move(project, to)
  }
  const away = archived(projects)
  return (
    <section aria-label="Projects" className="mt-5 flex min-h-0 flex-col">
      <div className="flex items-center pl-2.5">
        <h2 className="flex-1 text-[13px] font-semibold text-ink-3">Projects</h2>
        <IconButton ref={plus} label="New project" onClick={() => setMaking(true)}>
          <Icon name="plus" className="size-3.75" />
        </IconButton>
      </div>
      {making && (
        <NewProject
          onEnd={() => setMaking(false)}
          onCancel={() => {
            plus.current?.focus()
            setMaking(false)
          }}
        />
      )}
      <div className="-m-0.5 min-h-0 overflow-y-auto p-0.5">
        {/* The keys are those of the links inside, which have the focus. */}
        {/* eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
        <ul
          ref={list}
          className="empty:hidden"
          onKeyDown={(e) => {
            const by = moveOf(e)
            const id = (e.target as Element).closest<HTMLElement>('[data-project]')?.dataset.project
            const project = projects.find((p) => p.id === id)
            if (!by || !project) return
            e.preventDefault()
            if (e.repeat) return // each step is a request
            const ids = besideIn(projects, project).map((p) => p.id)
            move(project.id, stepped(ids, project.id, by))
          }}
        >
          {inTree(projects).map((placed) => (
            <Row key={placed.project.id} {...placed} onMove={move} />
          ))}
        </ul>
        {away.length > 0 && <Archived projects={away} />}
      </div>
    </section>
  )
}

const rowClass =
  'flex min-h-11 items-center gap-2 rounded-[9px] pr-2.5 text-[14px] text-ink-2 hover:text-ink fine:min-h-8.5 aria-[current=page]:bg-accent-soft aria-[current=page]:text-accent'

function Row({ project, depth, onMove }: InTree & { onMove: (id: string, to: Spot) => void }) {
  const ref = useRef<HTMLLIElement>(null)
  const { dragging, edge } = useOrdered(ref, `project ${project.parent_id}`, project.id, onMove)
  return (
    <li ref={ref} className={`relative ${dragging ? 'opacity-40' : ''}`}>
      <DropLine edge={edge} />
      <Link
        to="/tasks"
        search={{ project: project.id }}
        activeOptions={{ includeSearch: true }}
        draggable={false}
        data-project={project.id}
        className={`${rowClass} ${depth ? 'pl-6' : 'pl-2.5'}`}
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
  )
}

/** What was put away, out of sight until it is looked for. */
function Archived({ projects }: { projects: Project[] }) {
  const [open, setOpen] = useState(false)
  return (
    <>
      <button
        type="button"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        className="flex min-h-11 w-full items-center gap-1.5 rounded-[9px] px-2.5 text-[13px] text-ink-3 hover:text-ink fine:min-h-8.5"
      >
        Archived
        <span className="tnum">{projects.length}</span>
        <Icon name="chevron" className={`size-3 ${open ? '-rotate-90' : 'rotate-90'}`} />
      </button>
      {open && (
        <ul aria-label="Archived">
          {projects.map((project) => (
            <li key={project.id}>
              <Link
                to="/tasks"
                search={{ project: project.id }}
                activeOptions={{ includeSearch: true }}
                className={`${rowClass} pl-2.5`}
              >
                <span dir="auto" className="min-w-0 flex-1 truncate">
                  {project.name}
                </span>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </>
  )
}

/** A name, and Enter: then one is in it. */
function NewProject({ onEnd, onCancel }: { onEnd: () => void; onCancel: () => void }) {
  const actions = useProjectActions()
  const router = useRouter()
  const here = useHere()
  const field = useRef<HTMLInputElement>(null)
  useHandsOn(field)
  const [busy, setBusy] = useState(false)
  const make = async (name: string) => {
    setBusy(true)
    const from = router.state.location.href
    try {
      const { id } = await actions.make(name, null)
      if (!here.current) return
      onEnd()
      if (router.state.location.href === from) await router.navigate({ to: '/tasks', search: { project: id } })
    } catch (error) {
      warn(explain(error))
      setBusy(false)
    }
  }
  return (
    <input
      ref={field}
      autoFocus
      dir="auto"
      aria-label="Name of the project"
      placeholder="Name"
      maxLength={100}
      readOnly={busy} // what is disabled loses the focus
      onBlur={(e) => e.target.value.trim() === '' && onEnd()}
      onKeyDown={(e) => {
        if (e.nativeEvent.isComposing) return
        const name = e.currentTarget.value.trim()
        if (e.key === 'Escape') onCancel()
        else if (e.key === 'Enter' && name) void (busy || make(name))
        else return
        e.preventDefault()
      }}
      className="mx-0.5 mb-1 min-h-11 rounded-lg border border-accent bg-surface px-2 text-[14px] outline-none fine:min-h-8.5"
    />
  )
}
