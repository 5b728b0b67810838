import { Menu } from '@base-ui/react/menu'
import { useRouter } from '@tanstack/react-router'
import { useState } from 'react'
import { besideIn, roomsFor, within, type Project } from '../api/projects'
import { stepped } from '../order/place'
import { Button, IconButton } from '../ui/button'
import { Dialog } from '../ui/dialog'
import { focusHeading } from '../ui/focus'
import { Icon } from '../ui/icon'
import { itemClass, popupClass } from '../ui/popup'
import { useProjectActions } from './actions'
import { ProjectForm } from './project-form'
import { goesAlong } from './words'
import { openOverlay } from '../shell/overlay'

type Asking = 'edit' | 'new' | 'delete'

/** What can be done with the project one is in. */
export function ProjectMenu({
  project,
  projects,
  onGo,
}: {
  project: Project
  projects: Project[]
  /** Goes to another project, or to all tasks. */
  onGo: (id: string | undefined) => void
}) {
  const actions = useProjectActions()
  const router = useRouter()
  /** Whoever has gone elsewhere meanwhile stays there. */
  const isAt = ({ id }: Project) => (router.state.location.search as { project?: string }).project === id
  const [asking, setAsking] = useState<Asking | null>(null)
  const ids = besideIn(projects, project).map((p) => p.id)
  const up = stepped(ids, project.id, -1)
  const down = stepped(ids, project.id, 1)
  const item = (label: string, run: () => void) => (
    <Menu.Item key={label} className={itemClass} onClick={run}>
      {label}
    </Menu.Item>
  )
  return (
    <>
      <Menu.Root>
        <Menu.Trigger
          render={
            <IconButton label="Change the project">
              <Icon name="more" />
            </IconButton>
          }
        />
        <Menu.Portal>
          <Menu.Positioner sideOffset={6} align="start" className="z-40">
            <Menu.Popup className={popupClass}>
              {item(roomsFor(projects, project).length > 0 ? 'Rename or move…' : 'Rename…', () => setAsking('edit'))}
              {project.parent_id === null && !project.archived_at && item('New sub-project…', () => setAsking('new'))}
              {!project.archived_at && up && item('Move up', () => void actions.move(project, up))}
              {!project.archived_at && down && item('Move down', () => void actions.move(project, down))}
              <hr className="mx-3 my-1.5 border-line" />
              {project.archived_at
                ? item('Take it up again', () => void actions.unarchive(project))
                : item('Archive', () => void actions.archive(project))}
              {item('Save as template…', () =>
                openOverlay('save-template', { source: { from_project: project.id }, name: project.name }),
              )}
              {item('Delete…', () => setAsking('delete'))}
            </Menu.Popup>
          </Menu.Positioner>
        </Menu.Portal>
      </Menu.Root>
      <ProjectForm project={project} open={asking === 'edit'} onClose={() => setAsking(null)} />
      <ProjectForm parent={project.id} open={asking === 'new'} onClose={() => setAsking(null)} onMade={onGo} />
      <Dialog open={asking === 'delete'} onClose={() => setAsking(null)} title="Delete the project?">
        <Deletion
          project={project}
          projects={projects}
          onKeep={() => setAsking(null)}
          onDelete={() => {
            setAsking(null)
            // What is asked for before it is gone may come after, and tell of it still.
            void actions.remove(project).then((gone) => {
              if (gone && isAt(project)) onGo(project.parent_id ?? undefined)
              focusHeading()
            })
          }}
        />
      </Dialog>
    </>
  )
}

/** What becomes of what is in a project, before it is deleted. */
function Deletion({
  project,
  projects,
  onKeep,
  onDelete,
}: {
  project: Project
  projects: Project[]
  onKeep: () => void
  onDelete: () => void
}) {
  const along = goesAlong(projects, project)
  const several = within(projects, project).length + project.open_tasks + project.done_tasks > 0
  return (
    <div className="flex flex-col gap-5 p-5">
      <p className="text-[14px] text-ink-2">
        <bdi className="font-medium text-ink">{project.name}</bdi> goes to the trash{along && `, and with it ${along}`}.
        For 30 days {several ? 'all of it' : 'it'} can be brought back.
      </p>
      <div className="flex flex-wrap justify-end gap-2">
        <Button onClick={onKeep}>Keep</Button>
        <Button kind="danger" onClick={onDelete}>
          Delete
        </Button>
      </div>
    </div>
  )
}
