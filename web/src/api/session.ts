import { Problem, SignedOut } from './errors'
import { kept, keepText } from './kept'
import { reach } from './reach'

/**
 * The session of this browser. The refresh token lives in a cookie no script can
 * read; the access token lives in this module's memory, and is handed to the other
 * tabs, so that of several that wake at once one alone asks for a new one.
 */

type Grant = { token: string; expires: number }
type Said = { who: string | null; grant: Grant | null }

/** Remembers, across reloads, that somebody is signed in here: a name for this sign-in, with whose it is. It admits nobody. */
const marker = 'mindflow.signed-in'
const lockName = 'mindflow.refresh'
/** A token is renewed before it is over by the clock of another machine. */
const margin = 30_000

let who = kept(marker)
let grant: Grant | null = null

/** What became of the session: it was left here, it ended, or somebody came in through another tab. */
export type Turn = 'left' | 'ended' | 'entered'

const listeners = new Set<(turn: Turn) => void>()
const channel = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('mindflow.session')

channel?.addEventListener('message', ({ data }: MessageEvent<Said>) => {
  look()
  if (data.who === who && data.grant) grant = data.grant
})

function turn(to: string | null, how?: Turn) {
  who = to
  grant = null
  if (to !== kept(marker)) keepText(marker, to) // else another tab has done it
  channel?.postMessage({ who, grant } satisfies Said)
  if (how) for (const listener of listeners) listener(how)
}

/** Other tabs sign in and out too, also while this one sleeps: it must not go on as somebody else. */
function look() {
  const there = kept(marker)
  if (there !== who) turn(there, there ? 'entered' : 'ended')
}

window.addEventListener('storage', look)
window.addEventListener('pageshow', look)
document.addEventListener('visibilitychange', look)

/** Names this sign-in: what was kept for another is not for this one. */
export const signedIn = (): string | null => who
export const isSignedIn = () => who !== null

/** Whose sign-in this is, also the next time they sign in; null where that is not known. */
export const account = (): string | null => /^(.+) /.exec(who ?? '')?.[1] ?? null

/** Calls back when the session turns in another way than by signing in here. */
export function onSession(listener: (turn: Turn) => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

const post = (path: string, body?: object, token?: string): Promise<Response> =>
  reach(`/api/auth/${path}`, {
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
  const lasts = seconds * 1000
  return { token, expires: Date.now() + lasts - Math.min(margin, lasts / 4) }
}

/** Whose account a token is for. */
function accountOf({ token }: Grant): string | undefined {
  try {
    const claims = atob(token.split('.')[1]!.replaceAll('-', '+').replaceAll('_', '/'))
    return (JSON.parse(claims) as { sub?: string }).sub
  } catch {
    return undefined
  }
}

const nameFor = (grant: Grant) => `${accountOf(grant) ?? ''} ${Date.now()}.${Math.random()}`

/** Reports whether a token is for another account than the one a sign-in is named for, where both are known. */
function isAnothers(grant: Grant, name: string): boolean {
  const account = accountOf(grant)
  const named = /^(.+) /.exec(name)?.[1]
  return account !== undefined && named !== undefined && named !== account
}

function keep(fresh: Grant) {
  grant = fresh
  if (who) channel?.postMessage({ who, grant: fresh } satisfies Said)
}

const isFresh = (g: Grant | null, refused: string | null): g is Grant =>
  g !== null && g.token !== refused && g.expires > Date.now()

/** What one tab says takes a moment to be heard in the others. */
const hearing = 150
const heard = () => new Promise((resolve) => setTimeout(resolve, hearing))

/** One tab at a time: who waited for the lock finds that another has done it. */
function alone<T>(fn: () => Promise<T>): Promise<T> {
  if (!navigator.locks) return fn()
  return new Promise<T>((resolve, reject) => {
    void navigator.locks
      .request(lockName, () => {
        const done = fn()
        done.then(resolve, reject)
        return done.then(heard, () => {})
      })
      .catch(reject)
  })
}

let renewing: Promise<string> | null = null

let onAsked = () => {}
/** Resolves once the server has been asked for a token for the first time. */
export const tokenAsked = new Promise<void>((resolve) => {
  onAsked = resolve
})

function renew(refused: string | null): Promise<string> {
  renewing ??= alone(async () => {
    if (isFresh(grant, refused)) return grant.token
    const whose = who
    look()
    if (!who || who !== whose) throw new SignedOut() // the cookie is another one's
    let fresh: Grant
    try {
      const answer = post('refresh')
      onAsked()
      fresh = await granted(await answer)
    } catch (error) {
      if (error instanceof Problem && error.status === 401) {
        turn(null, 'ended')
        throw new SignedOut()
      }
      throw error
    }
    look()
    if (who !== whose) throw new SignedOut()
    if (isAnothers(fresh, whose)) {
      // The cookie became another one's, and this browser was not told: nothing of the two may mix.
      turn(nameFor(fresh), 'entered')
      throw new SignedOut()
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
  const before = who
  look()
  if (!who || (before && before !== who)) throw new SignedOut()
  return isFresh(grant, refused) ? grant.token : renew(refused)
}

async function enter(answer: Promise<Response>): Promise<void> {
  const fresh = await granted(await answer)
  turn(nameFor(fresh))
  keep(fresh)
}

/** Signs in, with a code of the second factor where the server asks for one. */
export const signIn = (email: string, password: string, code?: string): Promise<void> =>
  enter(post('login', { email, password, ...(code ? { code } : {}) }))

/** What the browser is told to sign in by a passkey, whosever. */
export async function passkeyOptions(): Promise<PublicKeyCredentialRequestOptionsJSON> {
  const response = await post('passkey/begin')
  if (!response.ok) throw await problemOf(response)
  return ((await response.json()) as { options: PublicKeyCredentialRequestOptionsJSON }).options
}

/** Signs in by what a passkey has signed. */
export const signInByPasskey = (credential: object): Promise<void> => enter(post('passkey/login', { credential }))

export async function signUp(who: {
  email: string
  password: string
  full_name?: string
  timezone?: string
  invitation?: string
}): Promise<void> {
  const response = await post('register', who)
  if (!response.ok) throw await problemOf(response)
  await signIn(who.email, who.password)
}

/** Signs this browser out. Where the server cannot be reached the cookie stays, so it says so. */
export async function signOut(): Promise<void> {
  const response = await alone(() => post('logout')) // not beside a renewal, which would sign in again
  if (!response.ok && response.status !== 401) throw await problemOf(response)
  turn(null, 'left')
}

/** Signs out everywhere: every session of this account ends. */
export async function signOutEverywhere(): Promise<void> {
  const response = await post('revoke', undefined, await accessToken())
  if (!response.ok) throw await problemOf(response)
  await signOut()
}
