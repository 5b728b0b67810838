import { reach } from '../api/reach'
import type { components } from '../api/schema'
import { problemOf } from '../api/session'

export type Options = components['schemas']['OptionsView']

/** What is asked of the server without being signed in. */
async function ask<T>(path: string, body?: object): Promise<T> {
  const response = await reach(`/api/auth/${path}`, {
    ...(body
      ? {
          method: 'POST',
          headers: { 'X-Client': 'web', 'Content-Type': 'application/json' },
          body: JSON.stringify(body),
        }
      : {}),
    credentials: 'same-origin',
  })
  if (!response.ok) throw await problemOf(response)
  return (response.status === 204 ? undefined : await response.json()) as T
}

export const optionsQuery = {
  queryKey: ['options'],
  queryFn: () => ask<Options>('options'),
  staleTime: 60_000,
}

export const forgot = (email: string) => ask<{ mail: Options['mail'] }>('forgot-password', { email })
export const reset = (token: string, password: string) => ask<void>('reset-password', { token, password })
export const followLink = (route: 'verify-email' | 'confirm-email' | 'keep-email', token: string) =>
  ask<void>(route, { token })

/** The secret of the link that led here. It stands behind the #, which is sent to no server. */
export const tokenHere = () => location.hash.slice(1)
