import { infiniteQueryOptions, queryOptions, type InfiniteData, type QueryClient } from '@tanstack/react-query'
import { api, data, type Task } from './client'
import { byPages, isShort } from './lists'
import type { components } from './schema'

/** A deleted task, and when it goes for good. */
export type Deleted = components['schemas']['DeletedView']
export type TrashPage = components['schemas']['TrashPage']
export type Trash = InfiniteData<TrashPage, string>
export type Project = components['schemas']['ListedProject']

/** What was deleted and can be brought back, the newest first, page by page. */
export const trashQuery = infiniteQueryOptions({
  queryKey: ['trash', 'all'],
  queryFn: ({ signal, pageParam }): Promise<TrashPage> =>
    data(
      api.GET('/api/trash', { signal, params: { query: { limit: 100, ...(pageParam ? { cursor: pageParam } : {}) } } }),
    ),
  ...byPages,
})

/** Deleted projects: few, and all at once. */
export const deletedProjectsQuery = queryOptions({
  queryKey: ['trash', 'projects'],
  queryFn: async ({ signal }): Promise<Project[]> =>
    (await data(api.GET('/api/projects', { signal, params: { query: { deleted: true } } }))).projects,
})

/** Brings a project back with what was deleted together with it. */
export const restoreProject = (project: Project) =>
  data(api.POST('/api/projects/{id}/restore', { params: { path: { id: project.id } } }))

/**
 * The title of a task of one's own that is not there: it is in the trash. Null where there never was one, or it is gone
 * for good. What has happened is told of one's own tasks only.
 */
export const inTrashQuery = (id: string) =>
  queryOptions({
    queryKey: ['trash', id],
    queryFn: async ({ signal }): Promise<string | null> => {
      const { changes } = await data(api.GET('/api/changes', { signal, params: { query: { task: id, limit: 1 } } }))
      return changes[0]?.tasks.find((t) => t.id === id)?.title || null
    },
  })

/** For how long what is deleted can be brought back. */
const stays = 30 * 24 * 3_600_000

/** When something that was deleted goes for good. */
export const goneAt = (deletedAt: string): string => new Date(Date.parse(deletedAt) + stays).toISOString()

/** Shows a task in the trash where it belongs there, and there only. One that was never made belongs nowhere. */
export function showInTrash(client: QueryClient, task: Task): void {
  if (task.version === 0) return
  client.setQueryData<Trash>(trashQuery.queryKey, (trash) => trash && { ...trash, pages: placed(trash.pages, task) })
}

/** The pages with a task where its deletion puts it; those that it does not touch stay the same objects. */
export function placed(pages: TrashPage[], task: Task): TrashPage[] {
  const at = pages.findIndex((page) => page.tasks.some((d) => d.task.id === task.id))
  if (task.deleted_at) return at >= 0 ? pages : inserted(pages, { task, gone_at: goneAt(task.deleted_at) })
  return at < 0 ? pages : without(pages, task.id)
}

/** The pages without a task and the steps that were deleted together with it, at every depth: they come and go with it. */
function without(pages: TrashPage[], id: string): TrashPage[] {
  const all = pages.flatMap((page) => page.tasks.map((d) => d.task))
  const at = all.find((task) => task.id === id)?.deleted_at
  const gone = new Set([id])
  for (const above of gone)
    for (const { id, parent_id, deleted_at } of all) {
      if (parent_id === above && deleted_at === at) gone.add(id)
    }
  const stays = (d: Deleted) => !gone.has(d.task.id)
  return pages.map((page) => (page.tasks.every(stays) ? page : { ...page, tasks: page.tasks.filter(stays) }))
}

const changed = (pages: TrashPage[], at: number, fn: (tasks: Deleted[]) => Deleted[]) =>
  pages.map((page, i) => (i === at ? { ...page, tasks: fn(page.tasks) } : page))

function inserted(pages: TrashPage[], one: Deleted): TrashPage[] {
  const older = (d: Deleted) => Date.parse(d.task.deleted_at!) < Date.parse(one.task.deleted_at!)
  const into = pages.findIndex((page) => page.tasks.some(older))
  if (into >= 0) return changed(pages, into, (tasks) => tasks.toSpliced(tasks.findIndex(older), 0, one))
  const last = pages.length - 1
  if (last < 0 || pages[last]!.next_cursor) return pages // on a page that is not here yet
  return changed(pages, last, (tasks) => [...tasks, one])
}

/** Takes a task out of the trash for good. It is shown until the server has done so: nothing brings it back. */
export async function purge(client: QueryClient, task: Task): Promise<void> {
  await data(api.DELETE('/api/trash/{id}', { params: { path: { id: task.id } } }))
  showInTrash(client, { ...task, deleted_at: null })
  client.removeQueries({ queryKey: ['task', task.id] })
  await client.invalidateQueries({ queryKey: ['trash'], predicate: isShort })
}
