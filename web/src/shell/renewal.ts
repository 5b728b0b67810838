import { useSyncExternalStore } from 'react'

/**
 * A newer app takes over politely: a page that was loaded with it lets it, an older one
 * says that it is there and goes on as it was.
 */
let waiting = false
const listeners = new Set<() => void>()
const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Reports whether a newer app waits for this page to be loaded again. */
export const useRenewal = () => useSyncExternalStore(subscribe, () => waiting)

const hour = 3_600_000

/** Keeps the app in this browser, and looks for a newer one now and then. The page names its own script. */
export async function followRenewals(script: string): Promise<void> {
  const registration = await navigator.serviceWorker.register('/sw.js').catch(() => null)
  if (!registration) return
  const greet = () => registration.waiting?.postMessage(new URL(script).pathname)
  navigator.serviceWorker.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    if (data !== 'newer') return
    waiting = true
    for (const listener of listeners) listener()
  })
  // Not at once: a worker that is to go while it is at work for this page, Chromium keeps until the page has gone.
  // Later again: the page before this one may still have been there, or another tab, which was closed since.
  for (const later of [1_500, 4_000, 8_000, 15_000]) setTimeout(greet, later)
  registration.addEventListener('updatefound', () => {
    registration.installing?.addEventListener('statechange', greet)
  })
  let looked = Date.now()
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState !== 'visible') return
    greet()
    if (Date.now() - looked < hour) return
    looked = Date.now()
    void registration.update().catch(() => {})
  })
}
