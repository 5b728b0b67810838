import { queryOptions, type QueryClient } from '@tanstack/react-query'
import { api, data } from './client'
import { isStatus } from './errors'
import { reach } from './reach'
import type { components } from './schema'
import { problemOf } from './session'

type Schemas = components['schemas']
export type Token = Schemas['TokenView']
export type NewToken = Schemas['NewTokenView']
export type TokenDraft = Schemas['NewTokenInputBody']
export type Session = Schemas['SessionView']
export type Assistant = Schemas['GrantView']

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

/** The programs that are let in. Another may come in through another window, so it is asked for now and then. */
export const assistantsQuery = queryOptions({
  queryKey: ['assistants'],
  queryFn: async ({ signal }): Promise<Assistant[]> => (await data(api.GET('/api/grants', { signal }))).items,
  refetchInterval: ({ state: { error } }) => (isStatus(error, 429) ? (error.retryAfter ?? 60) * 1000 : 10_000),
})

/** Where assistants come in, as the server tells them: it may be reached here by another address. */
export const entryQuery = queryOptions({
  queryKey: ['entry'],
  queryFn: async ({ signal }): Promise<string> => {
    const response = await reach('/.well-known/oauth-protected-resource/mcp', { signal })
    if (!response.ok) throw await problemOf(response)
    return ((await response.json()) as { resource: string }).resource
  },
  staleTime: Infinity,
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

export async function cutOff(client: QueryClient, id: string): Promise<void> {
  await data(api.DELETE('/api/grants/{id}', { params: { path: { id } } }))
  await client.invalidateQueries(assistantsQuery)
}

export async function endSession(client: QueryClient, id: string): Promise<void> {
  await data(api.DELETE('/api/sessions/{id}', { params: { path: { id } } }))
  await client.invalidateQueries(sessionsQuery)
}
