import { queryOptions } from '@tanstack/react-query'
import { api, data } from '../api/client'
import type { components } from '../api/schema'
import type { Asked } from './asked'

type Schemas = components['schemas']
export type Program = Schemas['ClientView']
/** The document has no word for it: where nothing is refused, that is null. */
export type Request = Omit<Schemas['ConsiderReplyBody'], 'refused'> & { refused: Schemas['RefusedView'] | null }

/** Who asks, and for what. It is read once: what somebody decides about does not change before their eyes. */
export const requestQuery = (asked: Asked) =>
  queryOptions({
    queryKey: ['consent', asked],
    queryFn: (): Promise<Request> => data(api.POST('/api/oauth/requests', { body: asked })),
    staleTime: Infinity,
    refetchOnReconnect: false,
    refetchInterval: false,
  })

/** Answers the program; says where to go with that. */
export const decide = async (asked: Asked, granted: string[] | null): Promise<string> =>
  (
    await data(
      api.POST('/api/oauth/decisions', { body: { ...asked, approve: granted !== null, granted: granted ?? [] } }),
    )
  ).redirect_to
