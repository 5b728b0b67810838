import { QueryObserver } from '@tanstack/react-query'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Problem, Unreachable } from './errors'
import { newQueryClient } from './queries'
import { isReachable, reach } from './reach'

const fetched = vi.fn<typeof fetch>()

/** A server that takes a request, and says nothing. */
const silent: typeof fetch = (_, init) =>
  new Promise((_, reject) => {
    init?.signal?.addEventListener('abort', () => reject(init.signal!.reason as Error))
  })

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('fetch', fetched)
})

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

// Seen red: it was waited for without an end.
test('a server that says nothing is gone after a while, and back when it answers', async () => {
  fetched.mockImplementation(silent)
  const asked = reach('/api/tasks').catch((error: unknown) => error)
  await vi.advanceTimersByTimeAsync(19_000)
  expect(isReachable()).toBe(true)
  await vi.advanceTimersByTimeAsync(1_000)
  expect(await asked).toBeInstanceOf(Unreachable)
  expect(isReachable()).toBe(false)
  fetched.mockResolvedValue(new Response('{}'))
  await reach('/health/live')
  expect(isReachable()).toBe(true)
})

test('whoever no longer wants an answer is not told that the server is gone', async () => {
  fetched.mockImplementation(silent)
  const caller = new AbortController()
  const asked = reach(new Request('http://localhost/', { signal: caller.signal })).catch((error: unknown) => error)
  caller.abort(new Error('not wanted'))
  expect(await asked).not.toBeInstanceOf(Unreachable)
  expect(isReachable()).toBe(true)
})

test('a file that comes slowly is waited for', async () => {
  fetched.mockResolvedValue(new Response('{}', { headers: { 'Content-Disposition': 'attachment' } }))
  await reach('/api/export/json')
  await vi.advanceTimersByTimeAsync(60_000)
  expect(fetched.mock.calls.at(-1)?.[1]?.signal?.aborted).toBe(false)
})

// Seen red: asked three times more, for minutes, while nothing was said.
test('who asked too often is told so at once, and asks again by itself', async () => {
  const ask = vi.fn(() => Promise.reject<string>(new Problem(429, {}, 30)))
  const observer = new QueryObserver(newQueryClient(), { queryKey: ['best'], queryFn: ask })
  const stop = observer.subscribe(() => {})
  await vi.advanceTimersByTimeAsync(0)
  expect(observer.getCurrentResult().error).toBeInstanceOf(Problem)
  await vi.advanceTimersByTimeAsync(29_000)
  expect(ask).toHaveBeenCalledTimes(1)
  ask.mockResolvedValue('best')
  await vi.advanceTimersByTimeAsync(1_000)
  expect(observer.getCurrentResult().data).toBe('best')
  await vi.advanceTimersByTimeAsync(120_000)
  expect(ask).toHaveBeenCalledTimes(2)
  stop()
})
