import { useQuery } from '@tanstack/react-query'
import { useId, useState, type FormEvent } from 'react'
import { ProjectConflict, projectsQuery, roomsFor, type Project } from '../api/projects'
import { explain, Problem } from '../api/errors'
import { tell } from '../shell/actions'
import { Button } from '../ui/button'
import { Dialog } from '../ui/dialog'
import { Failure, Field, inputClass } from '../ui/field'
import { useHere } from '../ui/here'
import { short } from '../ui/short'
import { useProjectActions } from './actions'

/** What a project is called, and what it is in; of one that is there, or is to be. */
export function ProjectForm({
  project,
  parent,
  open,
  onClose,
  onMade,
}: {
  project?: Project | undefined
  /** What a new one is in, unless another is chosen. */
  parent?: string | undefined
  open: boolean
  onClose: () => void
  onMade?: (id: string) => void
}) {
  return (
    <Dialog open={open} onClose={onClose} title={project ? 'Project' : 'New project'}>
      <Fields project={project} parent={parent} onClose={onClose} onMade={onMade} />
    </Dialog>
  )
}

function Fields({
  project,
  parent,
  onClose,
  onMade,
}: Pick<Parameters<typeof ProjectForm>[0], 'project' | 'parent' | 'onClose' | 'onMade'>) {
  const actions = useProjectActions()
  const id = useId()
  const rooms = roomsFor(useQuery(projectsQuery).data ?? [], project)
  const here = useHere()
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  /** As it was when the words in the fields were: what changes meanwhile is not overwritten unseen. */
  const [seen, setSeen] = useState(project)
  const submit = async (e: FormEvent<HTMLFormElement>) => {
    e.preventDefault()
    const said = new FormData(e.currentTarget)
    const name = String(said.get('name')).trim()
    const chosen = said.get('parent') // there is none where no other can be chosen
    const into = chosen === null ? (project?.parent_id ?? parent ?? null) : String(chosen) || null
    setBusy(true)
    setError(null)
    try {
      const made = seen ? await edit(seen, name, into) : await actions.make(name, into)
      if (!here.current) return
      onClose()
      if (made) onMade?.(made.id)
    } catch (failure) {
      if (!here.current) return tell(failure)
      if (failure instanceof ProjectConflict) setSeen(failure.theirs)
      setError(failure)
      setBusy(false)
    }
  }
  const edit = async (project: Project, name: string, into: string | null) => {
    const fields = {
      ...(name === project.name ? {} : { name }),
      ...(into === project.parent_id ? {} : { parent_id: into }),
    }
    if (Object.keys(fields).length > 0) await actions.edit(project, fields)
    return undefined
  }
  const fault = error instanceof Problem ? error.field('name') : undefined
  return (
    <form onSubmit={(e) => void submit(e)} className="flex flex-col gap-4 p-5">
      <Field
        autoFocus
        label="Name"
        name="name"
        dir="auto"
        required
        pattern=".*\S.*"
        maxLength={100}
        autoComplete="off"
        defaultValue={project?.name}
        error={fault && `It ${fault}`}
      />
      {rooms.length > 0 && (
        <div>
          <label htmlFor={id} className="mb-1 block text-[13px] font-medium text-ink-2">
            In
          </label>
          <select id={id} name="parent" defaultValue={project?.parent_id ?? parent ?? ''} className={inputClass}>
            <option value="">No other project</option>
            {rooms.map((room) => (
              <option key={room.id} dir="auto" value={room.id}>
                {room.archived_at ? `${room.name} (archived)` : room.name}
              </option>
            ))}
          </select>
        </div>
      )}
      <Failure>
        {error instanceof ProjectConflict
          ? conflictWords(error.theirs, rooms)
          : error !== null && !fault && explain(error)}
      </Failure>
      <div className="flex justify-end">
        <Button type="submit" kind="primary" disabled={busy}>
          {project ? 'Save' : 'Make it'}
        </Button>
      </div>
    </form>
  )
}

/** What somebody else has made of it. Who saves again has seen that. */
function conflictWords({ name, parent_id }: Project, rooms: Project[]): string {
  const into = rooms.find((room) => room.id === parent_id)?.name
  const where = into ? `in “${short(into)}”` : 'in no other project'
  return `It was changed elsewhere meanwhile: it is called “${short(name)}” now, and is ${where}. Save again to have it as you say here.`
}
