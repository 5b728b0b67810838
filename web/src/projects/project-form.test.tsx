import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { projectsQuery, type Project } from '../api/projects'
import { ProjectForm } from './project-form'

const project = (id: string, fields: Partial<Project> = {}) =>
  ({ id, name: id, parent_id: null, version: 1, archived_at: null, deleted_at: null, ...fields }) as Project

const inIt = project('Beds', { parent_id: 'Garden' })
let sent: unknown[]
let status: number
/** What somebody else has made of it. */
let theirs: Partial<Project> | null
const closed = vi.fn()

beforeEach(() => {
  localStorage.setItem('mindflow.signed-in', '1')
  sent = []
  status = 200
  theirs = null
  closed.mockReset()
  vi.stubGlobal('fetch', async (request: Request | string) => {
    if (typeof request === 'string') return Response.json({ access_token: 'token', expires_in: 900 })
    if (request.method === 'GET' && theirs && request.url.endsWith(`/${inIt.id}`))
      return Response.json({ ...inIt, ...theirs })
    if (request.method === 'GET') return Response.json({}, { status: 404 })
    sent.push(JSON.parse(await request.text()))
    if (theirs && request.headers.get('If-Match') !== `"${theirs.version}"`) return Response.json({}, { status: 412 })
    return Response.json({ ...inIt, detail: 'There is one of this name' }, { status })
  })
})

afterEach(() => vi.unstubAllGlobals())

async function rename(projects: Project[] | undefined) {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: Infinity } } })
  if (projects) client.setQueryData(projectsQuery.queryKey, projects)
  render(
    <QueryClientProvider client={client}>
      <ProjectForm project={inIt} open onClose={closed} />
    </QueryClientProvider>,
  )
  const name = screen.getByLabelText('Name')
  await userEvent.clear(name)
  await userEvent.type(name, 'Flower beds{Enter}')
  await vi.waitFor(() => expect(sent).toHaveLength(1))
}

test.each([
  ['that was put away', [project('Garden', { archived_at: 'x' }), inIt]],
  ['that is not known yet', undefined],
])('a project that is renamed stays in another %s', async (_, projects) => {
  await rename(projects)
  expect(sent).toEqual([{ name: 'Flower beds' }])
  await vi.waitFor(() => expect(closed).toHaveBeenCalledOnce())
})

test('a name that is refused is not lost', async () => {
  status = 409
  await rename([project('Garden'), inIt])
  await screen.findByText(/There is one of this name/)
  expect(closed).not.toHaveBeenCalled()
  expect(screen.getByLabelText<HTMLInputElement>('Name').value).toBe('Flower beds')
})

test('what was changed elsewhere is said, and overwritten by who saves again', async () => {
  theirs = { name: 'Vegetable beds', version: 2 }
  await rename([project('Garden'), inIt])
  await screen.findByText(/it is called “\u2068Vegetable beds\u2069” now, and is in “\u2068Garden\u2069”/)
  expect(closed).not.toHaveBeenCalled()
  expect(screen.getByLabelText<HTMLInputElement>('Name').value).toBe('Flower beds')
  await userEvent.click(screen.getByRole('button', { name: 'Save' }))
  await vi.waitFor(() => expect(closed).toHaveBeenCalledOnce())
  expect(sent).toEqual([{ name: 'Flower beds' }, { name: 'Flower beds' }])
})
