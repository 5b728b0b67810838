import { queryOptions, type QueryClient } from '@tanstack/react-query'
import { keyAt, type Spot } from '../order/place'
import { underOneId } from './adding'
import { beginAllAnew } from './anew'
import { together } from './shown'
import { api, changeOf, data, goneAs } from './client'
import { isStatus } from './errors'
import { placeKey } from './lists'
import type { components } from './schema'

export type Project = components['schemas']['ListedProject']

/** Every project, in its order, with how many of its tasks are open. */
export const projectsQuery = queryOptions({
  queryKey: ['projects'],
  queryFn: async ({ signal }): Promise<Project[]> => (await data(api.GET('/api/projects', { signal }))).projects,
  staleTime: 60_000,
})

/** A project with how deep it stands: 0, or 1 within another. */
export type InTree = { project: Project; depth: 0 | 1 }

const isHere = (p: Project) => !p.archived_at && !p.deleted_at

/** Projects that are not put away, each followed by those in it. */
export function inTree(projects: Project[]): InTree[] {
  const here = projects.filter(isHere)
  const ids = new Set(here.map((p) => p.id))
  return here
    .filter((p) => p.parent_id === null || !ids.has(p.parent_id))
    .flatMap((top): InTree[] => [
      { project: top, depth: 0 },
      ...here.filter((p) => p.parent_id === top.id).map((project): InTree => ({ project, depth: 1 })),
    ])
}

/** Those that were put away, by their names. */
export const archived = (projects: Project[]) =>
  projects.filter((p) => p.archived_at && !p.deleted_at).toSorted((a, b) => a.name.localeCompare(b.name))

/** The projects in one. */
export const within = (projects: Project[], project: Project) =>
  projects.filter((p) => p.parent_id === project.id && !p.deleted_at)

/** Those a project has an order with, itself among them. */
export const besideIn = (projects: Project[], project: Project) =>
  projects.filter((p) => isHere(p) && p.parent_id === project.parent_id)

/** What a project can be in: another that is in none itself; and what it is in, though that was put away. */
export const roomsFor = (projects: Project[], project?: Project) =>
  project && within(projects, project).length > 0
    ? []
    : projects.filter((p) => p.id === project?.parent_id || (isHere(p) && p.parent_id === null && p.id !== project?.id))

const order = (a: Project, b: Project) => {
  const [x, y] = [placeKey(a), placeKey(b)]
  return x === y ? 0 : x < y ? -1 : 1
}

/** How the projects are seen with a change that is under way. */
type Seen = (all: Project[]) => Project[]

/** The changes under way, in turn, and the projects as they were before the first of them. */
let waiting: Seen[] = []
let told: Project[] | undefined
let showing: Promise<unknown> = Promise.resolve()
let turn: Promise<unknown> = Promise.resolve()

/**
 * Changes what is known of the projects at once, then sends it, after those before it; where that fails, it is taken
 * out of what is shown, and the others stay. Answers what undoes it, if anything has changed.
 */
const change = <T extends object>(client: QueryClient, seen: Seen, send: () => Promise<T>) =>
  together(client, async (): Promise<string | undefined> => {
    const { queryKey } = projectsQuery
    showing = showing.then(() => client.cancelQueries({ queryKey }))
    await showing
    if (waiting.length === 0) told = client.getQueryData(queryKey)
    waiting.push(seen)
    client.setQueryData(queryKey, (all) => all && seen(all))
    const mine = turn.then(send)
    turn = mine.catch(() => {})
    try {
      const undone = changeOf(await mine)
      told = told && seen(told)
      return undone
    } catch (error) {
      client.setQueryData(queryKey, told && waiting.reduce((all, other) => (other === seen ? all : other(all)), told))
      throw error
    } finally {
      waiting = waiting.filter((other) => other !== seen)
    }
  })

/** A change after which tasks are in other lists, or in none. */
async function changeWithTasks<T extends object>(client: QueryClient, seen: Seen, send: () => Promise<T>) {
  const undone = await change(client, seen, send)
  beginAllAnew(client)
  return undone
}

const path = ({ id }: Project) => ({ params: { path: { id } } })

const becoming = (project: Project, fields: Partial<Project>) => (all: Project[]) =>
  all.map((p) => (p.id === project.id ? { ...p, ...fields } : p))

/** Makes a project; what got no answer is the same project when it is made again. */
export async function createProject(client: QueryClient, name: string, parent: string | null) {
  const body = { name, ...(parent ? { parent_id: parent } : {}) }
  const made = await underOneId(JSON.stringify(body), (id) =>
    data(api.POST('/api/projects', { body: { ...body, id } })),
  )
  await client.invalidateQueries({ queryKey: projectsQuery.queryKey })
  return made
}

export type ProjectEdit = { name?: string; parent_id?: string | null }

/** Somebody else changed what an edit of a project was to change. */
export class ProjectConflict extends Error {
  constructor(readonly theirs: Project) {
    super('Somebody else changed this project meanwhile')
    this.name = 'ProjectConflict'
  }
}

/** Reports whether a project has, of some fields, what another has. */
const agrees = (fields: ProjectEdit, one: ProjectEdit, other: ProjectEdit) =>
  (Object.keys(fields) as (keyof ProjectEdit)[]).every((name) => one[name] === other[name])

/** Edits a project as it was seen. What else has changed since does not matter; where the same has, throws a ProjectConflict. */
export async function editProject(
  client: QueryClient,
  project: Project,
  fields: ProjectEdit,
): Promise<string | undefined> {
  try {
    return await change(client, becoming(project, fields), () => {
      const header = { 'If-Match': `"${project.version}"` }
      return data(api.PATCH('/api/projects/{id}', { params: { ...path(project).params, header }, body: fields }))
    })
  } catch (error) {
    if (!isStatus(error, 412)) throw error
    const theirs = { ...project, ...(await data(api.GET('/api/projects/{id}', path(project)))) }
    if (agrees(fields, theirs, fields)) return undefined // it is so already
    if (agrees(fields, theirs, project)) return editProject(client, theirs, fields)
    throw new ProjectConflict(theirs)
  }
}

/** Puts a project away, with those in it. */
export const archiveProject = (client: QueryClient, project: Project) => {
  const at = new Date().toISOString()
  const away = (p: Project) => p.id === project.id || (p.parent_id === project.id && !p.archived_at)
  return changeWithTasks(
    client,
    (all) => all.map((p) => (away(p) ? { ...p, archived_at: at } : p)),
    () => data(api.POST('/api/projects/{id}/archive', path(project))),
  )
}

/** Takes a project up again, with those that were put away together with it. */
export const unarchiveProject = (client: QueryClient, project: Project) =>
  changeWithTasks(
    client,
    (all) => {
      const back = (p: Project) =>
        p.id === project.id || (p.parent_id === project.id && p.archived_at === project.archived_at)
      return all.map((p) => (back(p) ? { ...p, archived_at: null } : p))
    },
    () => data(api.POST('/api/projects/{id}/unarchive', path(project))),
  )

/** Deletes a project, with those in it and all their tasks. */
export const deleteProject = (client: QueryClient, project: Project) =>
  changeWithTasks(
    client,
    (all) => all.filter((p) => p.id !== project.id && p.parent_id !== project.id),
    () => goneAs({}, api.DELETE('/api/projects/{id}', path(project))),
  )

/** Puts a project somewhere else among those beside it. */
export const moveProject = (client: QueryClient, project: Project, to: Spot) =>
  change(
    client,
    (all) => {
      const others = besideIn(all, project).filter((p) => p.id !== project.id)
      const position = keyAt(
        others.map((p) => ({ id: p.id, key: placeKey(p) })),
        to,
      )
      return becoming(project, { position })(all).toSorted(order)
    },
    () => data(api.POST('/api/projects/{id}/move', { ...path(project), body: to })),
  )
