import { QueryClientProvider } from '@tanstack/react-query'
import { persistQueryClientRestore, persistQueryClientSubscribe } from '@tanstack/react-query-persist-client'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { newQueryClient, prefetchNow } from './api/queries'
import { isSignedIn, onSession } from './api/session'
import { isKept, persister } from './persisted'
import { newRouter } from './router'
import { applyTheme } from './shell/theme'
import './styles.css'

applyTheme()

const client = newQueryClient()
const router = newRouter(client)
const known = {
  queryClient: client,
  persister,
  buster: '1',
  maxAge: 30 * 24 * 3_600_000,
  dehydrateOptions: { shouldDehydrateQuery: isKept },
}

if (isSignedIn()) await persistQueryClientRestore(known)
persistQueryClientSubscribe(known)

// Whoever signs out, here or in another tab, takes everything along.
onSession(() => {
  if (isSignedIn()) return
  client.clear()
  void persister.removeClient()
  const { pathname, href } = router.state.location
  if (pathname === '/sign-in' || pathname === '/sign-up') return
  void router.navigate({
    to: '/sign-in',
    search: { next: pathname === '/' ? undefined : href, ended: true },
    replace: true,
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

if ('serviceWorker' in navigator && import.meta.env.PROD) void navigator.serviceWorker.register('/sw.js')
