import { QueryClientProvider } from '@tanstack/react-query'
import { persistQueryClientRestore, persistQueryClientSubscribe } from '@tanstack/react-query-persist-client'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { flushSync } from 'react-dom'
import { createRoot } from 'react-dom/client'
import { bestQuery, newQueryClient, prefetchNow } from './api/queries'
import { isSignedIn, onSession, signedIn, type Turn } from './api/session'
import { pressKept } from './first/keys'
import { forget, isKept, persister } from './persisted'
import { newRouter } from './router'
import { followRenewals } from './shell/renewal'

const began = Date.now()
const client = newQueryClient()
const router = newRouter(client)
const known = {
  queryClient: client,
  persister,
  /** What was kept for another sign-in is not shown. */
  get buster() {
    return signedIn() ?? ''
  },
  maxAge: 30 * 24 * 3_600_000,
  dehydrateOptions: { shouldDehydrateQuery: isKept },
}

/** What was known is shown; it was right some time ago, so it is asked for anew, however young it is. */
async function recall() {
  await persistQueryClientRestore(known)
  void client.invalidateQueries({ refetchType: 'none', predicate: ({ state }) => state.dataUpdatedAt < began })
  return client.getQueryData(bestQuery.queryKey) !== undefined
}

/** Where links in mails lead, and where they are asked for: whether somebody is signed in here changes nothing. */
const byLink = ['/forgot', '/reset', '/verify', '/confirm-address', '/keep-address']

/** Whoever signs out, here or in another tab, takes everything along: the page starts anew. */
function turned(turn: Turn) {
  const { pathname, href, search } = router.state.location
  const entrance = pathname === '/sign-in' || pathname === '/sign-up'
  const outside = entrance || byLink.includes(pathname)
  if (turn === 'entered') {
    location.replace(entrance ? ((search as { next?: string }).next ?? '/') : href)
    return
  }
  client.clear()
  const there = router.buildLocation({
    to: '/sign-in',
    search: turn === 'left' ? {} : { next: pathname === '/' ? undefined : href, ended: true },
  }).href
  void forget().then(() => {
    if (!outside) location.replace(there)
  })
}

const patience = (ms: number) => new Promise((go) => setTimeout(go, ms))

/** Starts the app on a page that was loaded by the script, when somebody may have been signed in. */
export async function start(script: string, before: string | null): Promise<void> {
  onSession(turned)
  if (before && before !== signedIn()) turned(isSignedIn() ? 'entered' : 'ended') // while this was on its way
  // What Now needs is under way before anything is drawn. Nothing known: then the server has a moment to answer.
  // A browser that does not give out what it keeps must not keep the app from starting.
  if (isSignedIn()) {
    const told = location.pathname === '/' ? prefetchNow(client) : null
    const recalled = recall().then((all) => (all ? null : Promise.race([told, patience(150)])))
    await Promise.race([recalled, told ?? patience(1_000), patience(1_000)])
  } else void forget()
  persistQueryClientSubscribe(known)
  await router.load() // so that what is drawn first is whole, and takes the place of what was drawn before

  const root = createRoot(document.getElementById('root')!)
  flushSync(() =>
    root.render(
      <StrictMode>
        <QueryClientProvider client={client}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </StrictMode>,
    ),
  )
  pressKept()

  // Keeping the whole app is work too: the first time it waits until the first screen stands.
  if ('serviceWorker' in navigator && import.meta.env.PROD)
    setTimeout(() => void followRenewals(script), navigator.serviceWorker.controller ? 0 : 2_000)
}
