import { queryOptions, type QueryClient } from '@tanstack/react-query'
import { api, data, newId } from './client'
import type { components } from './schema'

export type Project = components['schemas']['ListedProject']

/** Every project, in its order, with how many of its tasks are open. */
export const projectsQuery = queryOptions({
  queryKey: ['projects'],
  queryFn: async ({ signal }): Promise<Project[]> => (await data(api.GET('/api/projects', { signal }))).projects,
  staleTime: 60_000,
})

/** A project with how deep it stands: 0, or 1 within another. */
export type Placed = { project: Project; depth: 0 | 1 }

/** Projects that are not put away, each followed by those in it. */
export function inTree(projects: Project[]): Placed[] {
  const here = projects.filter((p) => !p.archived_at && !p.deleted_at)
  const ids = new Set(here.map((p) => p.id))
  return here
    .filter((p) => p.parent_id === null || !ids.has(p.parent_id))
    .flatMap((top): Placed[] => [
      { project: top, depth: 0 },
      ...here.filter((p) => p.parent_id === top.id).map((project): Placed => ({ project, depth: 1 })),
    ])
}

/** Makes a project; whoever repeats it with this id makes one. */
export async function createProject(client: QueryClient, name: string, parent: string | null) {
  const body = { id: newId(), name, ...(parent ? { parent_id: parent } : {}) }
  const made = await data(api.POST('/api/projects', { body }))
  await client.invalidateQueries({ queryKey: projectsQuery.queryKey })
  return made
}
