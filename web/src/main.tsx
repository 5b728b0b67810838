import { QueryClientProvider } from '@tanstack/react-query'
import { persistQueryClientRestore, persistQueryClientSubscribe } from '@tanstack/react-query-persist-client'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { newQueryClient, prefetchNow } from './api/queries'
import { isSignedIn, onSession, signedIn } from './api/session'
import { forget, isKept, persister } from './persisted'
import { newRouter } from './router'
import { followRenewals } from './shell/renewal'
import { applyTheme } from './shell/theme'
import './styles.css'

applyTheme()

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

// A browser that does not give out what it keeps must not keep the app from starting.
if (isSignedIn()) await Promise.race([persistQueryClientRestore(known), new Promise((go) => setTimeout(go, 1_000))])
else void forget()
// It was right some time ago: what is shown is asked for anew, however young it is.
void client.invalidateQueries({ refetchType: 'none' })
persistQueryClientSubscribe(known)

// Whoever signs out, here or in another tab, takes everything along: the page starts anew.
onSession((turn) => {
  const { pathname, href, search } = router.state.location
  const outside = pathname === '/sign-in' || pathname === '/sign-up'
  if (turn === 'entered') {
    location.replace(outside ? ((search as { next?: string }).next ?? '/') : href)
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
})

// What the first screen needs is under way while it is drawn.
if (isSignedIn() && location.pathname === '/') void prefetchNow(client)

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <QueryClientProvider client={client}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
)

if ('serviceWorker' in navigator && import.meta.env.PROD) void followRenewals(import.meta.url)
