import { QueryClient } from '@tanstack/react-query'
import { renderHook } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { complete } from '../api/changes'
import type { Task } from '../api/client'
import * as toast from '../ui/toast'
import { task } from '../test/tasks'
import { changeMany, editMany, stopBulk, useProgress } from './bulk'

const client = new QueryClient({ defaultOptions: { queries: { gcTime: Infinity } } })

/** The tasks as a server has them, and what it answers instead, by the number of the change. */
let there: Map<string, Task>
let instead: Record<number, () => Response>
let asked: number
/** What was shown as the first was sent. */
let early: unknown
let tasks: Task[]

const problem =
  (status: number, headers = {}) =>
  () =>
    new Response(JSON.stringify({ title: 'No' }), { status, headers })
const gone = () => {
  throw new TypeError('Failed to fetch')
}

beforeEach(() => {
  localStorage.setItem('mindflow.signed-in', '1')
  tasks = ['a', 'b', 'c', 'd'].map((title) => task(title, { id: crypto.randomUUID(), due_date: '2026-11-20' }))
  there = new Map(tasks.map((t) => [t.id, t]))
  instead = {}
  asked = 0
  vi.stubGlobal('fetch', async (request: Request | string) => {
    if (typeof request === 'string') return Response.json({ access_token: 'token', expires_in: 900 })
    const id = new URL(request.url).pathname.split('/')[3]!
    const before = there.get(id)
    if (request.method === 'GET') return Response.json(before ?? { tasks: [], next_cursor: null })
    const text = await request.text()
    if (request.url.endsWith('/undo')) {
      const { change } = JSON.parse(text) as { change: string }
      there.set(change, { ...there.get(change)!, due_date: '2026-11-20' })
      return Response.json({ undone: change, change: 'x', tasks: [change] })
    }
    if (asked === 0) early = shown()
    const refuse = instead[++asked]
    if (refuse) return refuse()
    const fields = (request.url.endsWith('/complete') ? { status: 'completed' } : JSON.parse(text)) as Partial<Task>
    there.set(id, { ...before!, ...fields, version: before!.version + 1 })
    return Response.json(there.get(id), { headers: { Change: id } })
  })
  vi.spyOn(toast, 'say')
  vi.spyOn(toast, 'warn')
})

afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
  client.clear()
})

const dues = () => [...there.values()].map((t) => t.due_date)
const shown = () => tasks.map((t) => client.getQueryData<Task>(['task', t.id])?.due_date)
const toToday = () => editMany(client, 'Moved to today', tasks, () => ({ due_date: '2026-11-25' }))
const said = () => vi.mocked(toast.say).mock.calls.map(([text]) => text)
const warned = () => vi.mocked(toast.warn).mock.calls.map(([text]) => text)
const all = (due: string) => tasks.map(() => due)

describe('many edits', () => {
  test('are all shown at once, and put back by one undo', async () => {
    await toToday()
    expect(early).toEqual(all('2026-11-25'))
    expect(dues()).toEqual(all('2026-11-25'))
    expect(said()).toEqual(['Moved to today: 4 tasks'])
    toast.undoLast()
    await vi.waitFor(() => expect(said()).toContain('Put back: 4 tasks'))
    expect(dues()).toEqual(all('2026-11-20'))
  })

  test('of which one is refused: it is as it was, the others are done', async () => {
    instead = { 2: problem(422) }
    await toToday()
    expect(dues()).toEqual(['2026-11-25', '2026-11-20', '2026-11-25', '2026-11-25'])
    expect(shown()).toEqual(dues())
    expect(said()).toEqual(['Moved to today: 3 tasks'])
    expect(warned()[0]).toMatch(/^1 task left as it was\./)
  })

  test('of which one meets another edit: that is said', async () => {
    instead = { 2: problem(412) }
    await toToday()
    expect(warned()[0]).toMatch(/^1 task left as it was\. Somebody else.*changed it meanwhile/)
  })

  test('wait while the server takes no more, shown all the while; what is stopped is as it was', async () => {
    instead = { 3: problem(429, { 'Retry-After': '60' }) }
    const done = toToday()
    const progress = renderHook(useProgress).result
    await vi.waitFor(() =>
      expect(progress.current).toMatchObject({ done: 2, of: 4, waits: expect.any(Number) as number }),
    )
    expect(shown()).toEqual(all('2026-11-25'))
    stopBulk()
    await done
    expect(shown()).toEqual(['2026-11-25', '2026-11-25', '2026-11-20', '2026-11-20'])
    expect(said()).toEqual(['Moved to today: 2 tasks'])
    expect(warned()).toEqual([])
    expect(progress.current).toBeNull()
  })

  test('stop where the server is gone, and say how many are left', async () => {
    instead = { 2: gone }
    await toToday()
    expect(asked).toBe(2)
    expect(shown()).toEqual(['2026-11-25', '2026-11-20', '2026-11-20', '2026-11-20'])
    expect(warned()[0]).toMatch(
      /^It stopped before the last 3 tasks\. The server cannot be reached\. It may or may not/,
    )
  })
})

test('what else is done to many has its own way back', async () => {
  const steps = tasks.map((t) => ({
    task: t,
    send: async () => {
      await complete(client, t)
    },
  }))
  await changeMany(client, 'Done', steps)
  expect([...there.values()].map((t) => t.status)).toEqual(tasks.map(() => 'completed'))
  expect(said()).toEqual(['Done: 4 tasks'])
})
