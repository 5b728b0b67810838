import { queryOptions, type QueryClient } from '@tanstack/react-query'
import { api, data } from './client'
import type { components } from './schema'

type Schemas = components['schemas']
export type Token = Schemas['TokenView']
export type NewToken = Schemas['NewTokenView']
export type TokenDraft = Schemas['NewTokenInputBody']
export type Session = Schemas['SessionView']

/** What programs may act for the person. Kept in no browser: it is for who looks. */
export const tokensQuery = queryOptions({
  queryKey: ['tokens'],
  queryFn: async ({ signal }): Promise<Token[]> => (await data(api.GET('/api/tokens', { signal }))).tokens,
})

/** Where the person is signed in. */
export const sessionsQuery = queryOptions({
  queryKey: ['sessions'],
  queryFn: async ({ signal }): Promise<Session[]> => (await data(api.GET('/api/sessions', { signal }))).sessions,
})

/** Makes a token. What proves it is in this answer alone. */
export async function makeToken(client: QueryClient, draft: TokenDraft): Promise<NewToken> {
  const made = await data(api.POST('/api/tokens', { body: draft }))
  void client.invalidateQueries(tokensQuery)
  return made
}

export async function revokeToken(client: QueryClient, id: string): Promise<void> {
  await data(api.DELETE('/api/tokens/{id}', { params: { path: { id } } }))
  await client.invalidateQueries(tokensQuery)
}

export async function endSession(client: QueryClient, id: string): Promise<void> {
  await data(api.DELETE('/api/sessions/{id}', { params: { path: { id } } }))
  await client.invalidateQueries(sessionsQuery)
}
