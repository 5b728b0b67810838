import type { PersistedClient, Persister } from '@tanstack/react-query-persist-client'
import type { Query } from '@tanstack/react-query'
import { createStore, del, get, set } from 'idb-keyval'

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

async function write() {
  timer = undefined
  if (waiting) await set(key, waiting, store).catch(() => {}) // no room, or a private window: then nothing is kept
  waiting = null
}

export const persister: Persister = {
  persistClient: (client) => {
    waiting = client
    timer ??= setTimeout(() => void write(), pause)
  },
  restoreClient: () => get<PersistedClient>(key, store).catch(() => undefined),
  removeClient: async () => {
    clearTimeout(timer)
    timer = undefined
    waiting = null
    await del(key, store).catch(() => {})
  },
}

const kept = ['best', 'ranked', 'list', 'task', 'preferences', 'me']

/** The first pages of what was shown, and no trials. */
export const isKept = (query: Query) =>
  query.state.status === 'success' && kept.includes(String(query.queryKey[0])) && query.queryKey[1] !== 'trial'
