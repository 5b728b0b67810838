import { QueryClient } from '@tanstack/react-query'
import { afterEach, describe, expect, test, vi } from 'vitest'
import {
  besideIn,
  createProject,
  editProject,
  inTree,
  moveProject,
  ProjectConflict,
  projectsQuery,
  roomsFor,
  type Project,
} from './projects'

const project = (id: string, fields: Partial<Project> = {}) =>
  ({ id, name: id, parent_id: null, version: 1, archived_at: null, deleted_at: null, ...fields }) as Project

const names = (projects: Project[]) => inTree(projects).map(({ project, depth }) => '- '.repeat(depth) + project.id)

test('each project is followed by those in it, in their order', () => {
  expect(
    names([project('a'), project('b'), project('a2', { parent_id: 'a' }), project('a1', { parent_id: 'a' })]),
  ).toEqual(['a', '- a2', '- a1', 'b'])
})

test('what is put away is not shown; what was in it alone stands at the top', () => {
  expect(names([project('a', { archived_at: '2026-11-25T08:00:00Z' }), project('a1', { parent_id: 'a' })])).toEqual([
    'a1',
  ])
})

test('a project can be in another that is in none, unless others are in it', () => {
  const all = [project('a'), project('b'), project('b1', { parent_id: 'b' }), project('away', { archived_at: 'x' })]
  const rooms = (of?: Project) => roomsFor(all, of).map((p) => p.id)
  expect(rooms(all[0])).toEqual(['b'])
  expect(rooms(all[1])).toEqual([])
  expect(rooms(all[2])).toEqual(['a', 'b'])
  expect(rooms()).toEqual(['a', 'b'])
})

test('a project can stay where it is, though that was put away', () => {
  const all = [project('away', { archived_at: 'x' }), project('in it', { parent_id: 'away' }), project('a')]
  expect(roomsFor(all, all[1]).map((p) => p.id)).toEqual(['away', 'a'])
})

test('a project has an order with those of the same parent that are not put away', () => {
  const all = [project('a'), project('b', { archived_at: 'x' }), project('c'), project('a1', { parent_id: 'a' })]
  expect(besideIn(all, all[2]!).map((p) => p.id)).toEqual(['a', 'c'])
  expect(besideIn(all, all[3]!).map((p) => p.id)).toEqual(['a1'])
})

describe('changes', () => {
  let client: QueryClient
  /** What the server is asked, each to be answered by hand. */
  let asked: {
    path: string
    ifMatch: string | null
    body: { id?: string }
    answer: (r: Response) => void
    fail: () => void
  }[]

  const begin = (...projects: Project[]) => {
    localStorage.setItem('mindflow.signed-in', '1')
    client = new QueryClient({ defaultOptions: { queries: { retry: false } } })
    client.setQueryData(projectsQuery.queryKey, projects)
    asked = []
    vi.stubGlobal('fetch', (request: Request | string) => {
      if (typeof request === 'string') return Promise.resolve(Response.json({ access_token: 'token', expires_in: 900 }))
      return new Promise((answer, reject) => {
        void request.text().then((text) =>
          asked.push({
            path: new URL(request.url).pathname,
            ifMatch: request.headers.get('If-Match'),
            body: JSON.parse(text || '{}') as { id?: string },
            answer,
            fail: () => reject(new TypeError('Failed to fetch')),
          }),
        )
      })
    })
  }
  const shown = () => client.getQueryData(projectsQuery.queryKey)!.map((p) => p.name)
  const requests = (n: number) => vi.waitFor(() => expect(asked).toHaveLength(n))
  const failed = (p: Promise<unknown>) =>
    p.then(
      () => false,
      () => true,
    )

  afterEach(() => {
    vi.unstubAllGlobals()
    client.clear()
  })

  const at = (id: string, position: string) => project(id, { position, created_at: '2026-11-20T08:00:00Z' })

  test('are shown at once and sent in turn', async () => {
    begin(at('a', '1'), at('b', '2'), at('c', '3'))
    const [a] = client.getQueryData(projectsQuery.queryKey)!
    const first = moveProject(client, a!, { after: 'b' })
    const second = moveProject(client, a!, { after: 'c' })
    await vi.waitFor(() => expect(shown()).toEqual(['b', 'c', 'a']))
    await requests(1)
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(asked.map((r) => r.body)).toEqual([{ after: 'b' }])
    asked[0]!.answer(Response.json(a))
    await first
    await requests(2)
    expect(asked[1]!.body).toEqual({ after: 'c' })
    asked[1]!.answer(Response.json(a))
    await second
    expect(shown()).toEqual(['b', 'c', 'a'])
  })

  test('of which one is refused leave the other', async () => {
    begin(project('a'), project('b'))
    const [a, b] = client.getQueryData(projectsQuery.queryKey)!
    const first = failed(editProject(client, a!, { name: 'new a' }))
    const second = editProject(client, b!, { name: 'new b' })
    await requests(1)
    expect(shown()).toEqual(['new a', 'new b'])
    asked[0]!.answer(new Response('{}', { status: 500 }))
    expect(await first).toBe(true)
    expect(shown()).toEqual(['a', 'new b'])
    await requests(2)
    asked[1]!.answer(Response.json(b))
    await second
    expect(shown()).toEqual(['a', 'new b'])
  })

  describe('of what was changed elsewhere meanwhile', () => {
    const seen = project('a', { version: 3 })
    const stale = () => new Response('{}', { status: 412 })
    /** Edits it, and is told that it is another by now, which is as is said. */
    async function edit(fields: { name?: string; parent_id?: string }, theirs: Partial<Project>) {
      begin(seen)
      const edited = editProject(client, seen, fields).catch((error: unknown) => error)
      await requests(1)
      expect(asked[0]).toMatchObject({ ifMatch: '"3"', body: fields })
      asked[0]!.answer(stale())
      await requests(2)
      asked[1]!.answer(Response.json({ ...seen, version: 5, ...theirs }))
      return { edited }
    }

    // Seen red without If-Match: the name of the other browser was gone.
    test('the same is not overwritten unseen', async () => {
      const { edited } = await edit({ name: 'mine' }, { name: 'theirs' })
      const error = await edited
      expect(error).toBeInstanceOf(ProjectConflict)
      expect(error).toMatchObject({ theirs: { name: 'theirs', version: 5 } })
      expect(asked).toHaveLength(2)
      expect(shown()).toEqual(['a'])
    })

    test('what is so already is done', async () => {
      const { edited } = await edit({ name: 'same' }, { name: 'same' })
      expect(await edited).toBeUndefined()
      expect(asked).toHaveLength(2)
    })

    test('something else is changed as it is now', async () => {
      const { edited } = await edit({ name: 'mine' }, { position: 'x' })
      await requests(3)
      expect(asked[2]).toMatchObject({ ifMatch: '"5"', body: { name: 'mine' } })
      asked[2]!.answer(Response.json({ ...seen, name: 'mine', version: 6 }))
      expect(await edited).not.toBeInstanceOf(Error)
    })
  })

  test('a project whose making got no answer is the same when it is made again', async () => {
    begin()
    const first = failed(createProject(client, 'Garden', null))
    await requests(1)
    asked[0]!.fail()
    expect(await first).toBe(true)
    const again = createProject(client, 'Garden', null)
    await requests(2)
    asked[1]!.answer(Response.json(project('Garden')))
    await again
    expect(asked[1]!.body.id).toBe(asked[0]!.body.id)
  })
})
