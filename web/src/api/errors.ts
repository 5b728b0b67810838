import type { Edit, Task } from './client'
import type { components } from './schema'

export type FieldProblem = components['schemas']['FieldProblem']
export type Overwrite = components['schemas']['OverwriteView']

/** What the server answered instead of what was asked for: RFC 9457. */
export class Problem extends Error {
  readonly status: number
  /** A word for programs; about:blank where the status says it all. */
  readonly type: string
  readonly fields: FieldProblem[]
  /** The later edits that undoing would overwrite. */
  readonly overwrites: Overwrite[]
  readonly requestId: string | undefined
  /** Until when "nothing to do" holds, as an RFC 3339 instant. */
  readonly validUntil: string | undefined
  /** Seconds after which it may be tried again. */
  readonly retryAfter: number | undefined

  constructor(status: number, body: Partial<components['schemas']['Problem']>, retryAfter?: number) {
    super(body.detail || body.title || `The server answered ${status}`)
    this.name = 'Problem'
    this.status = status
    this.type = body.type ?? 'about:blank'
    this.fields = body.errors ?? []
    this.overwrites = body.overwrites ?? []
    this.requestId = body.request_id
    this.validUntil = body.valid_until ?? undefined
    this.retryAfter = retryAfter
  }

  /** What is wrong with one field. */
  field(name: string): string | undefined {
    return this.fields.find((f) => f.field === name)?.message
  }
}

/** The server could not be reached. */
export class Unreachable extends Error {
  constructor(cause: unknown) {
    super('The server cannot be reached', { cause })
    this.name = 'Unreachable'
  }
}

/** A change was sent and no answer came: nobody here knows whether it was made. */
export class Lost extends Unreachable {
  constructor(cause: unknown) {
    super(cause)
    this.name = 'Lost'
  }
}

/** Nobody is signed in any more. */
export class SignedOut extends Error {
  constructor() {
    super('Your session has ended')
    this.name = 'SignedOut'
  }
}

/** What could not be made here, in words for the person. */
export class NotMade extends Error {
  constructor(words: string) {
    super(words)
    this.name = 'NotMade'
  }
}

/** Somebody else changed the task meanwhile. */
export class Conflict extends Error {
  constructor(
    readonly mine: Edit,
    /** As the edit began. */
    readonly before: Task,
    readonly theirs: Task,
  ) {
    super('Somebody else changed this task meanwhile')
    this.name = 'Conflict'
  }
}

/** The password is right, and a code of the second factor is asked for, or a right one. */
export const wantsCode = (error: unknown): error is Problem =>
  error instanceof Problem && error.type === 'second-factor-required'

/** The task waits for others that are open. */
export const isBlocked = (error: unknown): error is Problem => error instanceof Problem && error.type === 'blocked'

export const isStatus = (error: unknown, status: number): error is Problem =>
  error instanceof Problem && error.status === status

/** What a person reads about a failure, with what they can do. */
export function explain(error: unknown): string {
  if (error instanceof Lost)
    return 'The server cannot be reached. It may or may not have been changed; that is seen when it is back.'
  if (error instanceof Unreachable)
    return 'The server cannot be reached. Nothing was changed; try again when it is back.'
  if (error instanceof SignedOut) return 'Your session has ended. Sign in again.'
  if (error instanceof Conflict)
    return 'Somebody else, or another of your devices, changed it meanwhile. Look at it, and try again.'
  if (error instanceof NotMade) return error.message
  if (!(error instanceof Problem)) return 'Something went wrong here. Reload the page and try again.'
  switch (error.status) {
    case 429:
      return `Too many requests. Try again in ${error.retryAfter ?? 60} s.`
    case 404:
      return 'It is not there any more.'
    case 500:
      return `The server failed. If it happens again, say this number: ${error.requestId ?? 'none'}`
    case 503:
      return 'The server has too much to do just now. Try again in a moment.'
    case 507:
      return error.message
  }
  const fields = error.fields.map((f) => `${f.field.replaceAll('_', ' ')} ${f.message}`)
  return fields.length > 0 ? fields.join('; ') : withoutId(error.message)
}

/** A message may end in the id of what it is about. */
const withoutId = (text: string) => text.replace(/,? [0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.?$/, '.')

/** Which of many things a change was refused for, and why: by their places among them. */
export function refusals(error: unknown): Map<number, string> {
  const found = new Map<number, string>()
  for (const { field, message } of error instanceof Problem ? error.fields : []) {
    const place = /^ids\[(\d+)\]$/.exec(field)?.[1]
    if (place !== undefined) found.set(Number(place), message.replace(/^[0-9a-f-]{36}:? /, ''))
  }
  return found
}
