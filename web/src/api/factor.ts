import { queryOptions, type QueryClient } from '@tanstack/react-query'
import { api, data } from './client'
import type { components } from './schema'

type Schemas = components['schemas']
export type Factor = Schemas['FactorView']
export type Setup = Schemas['SetupReplyBody']
export type Passkey = Schemas['PasskeyView']

/** Whether a code is asked for besides the password. Kept in no browser: it is for who looks. */
export const factorQuery = queryOptions({
  queryKey: ['second-factor'],
  queryFn: ({ signal }): Promise<Factor> => data(api.GET('/api/auth/second-factor', { signal })),
})

export const beginFactor = (password: string): Promise<Setup> =>
  data(api.POST('/api/auth/second-factor/begin', { body: { password } }))

/** Turns the second factor on. The recovery codes are in this answer alone. */
export async function confirmFactor(code: string): Promise<string[]> {
  return (await data(api.POST('/api/auth/second-factor/confirm', { body: { code } }))).recovery_codes
}

export async function renewCodes(password: string): Promise<string[]> {
  return (await data(api.POST('/api/auth/second-factor/recovery-codes', { body: { password } }))).recovery_codes
}

export const turnOffFactor = (password: string): Promise<unknown> =>
  data(api.POST('/api/auth/second-factor/off', { body: { password } }))

export const passkeysQuery = queryOptions({
  queryKey: ['passkeys'],
  queryFn: async ({ signal }): Promise<Passkey[]> => (await data(api.GET('/api/auth/passkeys', { signal }))).passkeys,
})

export async function beginPasskey(password: string): Promise<unknown> {
  return (await data(api.POST('/api/auth/passkeys/begin', { body: { password } }))).options
}

export async function addPasskey(client: QueryClient, name: string, credential: object): Promise<Passkey> {
  const added = await data(api.POST('/api/auth/passkeys', { body: { name, credential } }))
  void client.invalidateQueries(passkeysQuery)
  return added
}

export async function renamePasskey(client: QueryClient, id: string, name: string): Promise<void> {
  await data(api.PATCH('/api/auth/passkeys/{id}', { params: { path: { id } }, body: { name } }))
  await client.invalidateQueries(passkeysQuery)
}

export async function removePasskey(client: QueryClient, id: string, password: string): Promise<void> {
  await data(api.POST('/api/auth/passkeys/remove', { body: { id, password } }))
  await client.invalidateQueries(passkeysQuery)
}
