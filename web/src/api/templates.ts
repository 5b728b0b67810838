import { queryOptions, type QueryClient } from '@tanstack/react-query'
import { underOneId } from './adding'
import { refresh } from './anew'
import { api, data, goneAs } from './client'
import type { components } from './schema'

type Schemas = components['schemas']
/** What a template is called and makes; how it looks inside only the server knows. */
export type Template = Schemas['TemplateHead']
export type Made = Schemas['MadeView']

/** A task or a project that is to be made again. */
export type Source = { from_task: string } | { from_project: string }

export const templatesQuery = queryOptions({
  queryKey: ['templates'],
  queryFn: async ({ signal }): Promise<Template[]> => (await data(api.GET('/api/templates', { signal }))).templates,
  staleTime: 60_000,
})

/** Has it done, and asks anew what templates there are. */
async function did<T>(client: QueryClient, answer: Promise<T>): Promise<T> {
  const made = await answer
  await client.invalidateQueries({ queryKey: templatesQuery.queryKey })
  return made
}

/** Keeps a task with its steps, or a project with its tasks, as a template. */
export const saveTemplate = (client: QueryClient, source: Source, name: string) => {
  const body = { ...source, name }
  return underOneId(JSON.stringify({ template: body }), (id) =>
    did(client, data(api.POST('/api/templates', { params: { header: { 'Idempotency-Key': id } }, body }))),
  )
}

export const renameTemplate = (client: QueryClient, { id }: Template, name: string) =>
  did(client, data(api.PATCH('/api/templates/{id}', { params: { path: { id } }, body: { name } })))

export const deleteTemplate = (client: QueryClient, { id }: Template) =>
  did(client, goneAs({}, api.DELETE('/api/templates/{id}', { params: { path: { id } } })))

/** How a template is used: the day its dates are counted from, and another name. */
export type Use = { date: string; name?: string; project_id?: string }

/** Makes what a template says. */
export async function makeFrom(client: QueryClient, { id }: Template, use: Use): Promise<Made> {
  const made = await underOneId(JSON.stringify({ from: id, use }), (key) => {
    const params = { path: { id }, header: { 'Idempotency-Key': key } }
    return did(client, data(api.POST('/api/templates/{id}/use', { params, body: use })))
  })
  await refresh(client)
  return made
}
