import type { PersistedClient, Persister } from '@tanstack/react-query-persist-client'
import type { Query } from '@tanstack/react-query'
import { createStore, del, get, set } from 'idb-keyval'
import { longList } from './api/lists'
import { isSignedIn } from './api/session'
import { closeNotices } from './reminding/close'

/**
 * What was last known, kept in this browser while somebody is signed in, so that the
 * app opens at once, and also when the network is gone.
 */
const store = createStore('mindflow', 'known')
const key = 'queries'

/** Writing takes no more than a twentieth of the time, and waits no longer than a second. */
const pause = { shortest: 100, longest: 1_000, share: 20 }
let took = 0
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
  clearTimeout(timer)
  timer = undefined
  const client = waiting
  waiting = null
  if (!client || !isSignedIn()) return
  const began = performance.now()
  // No room, or a private window: then nothing is kept.
  await set(key, beginning(client), store).catch(() => {})
  took = performance.now() - began
}

// Who leaves takes the newest along.
window.addEventListener('pagehide', () => void write())

export const persister: Persister = {
  persistClient: (client) => {
    waiting = client
    timer ??= setTimeout(() => void write(), Math.min(Math.max(took * pause.share, pause.shortest), pause.longest))
  },
  restoreClient: () => get<PersistedClient>(key, store).catch(() => undefined),
  removeClient: () => forget(),
}

/** Keeps nothing any longer, and leaves no notice with a title in it. */
export async function forget(): Promise<void> {
  clearTimeout(timer)
  timer = undefined
  waiting = null
  await Promise.all([del(key, store).catch(() => {}), closeNotices()])
}

const kept = [
  ...['best', 'ranked', 'list', 'task', 'projects', 'waiting', 'trash', 'templates', 'reminders'],
  ...['preferences', 'me'],
]

/** The first pages of what was shown, and no trials. */
export const isKept = (query: Query) =>
  query.state.status === 'success' && kept.includes(String(query.queryKey[0])) && query.queryKey[1] !== 'trial'
