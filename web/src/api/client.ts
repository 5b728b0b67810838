import createClient, { type Middleware } from 'openapi-fetch'
import { early, headersOf } from './early'
import { Lost, Unreachable } from './errors'
import { isReachable, reach } from './reach'
import type { components, paths } from './schema'
import { accessToken, problem } from './session'

type Schemas = components['schemas']
export type Task = Schemas['TaskView']
export type Status = Task['status']
export type TaskPage = Schemas['TaskPage']
export type Reasoning = Schemas['ReasoningView']
export type Scored = Schemas['ScoredView']
export type Best = Schemas['BestView']
export type Ranked = Schemas['RankedPage']
export type Preferences = Schemas['PreferencesView']
export type PreferencesEdit = Schemas['PreferencesBody']
export type User = Schemas['UserView']
export type Draft = Schemas['CreateBody']
export type Line = Schemas['QuickBody']
export type Edit = Schemas['EditBody']
export type Bulk = Schemas['BulkBody']
export type ImportReport = Schemas['ImportReplyBody']

/** Each request carries the access token; one that is refused is renewed once. */
const authorize: Middleware = {
  async onRequest({ request }) {
    for (const [name, value] of Object.entries(headersOf(await accessToken()))) request.headers.set(name, value)
  },
}

/**
 * Where the server was there a moment ago, a change may have come to it although its answer did
 * not come here, or broke off.
 */
async function reached(request: Request): Promise<Response> {
  if (request.method === 'GET') return reach(request)
  const there = isReachable()
  const response = await reach(request).catch((error: unknown) => {
    throw there && error instanceof Unreachable ? new Lost(error.cause) : error
  })
  await response
    .clone()
    .arrayBuffer()
    .catch((cause: unknown) => {
      throw new Lost(cause)
    })
  return response
}

/** A body can be sent once: what is sent again is a copy. */
async function send(request: Request): Promise<Response> {
  const again = request.clone()
  const response = await (early(request) ?? reached(request))
  if (response.status !== 401) return response
  const refused = request.headers.get('Authorization')?.slice('Bearer '.length) ?? null
  again.headers.set('Authorization', `Bearer ${await accessToken(refused)}`)
  return reached(again)
}

export const api = createClient<paths>({ baseUrl: typeof location === 'undefined' ? '' : location.origin, fetch: send })
api.use(authorize)

/** The change that made an answer, by the answer: what undoes it. */
const changes = new WeakMap<object, string>()

export const changeOf = (answer: object): string | undefined => changes.get(answer)

/** Says of what is known of a change how it is undone: as its answer said. */
function tellChange<T extends object>(of: T, response: Response): T {
  const change = response.headers.get('Change')
  if (change) changes.set(of, change)
  return of
}

/** The answer's body, or the problem as an error. */
export async function data<T>(answer: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const { data, error, response } = await answer.catch((cause: unknown) => {
    throw cause instanceof DOMException && cause.name === 'TimeoutError' ? new Unreachable(cause) : cause // it began, and broke off
  })
  if (!response.ok) throw problem(response, typeof error === 'object' && error !== null ? error : {})
  if (typeof data === 'object' && data !== null) tellChange(data, response)
  return data as T
}

/** What was deleted, as it is known then, with what undoes that: such an answer has no body that would say it. */
export async function goneAs<T extends object>(gone: T, answer: Parameters<typeof data>[0]): Promise<T> {
  await data(answer)
  return tellChange(gone, (await answer).response)
}

/** A UUID of version 7: the time in milliseconds, then randomness (RFC 9562). A creation that is repeated with it makes one task. */
export function newId(now = Date.now()): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  new DataView(bytes.buffer).setBigUint64(0, (BigInt(now) << 16n) | BigInt((bytes[6]! << 8) | bytes[7]!))
  bytes[6] = (bytes[6]! & 0x0f) | 0x70
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
