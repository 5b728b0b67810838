import { useQueryClient, type QueryClient } from '@tanstack/react-query'
import { useMemo } from 'react'
import { undoChange } from '../api/changes'
import { changeOf } from '../api/client'
import * as projects from '../api/projects'
import type { Project, ProjectEdit } from '../api/projects'
import type { Spot } from '../order/place'
import { tell } from '../shell/actions'
import { short } from '../ui/short'
import { remember, say, unsay } from '../ui/toast'

/** What people do with projects: each says what it did and can be undone, and says why when it failed. */
export function projectActions(client: QueryClient) {
  const back = async (undone: string | undefined, { name }: Pick<Project, 'name'>, text = 'Put back') => {
    if (!undone) return // it was so already
    try {
      await undoChange(client, undone)
      say(`${text}: ${short(name)}`)
    } catch (error) {
      tell(error)
    }
  }

  /** Does it; reports whether that went well. What is seen where it is done needs no words until it is taken back. */
  const run = async (project: Project, fn: () => Promise<string | undefined>, text?: string): Promise<boolean> => {
    const done = fn().then(
      (undone) => ({ undone }),
      (error: unknown) => tell(error),
    )
    const undo = () => void done.then((did) => did && back(did.undone, project))
    const said = text && say(text, undo)
    const did = await done
    if (!did && said) unsay(said)
    if (did?.undone && !said) remember(undo)
    return did !== undefined
  }

  return {
    /** Makes a project. Who asks for it says why where that fails. */
    make: async (name: string, parent: string | null) => {
      const made = await projects.createProject(client, name, parent)
      const undone = changeOf(made)
      if (undone) remember(() => void back(undone, made, 'Taken back'))
      return made
    },

    /** Edits a project. Who asks for it says why where that fails. */
    edit: async (project: Project, fields: ProjectEdit) => {
      const undone = await projects.editProject(client, project, fields)
      if (undone) remember(() => void back(undone, project))
    },

    archive: (project: Project) =>
      run(project, () => projects.archiveProject(client, project), `Archived: ${short(project.name)}`),

    unarchive: (project: Project) =>
      run(project, () => projects.unarchiveProject(client, project), `Taken up again: ${short(project.name)}`),

    remove: (project: Project) =>
      run(project, () => projects.deleteProject(client, project), `Deleted: ${short(project.name)}`),

    move: (project: Project, to: Spot) => run(project, () => projects.moveProject(client, project, to)),
  }
}

export function useProjectActions() {
  const client = useQueryClient()
  return useMemo(() => projectActions(client), [client])
}
