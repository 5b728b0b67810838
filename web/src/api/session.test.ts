import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { SignedOut, Unreachable } from './errors'

/** One tab: the module with a memory of its own. */
async function tab() {
  vi.resetModules()
  return import('./session')
}

type Tab = Awaited<ReturnType<typeof tab>>

const json = (status: number, body: object, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify(body), { status, headers })

/** A server that hands out numbered tokens; what it was asked is remembered. */
function server(answer: (path: string, n: number) => Response | Promise<Response>) {
  const asked: string[] = []
  vi.stubGlobal('fetch', (path: string) => {
    asked.push(path.replace('/api/auth/', ''))
    return Promise.resolve().then(() => answer(path, asked.length))
  })
  return asked
}

const grant = (n: number, seconds = 900) => json(200, { access_token: `token-${n}`, expires_in: seconds })

/** Web Locks, as far as one is asked for: one after another. */
function locks() {
  let last: Promise<unknown> = Promise.resolve()
  return {
    request: (_: string, fn: () => Promise<unknown>) => {
      const mine = last.then(fn)
      last = mine.catch(() => {})
      return mine
    },
  }
}

/** A BroadcastChannel that tells the other tabs at once. */
class Channel extends EventTarget {
  static all = new Set<Channel>()
  constructor() {
    super()
    Channel.all.add(this)
  }
  postMessage(data: unknown) {
    for (const other of Channel.all) if (other !== this) other.dispatchEvent(new MessageEvent('message', { data }))
  }
}

beforeEach(() => {
  localStorage.clear()
  Channel.all.clear()
  vi.stubGlobal('BroadcastChannel', Channel)
  vi.stubGlobal('navigator', { ...navigator, locks: locks() })
})

afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

async function signedIn(answer: Parameters<typeof server>[0], count = 1) {
  const asked = server(answer)
  localStorage.setItem('mindflow.signed-in', '1')
  const tabs: Tab[] = []
  for (let i = 0; i < count; i++) tabs.push(await tab())
  return { asked, tabs, only: tabs[0]! }
}

describe('the access token', () => {
  test('is asked for once, however many want it', async () => {
    const { asked, only } = await signedIn((_, n) => grant(n))
    const tokens = await Promise.all(Array.from({ length: 20 }, () => only.accessToken()))
    expect(new Set(tokens)).toEqual(new Set(['token-1']))
    expect(await only.accessToken()).toBe('token-1')
    expect(asked).toEqual(['refresh'])
  })

  test('is asked for by one tab of several that wake at once', async () => {
    const { asked, tabs } = await signedIn((_, n) => grant(n), 5)
    const tokens = await Promise.all(tabs.map((t) => t.accessToken()))
    expect(new Set(tokens)).toEqual(new Set(['token-1']))
    expect(asked).toEqual(['refresh'])
  })

  test('is renewed before it is over', async () => {
    vi.useFakeTimers()
    const { only } = await signedIn((_, n) => grant(n))
    expect(await only.accessToken()).toBe('token-1')
    vi.advanceTimersByTime(869_000)
    expect(await only.accessToken()).toBe('token-1')
    vi.advanceTimersByTime(2_000)
    expect(await only.accessToken()).toBe('token-2')
  })

  test('that was refused is not used again, and another one than that is', async () => {
    const { asked, only } = await signedIn((_, n) => grant(n))
    const first = await only.accessToken()
    expect(await only.accessToken(first)).toBe('token-2')
    expect(await only.accessToken(first)).toBe('token-2')
    expect(asked).toEqual(['refresh', 'refresh'])
  })

  test('is nowhere but in memory', async () => {
    const { only } = await signedIn((_, n) => grant(n))
    await only.accessToken()
    expect(JSON.stringify({ ...localStorage, ...sessionStorage }) + document.cookie).not.toContain('token')
  })

  test('is not asked for where nobody is signed in', async () => {
    const asked = server((_, n) => grant(n))
    const only = await tab()
    await expect(only.accessToken()).rejects.toMatchObject({ name: 'SignedOut' })
    expect(asked).toEqual([])
  })
})

describe('a session', () => {
  test('that has ended is over in every tab', async () => {
    const { tabs } = await signedIn(() => json(401, { title: 'Unauthorized' }), 2)
    const heard = tabs.map((t) => {
      const listener = vi.fn()
      t.onSession(listener)
      return listener
    })
    const failure: unknown = await tabs[0]!.accessToken().catch((e: unknown) => e)
    expect((failure as Error).name).toBe(new SignedOut().name)
    expect(tabs.map((t) => t.isSignedIn())).toEqual([false, false])
    expect(heard[0]).toHaveBeenCalledTimes(1)
  })

  test.each([
    [
      'a server that cannot be reached',
      () => Promise.reject(new TypeError('Failed to fetch')),
      new Unreachable(null).name,
    ],
    ['a server with too much to do', () => json(503, { title: 'Busy' }), 'Problem'],
    ['a limit', () => json(429, { title: 'Too many' }, { 'Retry-After': '7' }), 'Problem'],
    ['a server that fails', () => json(500, {}), 'Problem'],
  ])('survives %s', async (_, answer, name) => {
    let broken = true
    const { only } = await signedIn((_, n) => (broken ? answer() : grant(n)))
    await expect(only.accessToken()).rejects.toMatchObject({ name })
    expect(only.isSignedIn()).toBe(true)
    broken = false
    expect(await only.accessToken()).toBe('token-2')
  })

  test('begins by signing in, in every tab', async () => {
    const asked = server((_, n) => grant(n))
    const [here, there] = [await tab(), await tab()]
    await here.signIn('ada@example.com', 'correct horse battery')
    expect(await there.accessToken()).toBe('token-1')
    expect(asked).toEqual(['login'])
  })

  // Seen red where the session wrote there itself: the sign-in failed, with the cookie in place.
  test('begins where the browser keeps nothing', async () => {
    server((_, n) => grant(n))
    vi.spyOn(window, 'localStorage', 'get').mockImplementation(() => {
      throw new DOMException('denied', 'SecurityError')
    })
    const here = await tab()
    await here.signIn('ada@example.com', 'correct horse battery')
    expect(here.isSignedIn()).toBe(true)
    expect(await here.accessToken()).toBe('token-1')
    await here.signOut()
    expect(here.isSignedIn()).toBe(false)
  })

  // Seen red where the cookie alone decided: what was kept for one was shown beside what is the other's.
  test('whose cookie became another account’s begins anew as that one', async () => {
    const of = (sub: string, n: number) =>
      json(200, { access_token: `a.${btoa(JSON.stringify({ sub, n }))}.c`, expires_in: 900 })
    const asked = server((path, n) => of(path.endsWith('login') ? 'ada' : 'bob', n))
    const here = await tab()
    await here.signIn('ada@example.com', 'correct horse battery')
    const name = here.signedIn()
    const listener = vi.fn()
    here.onSession(listener)
    const refused = await here.accessToken()
    await expect(here.accessToken(refused)).rejects.toMatchObject({ name: 'SignedOut' })
    expect(listener.mock.calls).toEqual([['entered']])
    expect(here.signedIn()).not.toBe(name)
    const token = await here.accessToken()
    expect(await here.accessToken(token)).not.toBe(token) // from now on it is bob's, and stays so
    expect(listener).toHaveBeenCalledTimes(1)
    expect(asked).toEqual(['login', 'refresh', 'refresh', 'refresh'])
  })

  test('does not begin with a wrong password', async () => {
    server(() => json(401, { title: 'Unauthorized', detail: 'E-mail or password is wrong' }))
    const here = await tab()
    await expect(here.signIn('ada@example.com', 'wrong')).rejects.toMatchObject({ name: 'Problem', status: 401 })
    expect(here.isSignedIn()).toBe(false)
  })

  test('stays where the sign-out cannot be sent: the cookie is still there', async () => {
    const { only } = await signedIn(() => Promise.reject(new TypeError('Failed to fetch')))
    await expect(only.signOut()).rejects.toMatchObject({ name: 'Unreachable' })
    expect(only.isSignedIn()).toBe(true)
  })

  // Seen red with a sign-out that did not wait: the renewal signed in again.
  test('is not brought back by a renewal under way when somebody signs out', async () => {
    let answered = () => {}
    const slow = new Promise<void>((resolve) => (answered = resolve))
    const { asked, only } = await signedIn(async (path, n) => {
      if (path.endsWith('refresh')) await slow
      return path.endsWith('logout') ? new Response(null, { status: 204 }) : grant(n)
    })
    const token = only.accessToken()
    const out = only.signOut()
    answered()
    await Promise.all([token, out])
    expect(only.isSignedIn()).toBe(false)
    expect(asked).toEqual(['refresh', 'logout'])
  })
})

test('a problem says when to try again', async () => {
  server(() =>
    json(429, { title: 'Too many', errors: [{ field: 'email', message: 'is taken' }] }, { 'Retry-After': '7' }),
  )
  const here = await tab()
  const failure: unknown = await here.signIn('a', 'b').catch((e: unknown) => e)
  expect(failure).toMatchObject({ status: 429, retryAfter: 7 })
  expect((failure as { field: (name: string) => string }).field('email')).toBe('is taken')
})
