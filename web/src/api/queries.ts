import { infiniteQueryOptions, QueryClient, queryOptions } from '@tanstack/react-query'
import { api, data, type Best, type Preferences, type Ranked, type Status, type Task, type TaskPage } from './client'
import { isStatus, Problem, SignedOut, Unreachable } from './errors'
import { byPages } from './lists'
import type { paths } from './schema'
import { zoneOf } from '../time/zone'

/** What the server knows, as it was last told. Whatever is shown comes from here. */
export const newQueryClient = () =>
  new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 15_000,
        gcTime: 24 * 3_600_000, // what was known is shown when the network is gone
        networkMode: 'always', // the server may be near although the network is gone
        refetchOnReconnect: true,
        retry: (failures, error) => {
          if (error instanceof SignedOut) return false
          if (error instanceof Unreachable) return failures < 1
          return isStatus(error, 503) && failures < 3
        },
        retryDelay: (failures, error) =>
          error instanceof Problem && error.retryAfter ? error.retryAfter * 1000 : 500 * 2 ** failures,
        // Who asked too often is told so at once, and is asked for as soon as there may be an answer.
        refetchInterval: ({ state: { error } }) => isStatus(error, 429) && (error.retryAfter ?? 60) * 1000,
      },
      mutations: { networkMode: 'always', retry: false },
    },
  })

/** When an answer came last, or its failure: the same answer may come again. */
export const cameAt = (query: { dataUpdatedAt: number; errorUpdatedAt: number }): number =>
  Math.max(query.dataUpdatedAt, query.errorUpdatedAt)

/** The best task, or why there is none and until when. */
export type Answer =
  { best: Best; nothing?: undefined } | { best?: undefined; nothing: { detail: string; until: string | null } }

export const validUntil = (answer: Answer): string | null =>
  answer.best ? answer.best.valid_until : answer.nothing.until

export const bestQuery = queryOptions({
  queryKey: ['best'],
  queryFn: async ({ signal }): Promise<Answer> => {
    try {
      return { best: await data(api.GET('/api/tasks/best', { signal })) }
    } catch (error) {
      if (isStatus(error, 404)) return { nothing: { detail: error.message, until: error.validUntil ?? null } }
      throw error
    }
  },
})

/** The first few ranked tasks, and how many there are. */
export const topQuery = queryOptions({
  queryKey: ['ranked', 'top'],
  queryFn: ({ signal }): Promise<Ranked> =>
    data(api.GET('/api/tasks/ranked', { signal, params: { query: { limit: 6 } } })),
})

export type Weights = Pick<Preferences, 'weight_urgency' | 'weight_priority' | 'weight_effort' | 'time_of_day_bonus'>

const asText = (weights: Weights) =>
  Object.fromEntries(Object.entries(weights).map(([name, value]) => [name, String(value)])) as Record<
    keyof Weights,
    string
  >

/** How many tasks a trial shows, and how many of the saved ranking it is held against. */
export const trialLength = 8
const heldAgainst = 100

/** The saved ranking, as far down as a trial is held against it. */
export const savedQuery = queryOptions({
  queryKey: ['ranked', 'trial', 'saved'],
  queryFn: ({ signal }): Promise<Ranked> =>
    data(api.GET('/api/tasks/ranked', { signal, params: { query: { limit: heldAgainst } } })),
})

/** The ranking as other weights would have it. */
export const trialQuery = (weights: Weights) =>
  queryOptions({
    queryKey: ['ranked', 'trial', weights],
    queryFn: ({ signal }): Promise<Ranked> =>
      data(api.GET('/api/tasks/ranked', { signal, params: { query: { limit: trialLength, ...asText(weights) } } })),
    gcTime: 60_000,
  })

export type ListQuery = NonNullable<paths['/api/tasks']['get']['parameters']['query']>

export const pageSize = 100

/** A list of tasks, page by page. */
export const listQuery = (query: ListQuery) =>
  infiniteQueryOptions({
    queryKey: ['list', query],
    queryFn: ({ signal, pageParam }): Promise<TaskPage> =>
      data(
        api.GET('/api/tasks', {
          signal,
          params: { query: { limit: pageSize, ...query, ...(pageParam ? { cursor: pageParam } : {}) } },
        }),
      ),
    ...byPages,
  })

/** Every actionable task, best first, page by page. */
export const rankedQuery = infiniteQueryOptions({
  queryKey: ['ranked', 'all'],
  queryFn: ({ signal, pageParam }): Promise<Ranked> =>
    data(
      api.GET('/api/tasks/ranked', {
        signal,
        params: { query: { limit: pageSize, ...(pageParam ? { cursor: pageParam } : {}) } },
      }),
    ),
  ...byPages,
})

export const taskQuery = (id: string) =>
  queryOptions({
    queryKey: ['task', id],
    queryFn: ({ signal }): Promise<Task> => data(api.GET('/api/tasks/{id}', { signal, params: { path: { id } } })),
  })

/** Preferences as they were read, and the tag that says which state of them that was. */
export type KnownPreferences = Preferences & { etag: string }

export async function tagged(
  answer: Promise<{ data?: Preferences; error?: unknown; response: Response }>,
): Promise<KnownPreferences> {
  const preferences = await data(answer)
  return { ...preferences, etag: (await answer).response.headers.get('ETag') ?? '' }
}

export const preferencesQuery = queryOptions({
  queryKey: ['preferences'],
  queryFn: ({ signal }): Promise<KnownPreferences> => tagged(api.GET('/api/preferences', { signal })),
  staleTime: 60_000,
})

/** The zone of a person, as far as it is known. */
export const knownZone = (client: QueryClient): string => zoneOf(client.getQueryData(preferencesQuery.queryKey))

/** Asks for what Now shows, where that is not known yet. */
export const prefetchNow = (client: QueryClient) =>
  Promise.all([client.prefetchQuery(bestQuery), client.prefetchQuery(topQuery), client.prefetchQuery(preferencesQuery)])

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: ({ signal }) => data(api.GET('/api/auth/me', { signal })),
  staleTime: 5 * 60_000,
})

export const openStatuses: Status[] = ['pending', 'in_progress', 'snoozed']
export const isOpen = (task: Task) => openStatuses.includes(task.status)
