import { InfiniteQueryObserver, QueryClient } from '@tanstack/react-query'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { keyAt } from '../order/place'
import { scored, task } from '../test/tasks'
import { create } from './adding'
import { beginAnew, catchUp } from './anew'
import * as changes from './changes'
import type { Ranked, Task } from './client'
import { Conflict } from './errors'
import { placeKey, type Lists } from './lists'
import { listQuery, type Answer } from './queries'
import { trashQuery, type Trash } from './trash'

let a: Task
let b: Task
let c: Task

let client: QueryClient
/** What the server is asked, each to be answered by hand. */
let asked: {
  method: string
  path: string
  ifMatch: string | null
  body: unknown
  answer: (r: Response) => void
  fail: () => void
}[]

beforeEach(() => {
  const made = (n: number) => ({ id: crypto.randomUUID(), created_at: `2026-11-20T08:00:0${n}Z` })
  a = task('a', { ...made(3), version: 3 })
  b = task('b', made(2))
  c = task('c', made(1))
  localStorage.setItem('mindflow.signed-in', '1')
  client = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  client.setQueryData<Answer>(['best'], { best: { ...scored(a), valid_until: '2026-11-25T12:00:00Z' } })
  client.setQueryData<Ranked>(['ranked', 'top'], {
    tasks: [scored(a), scored(b), scored(c)],
    total: 3,
    next_cursor: null,
    valid_until: null,
  })
  client.setQueryData<Lists>(['list', { status: ['pending', 'in_progress', 'snoozed'] }], {
    pages: [{ tasks: [a, b, c], next_cursor: null }],
    pageParams: [''],
  })
  asked = []
  vi.stubGlobal('fetch', (request: Request | string) => {
    if (typeof request === 'string') return Promise.resolve(Response.json({ access_token: 'token', expires_in: 900 }))
    return new Promise((resolve, reject) => {
      void request.text().then((text) => {
        asked.push({
          method: request.method,
          path: new URL(request.url).pathname,
          ifMatch: request.headers.get('If-Match'),
          body: text ? JSON.parse(text) : null,
          answer: resolve,
          fail: () => reject(new TypeError('Failed to fetch')),
        })
      })
    })
  })
})

afterEach(() => {
  vi.unstubAllGlobals()
  client.clear()
})

const best = () => client.getQueryData<Answer>(['best'])?.best?.task
const top = () => client.getQueryData<Ranked>(['ranked', 'top'])
const titles = () =>
  client
    .getQueriesData<Lists>({ queryKey: ['list'] })
    .flatMap(([, l]) => l!.pages.flatMap((p) => p.tasks.map((t) => t.title)))
const one = (id: string) => client.getQueryData<Task>(['task', id])
const requests = (n: number) => vi.waitFor(() => expect(asked).toHaveLength(n))
const problem = (status: number) => new Response(JSON.stringify({ title: 'No' }), { status })
const broken = () => new Response(new ReadableStream({ start: (body) => body.error(new TypeError('network error')) }))
const refused = (p: Promise<unknown>) =>
  p.then(
    () => null,
    (e: unknown) => e as Error,
  )

describe('a change', () => {
  test('is shown at once, before the server has said anything', async () => {
    const done = changes.complete(client, a)
    await vi.waitFor(() => expect(best()?.title).toBe('b'))
    expect(top()).toMatchObject({ total: 2 })
    expect(top()!.tasks.map((s) => s.task.title)).toEqual(['b', 'c'])
    expect(titles()).toEqual(['b', 'c'])
    expect(one(a.id)?.status).toBe('completed')
    await requests(1)
    asked[0]!.answer(Response.json({ ...a, status: 'completed', version: 4 }))
    expect((await done).version).toBe(4)
    expect(one(a.id)?.version).toBe(4)
  })

  test('has the server asked anew once, after the last of those under way', async () => {
    const look = vi.spyOn(client, 'invalidateQueries')
    const [x, y] = [changes.complete(client, a), changes.complete(client, b)]
    await requests(2)
    asked[0]!.answer(Response.json({ ...a, status: 'completed' }))
    await x
    expect(look).not.toHaveBeenCalled()
    asked[1]!.answer(Response.json({ ...b, status: 'completed' }))
    await y
    expect(look).toHaveBeenCalledWith(expect.objectContaining({ queryKey: ['best'] }))
  })

  test.each([
    ['refused', (i: number) => asked[i]!.answer(problem(500)), 'Problem'],
    ['without an answer', (i: number) => asked[i]!.fail(), 'Lost'],
    ['answered by half a word', (i: number) => asked[i]!.answer(broken()), 'Lost'],
  ])('that is %s puts back what was there', async (_, answer, name) => {
    const done = refused(changes.complete(client, a))
    await requests(1)
    answer(0)
    expect((await done)?.name).toBe(name)
    expect(best()).toEqual(a)
    expect(top()).toMatchObject({ total: 3 })
    expect(titles()).toEqual(['a', 'b', 'c'])
    expect(one(a.id)).toEqual(a)
  })

  // Seen red where each put back what it had found: the second found the first already done.
  test('and another, neither of which could be sent, leave everything as it was', async () => {
    const [x, y] = [refused(changes.complete(client, a)), refused(changes.complete(client, b))]
    await requests(2)
    expect(best()?.title).toBe('c')
    asked[0]!.fail()
    await x
    asked[1]!.fail()
    await y
    expect(best()?.title).toBe('a')
    expect(top()!.tasks.map((s) => s.task.title)).toEqual(['a', 'b', 'c'])
    expect(titles()).toEqual(['a', 'b', 'c'])
  })

  test('that is refused does not take along another that is not', async () => {
    const [x, y] = [changes.complete(client, a), refused(changes.complete(client, b))]
    await requests(2)
    asked[0]!.answer(Response.json({ ...a, status: 'completed', version: 4 }))
    await x
    asked[1]!.answer(problem(500))
    await y
    expect(best()?.title).toBe('b')
    expect(titles()).toEqual(['b', 'c'])
    expect(one(a.id)?.status).toBe('completed')
  })
})

describe('two edits in a row', () => {
  test('are sent one after another, the second knowing the version the first has made', async () => {
    const [x, y] = [changes.edit(client, a, { title: 'new' }), changes.edit(client, a, { priority: 5 })]
    await requests(1)
    expect(asked[0]).toMatchObject({ method: 'PATCH', ifMatch: '"3", "3-w"', body: { title: 'new' } })
    asked[0]!.answer(Response.json({ ...a, title: 'new', version: 4 }))
    await x
    await requests(2)
    expect(asked[1]).toMatchObject({ ifMatch: '"4", "4-w"', body: { priority: 5 } })
    asked[1]!.answer(Response.json({ ...a, title: 'new', priority: 5, version: 5 }))
    expect(await y).toMatchObject({ title: 'new', priority: 5, version: 5 })
  })

  test('of which the first fails: the second is still sent', async () => {
    const [x, y] = [refused(changes.edit(client, b, { title: '' })), changes.edit(client, b, { priority: 5 })]
    await requests(1)
    asked[0]!.answer(problem(422))
    expect(await x).toMatchObject({ status: 422 })
    await requests(2)
    asked[1]!.answer(Response.json({ ...b, priority: 5, version: 2 }))
    await y
    expect(one(b.id)).toMatchObject({ title: 'b', priority: 5 })
  })
})

describe('two edits in a row, of which one is refused', () => {
  const quick = async () => {
    const [x, y] = [
      refused(changes.edit(client, a, { title: 'new' })),
      refused(changes.edit(client, a, { priority: 5 })),
    ]
    await requests(1)
    expect(best()).toMatchObject({ title: 'new', priority: 5 })
    return { x, y }
  }

  test('the second: it is gone from the screen', async () => {
    const { x, y } = await quick()
    asked[0]!.answer(Response.json({ ...a, title: 'new', version: 4 }))
    await x
    expect(best()).toMatchObject({ title: 'new', priority: 5, version: 4 })
    await requests(2)
    asked[1]!.answer(problem(422))
    expect(await y).toMatchObject({ status: 422 })
    for (const seen of [one(a.id), best(), top()!.tasks[0]!.task]) {
      expect(seen).toMatchObject({ title: 'new', priority: 3, version: 4 })
    }
    expect(titles()).toEqual(['new', 'b', 'c'])
  })

  test('the first: it is gone at once, the second stays', async () => {
    const { x, y } = await quick()
    asked[0]!.answer(problem(422))
    await x
    expect(one(a.id)).toMatchObject({ title: 'a', priority: 5 })
    await requests(2)
    asked[1]!.answer(Response.json({ ...a, priority: 5, version: 4 }))
    await y
    expect(one(a.id)).toEqual({ ...a, priority: 5, version: 4 })
  })

  test('both: all is as it was', async () => {
    const { x, y } = await quick()
    asked[0]!.answer(problem(422))
    await x
    await requests(2)
    asked[1]!.answer(problem(422))
    await y
    expect(one(a.id)).toEqual(a)
    expect(titles()).toEqual(['a', 'b', 'c'])
  })
})

describe('an edit that meets another', () => {
  test('is a conflict that knows both, and shows what is there now', async () => {
    const edit = refused(changes.edit(client, c, { title: 'mine' }))
    await requests(1)
    asked[0]!.answer(problem(412))
    await requests(2)
    expect(asked[1]).toMatchObject({ method: 'GET', path: `/api/tasks/${c.id}` })
    asked[1]!.answer(Response.json({ ...c, title: 'theirs', version: 2 }))
    const conflict = await edit
    expect(conflict).toBeInstanceOf(Conflict)
    expect(conflict).toMatchObject({ mine: { title: 'mine' }, before: c, theirs: { title: 'theirs', version: 2 } })
    expect(one(c.id)?.title).toBe('theirs')
    expect(titles()).toContain('theirs')
  })
})

test('an edit whose answer was lost is no conflict when it is sent again: it is there', async () => {
  const edit = changes.edit(client, c, { title: 'mine', tags: ['x'] })
  await requests(1)
  asked[0]!.answer(problem(412))
  await requests(2)
  asked[1]!.answer(Response.json({ ...c, title: 'mine', tags: ['x'], version: 2 }))
  expect(await edit).toMatchObject({ title: 'mine', version: 2 })
  expect(one(c.id)).toMatchObject({ title: 'mine', version: 2 })
})

test('the way back from a change names what differs, as it was, and nothing that the server counts', () => {
  const before = task('x', { due_date: '2026-11-27', tags: ['home'], priority: 2 })
  const after = { ...before, due_date: null, tags: [], version: 2, updated_at: '2026-11-27T08:00:00Z' }
  expect(changes.wayBack(before, after)).toEqual({ due_date: '2026-11-27', tags: ['home'] })
})

describe('undo', () => {
  const done = async () => {
    const edit = changes.edit(client, c, { title: 'mine' })
    await requests(1)
    asked[0]!.answer(Response.json({ ...c, title: 'mine', version: 2 }, { headers: { Change: '7' } }))
    return edit
  }

  test('names the change, shows at once how it was, and then what the server says', async () => {
    const after = await done()
    const undone = changes.undo(client, { title: c.title }, after)
    expect(asked.length).toBe(1)
    await requests(2)
    expect(asked[1]).toMatchObject({ method: 'POST', path: '/api/undo', body: { change: '7' } })
    expect(one(c.id)?.title).toBe(c.title)
    asked[1]!.answer(Response.json({ undone: '7', change: '8', tasks: [c.id] }))
    await requests(3)
    asked[2]!.answer(Response.json({ ...c, priority: 5, version: 3 }))
    expect(await undone).toMatchObject({ title: c.title, priority: 5, version: 3 })
  })

  test('that is refused shows it as it is, and says which later edit stands in the way', async () => {
    const after = await done()
    const undone = refused(changes.undo(client, { title: c.title }, after))
    await requests(2)
    const overwrites = [
      {
        change: '8',
        at: '2026-11-25T08:00:00Z',
        verb: 'task.updated',
        through: 'api',
        task_id: c.id,
        title: 'theirs',
        fields: ['title'],
      },
    ]
    asked[1]!.answer(Response.json({ title: 'Conflict', overwrites }, { status: 409 }))
    expect(await undone).toMatchObject({ status: 409, overwrites })
    expect(one(c.id)?.title).toBe('mine')
  })
})

test('a task that is added is there at once, under the id it keeps, and can be edited before the server has it', async () => {
  const made = create(client, { title: 'new' })
  await vi.waitFor(() => expect(titles()).toContain('new'))
  await requests(1)
  const { id } = asked[0]!.body as { id: string }
  const edit = changes.edit(client, { ...one(id)! }, { priority: 5 })
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(asked).toHaveLength(1)
  asked[0]!.answer(Response.json({ ...task('new', { id }), version: 1 }, { status: 201 }))
  expect((await made).id).toBe(id)
  await requests(2)
  expect(asked[1]).toMatchObject({ path: `/api/tasks/${id}`, ifMatch: '"1", "1-w"' })
  asked[1]!.answer(Response.json({ ...task('new', { id }), priority: 5, version: 2 }))
  await edit
})

test('a task whose addition got no answer is the same task when it is added again, and another one after that', async () => {
  const ids = () => asked.filter((r) => r.method === 'POST').map((r) => (r.body as { id: string }).id)
  const add = async () => {
    const before = asked.length
    const made = refused(create(client, { title: 'new' }))
    await requests(before + 1)
    return { made, last: asked.at(-1)! }
  }
  const kept = () => Response.json(task('new', { id: ids().at(-1)! }), { status: 201 })
  const first = await add()
  first.last.fail()
  expect((await first.made)?.name).toMatch(/Lost|Unreachable/)
  const again = await add()
  again.last.answer(kept())
  await again.made
  const [another, one] = [await add(), await add()] // both under way
  another.last.answer(kept())
  one.last.answer(kept())
  await Promise.all([another.made, one.made])
  expect(ids()[1]).toBe(ids()[0])
  expect(new Set(ids()).size).toBe(3)
})

test('a task that was never made is not in the trash', async () => {
  client.setQueryData<Trash>(trashQuery.queryKey, { pages: [{ tasks: [], next_cursor: null }], pageParams: [''] })
  const made = refused(create(client, { title: 'd' }))
  await requests(1)
  asked[0]!.answer(problem(422))
  expect((await made)?.name).toBe('Problem')
  expect(client.getQueryData<Trash>(trashQuery.queryKey)!.pages[0]!.tasks).toEqual([])
})

test('a task that is deleted is gone at once, and comes back where it was', async () => {
  const gone = changes.remove(client, b)
  await requests(1)
  expect(titles()).toEqual(['a', 'c'])
  asked[0]!.answer(new Response(null, { status: 204 }))
  await gone
  expect(titles()).toEqual(['a', 'c'])
  const back = changes.restore(client, b)
  await vi.waitFor(() => expect(titles().toSorted()).toEqual(['a', 'b', 'c']))
  await requests(asked.length)
  asked.find((r) => r.path.endsWith('/restore'))!.answer(Response.json({ ...b, version: 3 }))
  await back
  expect(one(b.id)?.version).toBe(3)
})

describe('a long list', () => {
  const key = ['list', { sort: '-created_at' }]
  const pageOf = (n: number) => ({ tasks: [task(`${n}`)], next_cursor: String(n) })
  const long = () =>
    client.setQueryData<Lists>(key, { pages: [1, 2, 3, 4, 5].map(pageOf), pageParams: ['', '1', '2', '3', '4'] })
  const kept = () => client.getQueryData<Lists>(key)
  const stale = () => client.getQueryState(key)?.isInvalidated

  test('begins anew once it was left: what is gone elsewhere is in no answer', () => {
    long()
    beginAnew(client, key)
    expect(kept()).toEqual({ pages: [pageOf(1)], pageParams: [''] })
    expect(stale()).toBe(true)
  })

  test('begins anew where more has changed than is asked for', async () => {
    long()
    const watch = new InfiniteQueryObserver(client, {
      ...listQuery({ sort: '-created_at' }),
      queryKey: key as never,
      staleTime: Infinity,
    })
    const stop = watch.subscribe(() => {})
    const caught = catchUp(client)
    await requests(1)
    asked[0]!.answer(
      Response.json({ tasks: Array.from({ length: 100 }, (_, i) => task(`new ${i}`)), next_cursor: 'x' }),
    )
    await caught
    expect(kept()!.pages).toHaveLength(1)
    await requests(2)
    stop()
  })

  test('loses what was within a task that is deleted, once it is', async () => {
    const [trip, pack, socks, other] = [
      task('trip'),
      task('pack', { parent_id: 'id-trip' }),
      task('socks', { parent_id: 'id-pack' }),
      task('other', { parent_id: 'id-elsewhere' }),
    ]
    const pages = [[other], [socks], [pack], [trip]].map((tasks, i) => ({ tasks, next_cursor: i < 3 ? `${i}` : null }))
    client.setQueryData<Lists>(key, { pages, pageParams: ['', '0', '1', '2'] })
    const shown = () => kept()!.pages.flatMap((page) => page.tasks.map((t) => t.title))
    const no = refused(changes.remove(client, trip))
    await requests(1)
    asked[0]!.answer(problem(500))
    await no
    expect(shown()).toEqual(['other', 'socks', 'pack', 'trip'])
    const sent = asked.length
    const gone = changes.remove(client, trip)
    await vi.waitFor(() => expect(asked.slice(sent).some((r) => r.method === 'DELETE')).toBe(true))
    asked.findLast((r) => r.method === 'DELETE')!.answer(new Response(null, { status: 204 }))
    await gone
    expect(shown()).toEqual(['other'])
  })

  test('begins anew when a change is taken back: what it had made is in no answer', async () => {
    long()
    const undone = changes.undoChange(client, 'change')
    await requests(1)
    asked[0]!.answer(Response.json({ change: 'another' }))
    await undone
    expect(kept()!.pages).toHaveLength(1)
  })

  test('of three pages is asked for as it is', () => {
    client.setQueryData<Lists>(key, { pages: [1, 2, 3].map(pageOf), pageParams: ['', '1', '2'] })
    beginAnew(client, key)
    expect(kept()!.pages).toHaveLength(3)
    expect(stale()).toBe(false)
  })
})

describe('a task that is moved in an order by hand', () => {
  const key = ['list', { parent: 'none', sort: 'position' }]
  const order = () => client.getQueryData<Lists>(key)?.pages.flatMap((page) => page.tasks.map((t) => t.title))

  beforeEach(() => {
    client.setQueryData<Lists>(key, { pages: [{ tasks: [c, b, a], next_cursor: null }], pageParams: [''] })
  })

  test('stands there at once, and then where the server says', async () => {
    const done = changes.move(client, a, { before: b.id }, keyAt(keyed(c, b), { before: b.id }))
    await vi.waitFor(() => expect(asked).toHaveLength(1))
    expect(order()).toEqual(['c', 'a', 'b'])
    expect(asked[0]).toMatchObject({ method: 'POST', path: `/api/tasks/${a.id}/move`, body: { before: b.id } })
    asked[0]!.answer(Response.json({ ...a, version: 4, position: '0' }))
    await done
    expect(order()).toEqual(['a', 'c', 'b'])
  })

  test('is where it was when that is refused', async () => {
    const done = changes.move(client, a, { before: c.id }, keyAt(keyed(c, b), { before: c.id })).catch(() => {})
    await vi.waitFor(() => expect(asked).toHaveLength(1))
    expect(order()).toEqual(['a', 'c', 'b'])
    asked[0]!.answer(Response.json({ title: 'No' }, { status: 422 }))
    await done
    expect(order()).toEqual(['c', 'b', 'a'])
  })
})

const keyed = (...tasks: Task[]) => tasks.map((t) => ({ id: t.id, key: placeKey(t) }))
