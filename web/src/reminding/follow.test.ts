import { QueryClient } from '@tanstack/react-query'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Task } from '../api/client'
import { Problem, Unreachable } from '../api/errors'
import { task } from '../test/tasks'
import type { Moment } from './due'
import { follow } from './follow'

const start = Date.parse('2026-11-26T09:00:00Z')
const minute = 60_000
const instant = (minutes: number) => new Date(start + minutes * minute).toISOString()

/** What the server knows. */
let tasks: Task[] = []
let projects: object[] = []
let fails: Error | null = null

const momentsOf = (t: Task): Moment[] =>
  t.status === 'completed'
    ? []
    : t.reminders.map(({ at }) => ({ task_id: t.id, at: at!, title: t.title, due_date: t.due_date }))

vi.mock('../api/client', async (original) => ({
  ...(await original<object>()),
  data: (answer: unknown) => answer,
  api: {
    GET: (path: string, options: { params?: { path?: { id: string } } }) => {
      if (fails) return Promise.reject(fails)
      if (path === '/api/projects') return Promise.resolve({ projects })
      if (path === '/api/reminders')
        return Promise.resolve({
          reminders: tasks.flatMap(momentsOf).filter(({ at }) => Date.parse(at) > Date.now()),
        })
      const found = tasks.find((t) => t.id === options.params!.path!.id)
      return found ? Promise.resolve(found) : Promise.reject(new Problem(404, {}))
    },
  },
}))
vi.mock('../api/projects', () => ({
  projectsQuery: {
    queryKey: ['projects'],
    queryFn: async () => {
      const { api } = await import('../api/client')
      return ((await api.GET('/api/projects', {})) as unknown as { projects: object[] }).projects
    },
  },
}))

const reminded = (title: string, minutes: number, fields: Partial<Task> = {}) =>
  task(title, { reminders: [{ at: instant(minutes) }], ...fields })

let focused = true
let visible = true
let stops: (() => void)[] = []

/** A tab: what it has shown, and what it had the system say. */
function tab({ wants = false } = {}) {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false, gcTime: Infinity } } })
  const shown: string[] = []
  const said: string[] = []
  const stop = follow(client, {
    show: ({ title }) => shown.push(title),
    say: ({ title }) => said.push(title),
    areSaid: () => wants,
  })
  stops.push(stop)
  return { client, shown, said, stop }
}

const pass = (minutes: number) => vi.advanceTimersByTimeAsync(minutes * minute)

/** The device sleeps: its clock goes on, its timers do not. */
const sleep = (minutes: number) => vi.setSystemTime(Date.now() + minutes * minute)
const look = () => document.dispatchEvent(new Event('visibilitychange'))

beforeEach(() => {
  vi.useFakeTimers({ now: start })
  localStorage.clear()
  tasks = []
  projects = []
  fails = null
  focused = visible = true
  vi.spyOn(document, 'hasFocus').mockImplementation(() => focused)
  vi.spyOn(document, 'visibilityState', 'get').mockImplementation(() => (visible ? 'visible' : 'hidden'))
})

afterEach(() => {
  for (const stop of stops) stop()
  stops = []
  vi.useRealTimers()
  vi.restoreAllMocks()
})

test('a reminder comes at its moment, not before, and once', async () => {
  tasks = [reminded('b', 20), reminded('a', 10)]
  const { shown } = tab()
  await pass(9.9)
  expect(shown).toEqual([])
  await pass(0.2)
  expect(shown).toEqual(['a'])
  await pass(60)
  expect(shown).toEqual(['a', 'b'])
})

// Seen red where nothing was kept of what was shown.
test('of two tabs one shows it, and none does after a reload', async () => {
  tasks = [reminded('a', 10)]
  const [one, two] = [tab(), tab()]
  await pass(11)
  expect([...one.shown, ...two.shown]).toEqual(['a'])
  one.stop()
  const again = tab()
  again.client.setQueryData(['reminders'], one.client.getQueryData(['reminders']))
  await pass(60)
  expect([...again.shown, ...two.shown, ...one.shown]).toEqual(['a'])
})

// Seen red with one long timer in place of the clock.
test('a device that slept reminds as it wakes, of what is open still', async () => {
  tasks = [reminded('done meanwhile', 10), reminded('a', 20), reminded('gone', 30), reminded('moved', 40)]
  const { shown } = tab()
  await pass(1)
  tasks = [{ ...tasks[0]!, status: 'completed' }, tasks[1]!, { ...tasks[3]!, reminders: [{ at: instant(600) }] }]
  sleep(120)
  look()
  await pass(0.1)
  expect(shown).toEqual(['a'])
  expect(Date.now()).toBeLessThan(start + 125 * minute)
})

test('it says what the task is called now; nothing of a project that was put away', async () => {
  tasks = [reminded('old name', 10), reminded('put away', 10, { project_id: 'garden' })]
  projects = [{ id: 'garden', archived_at: null }]
  const { shown } = tab()
  await pass(9)
  tasks = [{ ...tasks[0]!, title: 'new name' }, tasks[1]!]
  projects = [{ id: 'garden', archived_at: instant(9) }]
  await pass(2)
  expect(shown).toEqual(['new name'])
})

test('without a server what was known goes on; a device that has just woken has some patience', async () => {
  tasks = [reminded('a', 10), reminded('b', 60)]
  const { shown } = tab()
  await pass(6)
  fails = new Unreachable(new Error())
  await pass(5)
  expect(shown).toEqual(['a'])
  sleep(55)
  look()
  await pass(0.05)
  expect(shown).toEqual(['a'])
  fails = null
  tasks[1] = { ...tasks[1]!, status: 'completed' }
  await pass(1)
  expect(shown).toEqual(['a'])
})

test('what was made elsewhere is known in time, and what came a day ago is left alone', async () => {
  const { shown, client } = tab()
  client.setQueryData(['reminders'], [{ task_id: 'x', at: instant(-1441), title: 'old', due_date: null }])
  tasks = [reminded('a', 10)]
  await pass(11)
  expect(shown).toEqual(['a'])
})

test('a tab nobody looks at shows nothing until somebody does', async () => {
  tasks = [reminded('a', 10)]
  visible = focused = false
  const { shown, said } = tab()
  await pass(30)
  expect([shown, said]).toEqual([[], []])
  visible = focused = true
  look()
  await pass(0.1)
  expect(shown).toEqual(['a'])
})

test('the system says it, once, where nobody looks at the app', async () => {
  tasks = [reminded('looked at', 10), reminded('away', 20)]
  const [one, two] = [tab({ wants: true }), tab({ wants: true })]
  await pass(11)
  expect([...one.said, ...two.said]).toEqual([])
  visible = focused = false
  await pass(11)
  expect([...one.said, ...two.said]).toEqual(['away'])
  expect([...one.shown, ...two.shown]).toEqual(['looked at'])
  visible = focused = true
  look()
  await pass(1)
  expect([...one.shown, ...two.shown].toSorted()).toEqual(['away', 'looked at']) // each by either of them
  expect([...one.said, ...two.said]).toEqual(['away'])
})

test('what was shown before it was turned on is not said after', async () => {
  tasks = [reminded('a', 10)]
  focused = false
  const before = tab()
  await pass(11)
  expect(before.shown).toEqual(['a'])
  before.stop()
  const after = tab({ wants: true })
  after.client.setQueryData(['reminders'], before.client.getQueryData(['reminders']))
  await pass(5)
  expect([...after.said, ...after.shown]).toEqual([])
})
