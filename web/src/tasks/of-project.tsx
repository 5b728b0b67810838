import { useQueryClient } from '@tanstack/react-query'
import { useRef } from 'react'
import { create } from '../api/adding'
import type { Task } from '../api/client'
import { explain, Problem } from '../api/errors'
import type { Project } from '../api/projects'
import { useProjectActions } from '../projects/actions'
import { rememberAdded } from '../shell/actions'
import { Adder } from '../ui/adder'
import { Button } from '../ui/button'
import { useHandsOn } from '../ui/focus'
import type { Line } from './lines'

/** The tasks of a project before those of the projects in it, each in its order. */
export const byProject = (tasks: Task[], inIt: Project[]): Task[] => {
  const rank = new Map(inIt.map((p, i) => [p.id, i]))
  const rankOf = (task: Task) => rank.get(task.project_id ?? '') ?? -1
  return tasks.toSorted((a, b) => rankOf(a) - rankOf(b))
}

/** Their lines: each project in it has a heading. */
export function linesByProject(tasks: Task[], inIt: Project[]): Line[] {
  const names = new Map(inIt.map((p) => [p.id, p.name]))
  let last: string | undefined
  return tasks.flatMap((task): Line[] => {
    const name = names.get(task.project_id ?? '')
    const lines: Line[] = name !== undefined && task.project_id !== last ? [{ heading: name }, { task }] : [{ task }]
    last = task.project_id ?? undefined
    return lines
  })
}

/** Says that a project was put away, what that means, and how it comes back. */
export function ArchivedNotice({ project }: { project: Project }) {
  const actions = useProjectActions()
  const notice = useRef<HTMLDivElement>(null)
  useHandsOn(notice)
  return (
    <div
      ref={notice}
      className="mt-3 flex flex-wrap items-center gap-x-4 gap-y-2 rounded-control bg-accent-soft py-1.5 pr-1.5 pl-3.5"
    >
      <p className="min-w-0 flex-1 basis-60 py-1 text-[14px] text-ink-2">
        Archived. Its tasks are neither ranked nor in other lists.
      </p>
      <Button onClick={() => void actions.unarchive(project)}>Take it up again</Button>
    </div>
  )
}

const why = (error: unknown) => {
  const fault = error instanceof Problem ? error.field('title') : undefined
  return fault ? `The title ${fault}.` : explain(error)
}

/** Adds tasks to the project one is in. */
export function AddTo({ project }: { project: Project }) {
  const client = useQueryClient()
  const add = async (title: string) => rememberAdded(client, await create(client, { title, project_id: project.id }))
  return <Adder label="Add a task to it" add={add} why={why} gap="gap-x-3.5 desk:gap-x-2.5" className="mt-1" />
}
