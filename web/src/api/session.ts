import { SignedOut, Problem, Unreachable } from './errors'

/**
 * The session of this browser. The refresh token lives in a cookie no script can
 * read; the access token lives in this module's memory, and is handed to the other
 * tabs, so that of several that wake at once one alone asks for a new one.
 */

type Grant = { token: string; expires: number }
type Said = { kind: 'granted'; grant: Grant } | { kind: 'signed-out' }

/** Remembers, across reloads, that somebody is signed in here. It admits nobody. */
const marker = 'mindflow.signed-in'
const lockName = 'mindflow.refresh'
/** A token is renewed before it is over by the clock of another machine. */
const margin = 30_000

let grant: Grant | null = null
const listeners = new Set<() => void>()
const channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('mindflow.session')

channel?.addEventListener('message', ({ data }: MessageEvent<Said>) => {
  if (data.kind === 'granted') {
    grant = data.grant
    mark(true)
  } else {
    forget()
  }
})

const tell = (said: Said) => channel?.postMessage(said)

function mark(signedIn: boolean) {
  if (signedIn === isSignedIn()) return
  if (signedIn) localStorage.setItem(marker, '1')
  else localStorage.removeItem(marker)
  for (const listener of listeners) listener()
}

function forget() {
  grant = null
  mark(false)
}

export const isSignedIn = () => localStorage.getItem(marker) !== null

/** Calls back when somebody signs in or out, in this tab or another. */
export function onSession(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

async function post(path: string, body?: object, token?: string): Promise<Response> {
  try {
    return await fetch(`/api/auth/${path}`, {
      method: 'POST',
      headers: {
        'X-Session': 'cookie',
        'X-Client': 'web',
        ...(body ? { 'Content-Type': 'application/json' } : {}),
        ...(token ? { Authorization: `Bearer ${token}` } : {}),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
      credentials: 'same-origin',
    })
  } catch (cause) {
    throw new Unreachable(cause)
  }
}

export async function problemOf(response: Response): Promise<Problem> {
  return problem(response, (await response.json().catch(() => ({}))) as object)
}

export function problem(
  response: { status: number; headers: { get: (name: string) => string | null } },
  body: object,
): Problem {
  const wait = Number(response.headers.get('Retry-After'))
  return new Problem(response.status, body, Number.isFinite(wait) && wait > 0 ? wait : undefined)
}

async function granted(response: Response): Promise<Grant> {
  if (!response.ok) throw await problemOf(response)
  const { access_token: token, expires_in: seconds } = (await response.json()) as {
    access_token: string
    expires_in: number
  }
  return { token, expires: Date.now() + seconds * 1000 }
}

function keep(fresh: Grant) {
  grant = fresh
  mark(true)
  tell({ kind: 'granted', grant: fresh })
}

const isFresh = (g: Grant | null, refused: string | null): g is Grant =>
  g !== null && g.token !== refused && g.expires - margin > Date.now()

/** One tab at a time: who waited for the lock may find that another has done it. */
const alone = <T>(fn: () => Promise<T>): Promise<T> =>
  navigator.locks ? (navigator.locks.request(lockName, fn) as Promise<T>) : fn()

let renewing: Promise<string> | null = null

function renew(refused: string | null): Promise<string> {
  renewing ??= alone(async () => {
    if (isFresh(grant, refused)) return grant.token
    let fresh: Grant
    try {
      fresh = await granted(await post('refresh'))
    } catch (error) {
      if (error instanceof Problem && error.status === 401) {
        forget()
        tell({ kind: 'signed-out' })
        throw new SignedOut()
      }
      throw error
    }
    keep(fresh)
    return fresh.token
  }).finally(() => {
    renewing = null
  })
  return renewing
}

/** An access token that is good now, other than one that was refused. */
export async function accessToken(refused: string | null = null): Promise<string> {
  if (!isSignedIn()) throw new SignedOut()
  return isFresh(grant, refused) ? grant.token : renew(refused)
}

export async function signIn(email: string, password: string): Promise<void> {
  keep(await granted(await post('login', { email, password })))
}

export async function signUp(who: {
  email: string
  password: string
  full_name?: string
  timezone?: string
}): Promise<void> {
  const response = await post('register', who)
  if (!response.ok) throw await problemOf(response)
  await signIn(who.email, who.password)
}

/** Signs this browser out. Where the server cannot be reached the cookie stays, so it says so. */
export async function signOut(): Promise<void> {
  const response = await alone(() => post('logout')) // not beside a renewal, which would sign in again
  if (!response.ok && response.status !== 401) throw await problemOf(response)
  forget()
  tell({ kind: 'signed-out' })
}

/** Signs out everywhere: every session of this account ends. */
export async function signOutEverywhere(): Promise<void> {
  const response = await post('revoke', undefined, await accessToken())
  if (!response.ok) throw await problemOf(response)
  await signOut()
}
