import type { PersistedClient, Persister } from '@tanstack/react-query-persist-client'
import type { Query } from '@tanstack/react-query'
import { createStore, del, get, set } from 'idb-keyval'
import { longList } from './api/lists'
import { isSignedIn } from './api/session'

/**
 * What was last known, kept in this browser while somebody is signed in, so that the
 * app opens at once, and also when the network is gone.
 */
const store = createStore('mindflow', 'known')
const key = 'queries'

/** What is written at most this often. */
const pause = 1_000
let waiting: PersistedClient | null = null
let timer: ReturnType<typeof setTimeout> | undefined

/** Of long lists only the beginning is kept: writing it must not be felt, and what is kept is asked for anew when it is seen again. */
const most = longList

type Pages = { pages?: unknown[]; pageParams?: unknown[] } | undefined

function beginning(client: PersistedClient): PersistedClient {
  const queries = client.clientState.queries.map((query) => {
    const data = query.state.data as Pages
    if (!data?.pages || data.pages.length <= most) return query
    const cut = { ...data, pages: data.pages.slice(0, most), pageParams: data.pageParams?.slice(0, most) }
    return { ...query, state: { ...query.state, data: cut } }
  })
  return { ...client, clientState: { ...client.clientState, queries } }
}

async function write() {
  timer = undefined
  // No room, or a private window: then nothing is kept.
  if (waiting && isSignedIn()) await set(key, beginning(waiting), store).catch(() => {})
  waiting = null
}

export const persister: Persister = {
  persistClient: (client) => {
    waiting = client
    timer ??= setTimeout(() => void write(), pause)
  },
  restoreClient: () => get<PersistedClient>(key, store).catch(() => undefined),
  removeClient: () => forget(),
}

/** Keeps nothing any longer. */
export async function forget(): Promise<void> {
  clearTimeout(timer)
  timer = undefined
  waiting = null
  await del(key, store).catch(() => {})
}

const kept = ['best', 'ranked', 'list', 'task', 'preferences', 'me']

/** The first pages of what was shown, and no trials. */
export const isKept = (query: Query) =>
  query.state.status === 'success' && kept.includes(String(query.queryKey[0])) && query.queryKey[1] !== 'trial'
