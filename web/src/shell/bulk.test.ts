import { QueryClient } from '@tanstack/react-query'
import { renderHook } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Bulk, Task } from '../api/client'
import { task } from '../test/tasks'
import * as toast from '../ui/toast'
import { changeMany, editMany, stopBulk, useProgress } from './bulk'

const client = new QueryClient({ defaultOptions: { queries: { gcTime: Infinity } } })

/** The tasks as a server has them, and as they were before each change, by its name. */
let there: Map<string, Task>
let before: Map<string, Task>[]
/** What it answers instead, by the number of the request. */
let instead: Record<number, (ids: string[]) => Response>
let asked: Bulk[]
/** What was shown as the first was sent. */
let early: unknown
let tasks: Task[]

const problem = (status: number, body = {}, headers = {}) => {
  const answer = () => new Response(JSON.stringify({ title: 'No', ...body }), { status, headers })
  return answer
}
/** Refuses for some of them, by their places. */
const refusing =
  (why: Record<number, string>, status = 409) =>
  (ids: string[]) =>
    problem(status, {
      errors: Object.entries(why).map(([i, words]) => ({ field: `ids[${i}]`, message: `${ids[Number(i)]}: ${words}` })),
    })()
const gone = () => {
  throw new TypeError('Failed to fetch')
}

function change({ ids, set, action, add_tags }: Bulk): Response {
  before.push(new Map(there))
  for (const id of ids!) {
    const was = there.get(id)!
    const now = { ...was, ...set, ...(action === 'complete' ? { status: 'completed' } : {}), version: was.version + 1 }
    there.set(id, { ...now, tags: [...was.tags, ...(add_tags ?? [])] } as Task)
  }
  return Response.json({ changed: ids, unchanged: [], change: String(before.length - 1) })
}

beforeEach(() => {
  localStorage.setItem('mindflow.signed-in', '1')
  tasks = ['a', 'b', 'c', 'd'].map((title) => task(title, { id: crypto.randomUUID(), due_date: '2026-11-20' }))
  there = new Map(tasks.map((t) => [t.id, t]))
  before = []
  instead = {}
  asked = []
  vi.stubGlobal('fetch', async (request: Request | string) => {
    if (typeof request === 'string') return Response.json({ access_token: 'token', expires_in: 900 })
    if (request.method === 'GET') return Response.json({ tasks: [], next_cursor: null })
    const body = JSON.parse(await request.text()) as Bulk & { change: string }
    if (request.url.endsWith('/undo')) {
      const refuse = instead[-1]
      if (refuse) return refuse([])
      there = before[Number(body.change)]!
      return Response.json({ undone: body.change, change: 'x', tasks: [] })
    }
    if (asked.length === 0) early = shown()
    asked.push(body)
    return instead[asked.length]?.(body.ids!) ?? change(body)
  })
  vi.spyOn(toast, 'say')
  vi.spyOn(toast, 'warn')
})

afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
  client.clear()
})

const dues = () => tasks.map((t) => there.get(t.id)!.due_date)
const shown = () => tasks.map((t) => client.getQueryData<Task>(['task', t.id])?.due_date)
const toToday = () => editMany(client, 'Moved to today', tasks, () => ({ due_date: '2026-11-25' }))
const plain = (text: string) => text.replace(/[\u2066-\u2069]/g, '')
const said = () => vi.mocked(toast.say).mock.calls.map(([text]) => plain(text))
const warned = () => vi.mocked(toast.warn).mock.calls.map(([text]) => plain(text))
const all = (due: string) => tasks.map(() => due)

describe('many edits', () => {
  test('are one request, all shown at once, and put back by one undo', async () => {
    await toToday()
    expect(early).toEqual(all('2026-11-25'))
    expect(asked).toEqual([{ ids: tasks.map((t) => t.id), set: { due_date: '2026-11-25' } }])
    expect(shown()).toEqual(dues())
    expect(client.getQueryData<Task>(['task', tasks[0]!.id])?.version).toBe(2)
    expect(said()).toEqual(['Moved to today: 4 tasks'])
    toast.undoLast()
    await vi.waitFor(() => expect(said()).toContain('Put back: 4 tasks'))
    expect(dues()).toEqual(all('2026-11-20'))
    expect(shown()).toEqual(dues())
  })

  test('that differ are a request for each kind, and still one undo', async () => {
    const late = '2026-11-25T16:00:00Z'
    await editMany(client, 'Moved', tasks, (t) => ({ due_date: t.title === 'c' ? late : '2026-11-25' }))
    expect(asked.map((b) => b.ids!.length)).toEqual([3, 1])
    expect(said()).toEqual(['Moved: 4 tasks'])
    toast.undoLast()
    await vi.waitFor(() => expect(said()).toContain('Put back: 4 tasks'))
    expect(dues()).toEqual(all('2026-11-20'))
  })

  test('of more than a thousand are several requests', async () => {
    const many = Array.from({ length: 1_201 }, (_, i) => task(`t${i}`, { id: crypto.randomUUID() }))
    there = new Map(many.map((t) => [t.id, t]))
    await editMany(client, 'Priority 5', many, () => ({ priority: 5 }))
    expect(asked.map((b) => b.ids!.length)).toEqual([1_000, 201])
    expect(said()).toEqual(['Priority 5: 1201 tasks'])
  })

  test('of which some are refused: they are as they were and named, the others are done', async () => {
    instead = { 1: refusing({ 1: 'Some fields are not valid: start_date must not be after due_date' }, 422) }
    await toToday()
    expect(dues()).toEqual(['2026-11-25', '2026-11-20', '2026-11-25', '2026-11-25'])
    expect(shown()).toEqual(dues())
    expect(said()).toEqual(['Moved to today: 3 tasks'])
    expect(warned()).toEqual(['“b” was left as it was. Start date must not be after due date.'])
  })

  test('that are all refused change nothing', async () => {
    instead = { 1: refusing({ 0: 'x', 1: 'x' }), 2: refusing({ 0: 'x', 1: 'x' }) }
    await toToday()
    expect(shown()).toEqual(all('2026-11-20'))
    expect(said()).toEqual([])
    expect(warned()).toEqual(['“a”, “b” and 2 more were left as they were. X.'])
  })

  test('wait while the server takes no more, shown all the while; what is stopped is as it was', async () => {
    instead = { 1: problem(429, {}, { 'Retry-After': '60' }) }
    const done = toToday()
    const progress = renderHook(useProgress).result
    await vi.waitFor(() =>
      expect(progress.current).toMatchObject({ done: 0, of: 4, waits: expect.any(Number) as number }),
    )
    expect(shown()).toEqual(all('2026-11-25'))
    stopBulk()
    await done
    expect(shown()).toEqual(all('2026-11-20'))
    expect(said()).toEqual([])
    expect(warned()).toEqual([])
    expect(progress.current).toBeNull()
  })

  test('where the server is gone are as they were, and that is said', async () => {
    instead = { 1: gone }
    await toToday()
    expect(shown()).toEqual(all('2026-11-20'))
    expect(warned()).toEqual([
      'The server cannot be reached. It may or may not have been changed; that is seen when it is back.',
    ])
  })

  test('stop where the server is gone in between, and say how many are left', async () => {
    instead = { 2: gone }
    await editMany(client, 'Moved', tasks, (t) => ({ due_date: t.title === 'a' ? '2026-11-24' : '2026-11-25' }))
    expect(shown()).toEqual(['2026-11-24', '2026-11-20', '2026-11-20', '2026-11-20'])
    expect(said()).toEqual(['Moved: 1 task'])
    expect(warned()[0]).toMatch(/^It stopped before the last 3 tasks\. The server cannot be reached\./)
  })

  test('are not put back over later ones, which are named', async () => {
    await toToday()
    const overwrites = [
      {
        change: '9',
        at: '2026-11-25T08:00:00Z',
        verb: 'task.updated',
        through: 'api',
        task_id: tasks[0]!.id,
        title: 'a',
        fields: ['due_date'],
      },
    ]
    instead = { [-1]: problem(409, { overwrites }) }
    toast.undoLast()
    await vi.waitFor(() => expect(warned()).toHaveLength(1))
    expect(warned()[0]).toMatch(
      /^“a”, “b” and 2 more could not be put back\. Something was changed later: due of “a” changed/,
    )
    expect(shown()).toEqual(all('2026-11-25'))
  })
})

test('what else is done to many is one request too', async () => {
  await changeMany(client, 'Done', [{ tasks, change: { action: 'complete' }, fields: () => ({ status: 'completed' }) }])
  expect(asked).toHaveLength(1)
  expect([...there.values()].map((t) => t.status)).toEqual(tasks.map(() => 'completed'))
  expect(said()).toEqual(['Done: 4 tasks'])
})

test('what was so already is nothing to undo', async () => {
  instead = { 1: (ids) => Response.json({ changed: [], unchanged: ids, change: null }) }
  await toToday()
  expect(vi.mocked(toast.say).mock.calls).toEqual([['Moved to today: 4 tasks', undefined]])
})
