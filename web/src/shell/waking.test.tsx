import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { act, renderHook } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Task } from '../api/client'
import type { Lists } from '../api/lists'
import { task } from '../test/tasks'
import { useWaking } from './waking'

const from = Date.parse('2026-11-25T09:00:00Z')
const at = (minutes: number) => new Date(from + minutes * 60_000).toISOString()
const asleep = (title: string, minutes: number) => task(title, { status: 'snoozed', snoozed_until: at(minutes) })
const key = ['list', { status: ['pending', 'snoozed'] }]

beforeEach(() => void vi.useFakeTimers({ now: from }))
afterEach(() => void vi.useRealTimers())

test('a task whose snooze has ended is awake wherever it is shown, without a reload', () => {
  const client = new QueryClient({ defaultOptions: { queries: { gcTime: Infinity } } })
  const list = (tasks: Task[]) =>
    client.setQueryData<Lists>(key, { pages: [{ tasks, next_cursor: null }], pageParams: [''] })
  const tasks = () => client.getQueryData<Lists>(key)!.pages[0]!.tasks
  list([asleep('b', 20), asleep('a', 10), task('c')])
  const { rerender } = renderHook(() => useWaking(tasks()), {
    wrapper: ({ children }) => <QueryClientProvider client={client}>{children}</QueryClientProvider>,
  })
  const pass = (minutes: number) => act(() => void vi.advanceTimersByTime(minutes * 60_000))
  const statuses = () => tasks().map((t) => t.status)
  pass(9)
  expect(statuses()).toEqual(['snoozed', 'snoozed', 'pending'])
  pass(1)
  expect(tasks()[1]).toMatchObject({ status: 'pending', snoozed_until: null, version: 1 })
  expect(statuses()).toEqual(['snoozed', 'pending', 'pending'])
  // A server whose clock is behind says so again: it is not asked each second.
  list([asleep('b', 20), asleep('a', 10), task('c')])
  rerender()
  pass(0)
  expect(statuses()).toEqual(['snoozed', 'pending', 'pending'])
  rerender()
  pass(10)
  expect(statuses()).toEqual(['pending', 'pending', 'pending'])
})
