import { QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { newQueryClient } from '../api/queries'
import { isSignedIn, onSession, type Turn } from '../api/session'
import { forget } from '../persisted'
import { Consent } from './consent'

/** Back to here, to the letter, once somebody is signed in. */
function toSignIn(ended: boolean) {
  const search = new URLSearchParams({ next: location.pathname + location.search, ...(ended ? { ended: 'true' } : {}) })
  location.replace(`/sign-in?${search}`)
}

/** Whoever comes in through another tab may be somebody else, who has to be named here. */
function turned(turn: Turn) {
  if (turn === 'entered') location.reload()
  else void forget().then(() => toSignIn(turn === 'ended'))
}

/** Starts the page on which a program is let in, or not. It has no other: the app is not beside it. */
export function start(): void {
  document.title = 'Let a program in? · MindFlow'
  // A frame shows nothing, also in a browser that does not know the policy which forbids it.
  if (window.top !== window) return
  if (!isSignedIn()) {
    toSignIn(false)
    return
  }
  onSession(turned)
  // Who comes Back finds the question again, not what became of it.
  window.addEventListener('pageshow', ({ persisted }) => persisted && location.reload())
  createRoot(document.getElementById('root')!).render(
    <StrictMode>
      <QueryClientProvider client={newQueryClient()}>
        <Consent search={location.search} follow={(to) => location.assign(to)} />
      </QueryClientProvider>
    </StrictMode>,
  )
}
