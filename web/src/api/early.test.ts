import { afterEach, beforeEach, expect, test, vi } from 'vitest'

const asked: Request[] = []

beforeEach(() => {
  asked.length = 0
  vi.resetModules()
  vi.useFakeTimers()
  localStorage.clear()
  localStorage.setItem('mindflow.signed-in', 'ada')
  vi.stubGlobal('fetch', (path: string, init?: RequestInit) => {
    asked.push(new Request(new URL(path, location.origin), init))
    const renewal = path === '/api/auth/refresh'
    return Promise.resolve(Response.json(renewal ? { access_token: 'token', expires_in: 900 } : { of: path }))
  })
})

afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const best = () => new Request(`${location.origin}/api/tasks/best`)

// Fails when the answer is not taken away, or the request is sent a second time.
test('what was asked early is handed out once, with one request, as the person signed in', async () => {
  const { askEarly, early } = await import('./early')
  askEarly(['/api/tasks/best'])
  const answer = early(best())
  expect(await (await answer)?.json()).toEqual({ of: '/api/tasks/best' })
  expect(early(best())).toBeUndefined()
  expect(asked.map((r) => new URL(r.url).pathname)).toEqual(['/api/auth/refresh', '/api/tasks/best'])
  expect(asked[1]!.headers.get('Authorization')).toBe('Bearer token')
})

test('only the same question has that answer, and not for long', async () => {
  const { askEarly, early } = await import('./early')
  askEarly(['/api/tasks/best'])
  expect(early(new Request(`${location.origin}/api/tasks/ranked`))).toBeUndefined()
  expect(early(new Request(best(), { method: 'POST' }))).toBeUndefined()
  askEarly(['/api/tasks/best'])
  vi.advanceTimersByTime(5_000)
  expect(early(best())).toBeUndefined()
})
