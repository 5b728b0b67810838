import { QueryClient } from '@tanstack/react-query'
import { fireEvent, render, screen } from '@testing-library/react'
import { createElement } from 'react'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Task } from '../api/client'
import { task } from '../test/tasks'
import { Toasts, undoLast } from '../ui/toast'
import { actionsOf } from './actions'

/** The task as a server has it, by the same rules as ours. */
let there: Task
let asked: string[]
/** How it was before each change, by the name of the change. */
let before: Task[]
const client = new QueryClient()
const actions = actionsOf(client)

const refuse = (status: number) => new Response(JSON.stringify({ title: 'No' }), { status })
const open = () => !['completed', 'cancelled'].includes(there.status)

function answer(verb: string, body: Partial<Task>): Response {
  if (verb === 'complete') {
    if (there.status === 'cancelled') return refuse(409)
    there = { ...there, status: 'completed', snoozed_until: null }
  } else if (verb === 'reopen') there = { ...there, status: 'pending' }
  else {
    if (body.status === 'snoozed' && !body.snoozed_until) return refuse(422)
    if (body.status === 'completed' && there.status === 'cancelled') return refuse(409)
    if (body.status === 'cancelled' && there.status === 'completed') return refuse(409)
    if (body.snoozed_until && !(open() && Date.parse(body.snoozed_until) > Date.now())) return refuse(409)
    if (body.snoozed_until === null && there.status === 'snoozed') there = { ...there, status: 'pending' }
    there = { ...there, ...body, ...(body.snoozed_until ? { status: 'snoozed' } : {}) }
  }
  there = { ...there, version: there.version + 1 }
  return Response.json(there, { headers: { Change: String(before.length - 1) } })
}

beforeEach(() => {
  localStorage.setItem('mindflow.signed-in', '1')
  asked = []
  before = []
  vi.stubGlobal('fetch', async (request: Request | string) => {
    if (typeof request === 'string') return Response.json({ access_token: 'token', expires_in: 900 })
    const verb = new URL(request.url).pathname.split('/').at(-1)!
    const text = await request.text()
    asked.push(`${request.method} ${verb}`)
    if (request.method === 'GET') return Response.json(there)
    if (verb === 'undo') {
      const { change } = JSON.parse(text) as { change: string }
      there = { ...before[Number(change)]!, version: there.version + 1 }
      return Response.json({ undone: change, change: 'x', tasks: [there.id] })
    }
    before.push(there)
    return answer(verb, (text ? JSON.parse(text) : {}) as Partial<Task>)
  })
})

afterEach(() => {
  vi.unstubAllGlobals()
  client.clear()
})

const later = new Date(Date.now() + 3_600_000).toISOString()
const state = ({ status, snoozed_until }: Task) => ({ status, snoozed_until })

describe('undo puts a task back as it was', () => {
  test.each<[string, Partial<Task>, (t: Task) => Promise<unknown>, Task['status']]>([
    ['done', { status: 'in_progress' }, actions.complete, 'completed'],
    ['done, from a snooze', { status: 'snoozed', snoozed_until: later }, actions.complete, 'completed'],
    ['opened again', { status: 'completed' }, actions.reopen, 'pending'],
    ['opened again, from cancelled', { status: 'cancelled' }, actions.reopen, 'pending'],
    ['started', {}, actions.start, 'in_progress'],
    ['started, from a snooze', { status: 'snoozed', snoozed_until: later }, actions.start, 'in_progress'],
    ['started, from done', { status: 'completed' }, actions.start, 'in_progress'],
    ['put down', { status: 'in_progress' }, actions.stop, 'pending'],
    ['awake', { status: 'snoozed', snoozed_until: later }, actions.wake, 'pending'],
    ['cancelled', { status: 'in_progress' }, actions.cancel, 'cancelled'],
    ['cancelled, from a snooze', { status: 'snoozed', snoozed_until: later }, actions.cancel, 'cancelled'],
  ])('%s', async (_, fields, act, after) => {
    const was = task('a', { id: crypto.randomUUID(), ...fields })
    there = was
    await act(was)
    expect(there.status).toBe(after)
    expect(undoLast()).toBe(true)
    await vi.waitFor(() => expect(state(there)).toEqual(state(was)))
    expect(asked.slice(-2)).toEqual(['POST undo', `GET ${was.id}`])
  })

  test('though no message speaks of it, the last first', async () => {
    const was = task('a', { id: crypto.randomUUID() })
    there = was
    await actions.edit(was, { priority: 5 })
    await actions.edit(there, { priority: 1 })
    undoLast()
    await vi.waitFor(() => expect(there.priority).toBe(5))
    undoLast()
    await vi.waitFor(() => expect(there.priority).toBe(3))
    expect(undoLast()).toBe(false)
  })

  // Seen red: it was remembered once it was answered, and the key did nothing before.
  test('before the browser has heard of it; what failed is no longer there to be undone', async () => {
    const was = task('a', { id: crypto.randomUUID() })
    there = was
    const server = fetch
    let answered = () => {}
    const held = new Promise<void>((resolve) => (answered = resolve))
    vi.stubGlobal('fetch', async (request: Request) => {
      const response = await server(request)
      await held
      return response
    })
    const edit = actions.edit(was, { priority: 5 })
    await vi.waitFor(() => expect(there.priority).toBe(5))
    expect(undoLast()).toBe(true)
    answered()
    await edit
    await vi.waitFor(() => expect(there.priority).toBe(3))
    vi.stubGlobal('fetch', () => Promise.resolve(refuse(409)))
    await actions.edit(there, { priority: 1 })
    expect(undoLast()).toBe(false)
  })

  test('done with its open steps: both together', async () => {
    render(createElement(Toasts))
    const was = task('a', { id: crypto.randomUUID(), steps: { total: 3, done: 1 } })
    there = was
    await actions.complete(was)
    screen.getByText(/2 of its steps are open/)
    fireEvent.click(screen.getByRole('button', { name: 'Complete its steps too' }))
    await vi.waitFor(() => expect(asked.filter((a) => a === 'POST complete')).toHaveLength(2))
    await screen.findByText(/^Done with its steps/)
    expect(undoLast()).toBe(true)
    await vi.waitFor(() => expect(state(there)).toEqual(state(was)))
    expect(undoLast()).toBe(false)
  })

  // Seen red where the way back was forgotten as soon as the steps were asked for.
  test('done, though its open steps could not be', async () => {
    render(createElement(Toasts))
    const was = task('a', { id: crypto.randomUUID(), steps: { total: 3, done: 1 } })
    there = was
    await actions.complete(was)
    there = { ...there, status: 'cancelled' } // by another: this cannot be completed
    fireEvent.click(screen.getAllByRole('button', { name: 'Complete its steps too' }).at(-1)!)
    await screen.findByRole('alert')
    await vi.waitFor(() => expect(screen.queryByText(/^Done with its steps/)).toBeNull())
    expect(undoLast()).toBe(true)
    await vi.waitFor(() => expect(state(there)).toEqual(state(was)))
    expect(undoLast()).toBe(false)
  })
})
