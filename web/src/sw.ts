/// <reference lib="webworker" />
import { cleanupOutdatedCaches, matchPrecache, precacheAndRoute } from 'workbox-precaching'

declare const self: ServiceWorkerGlobalScope & { __WB_MANIFEST: { url: string; revision: string | null }[] }

/**
 * Keeps what the app is made of, so that it opens without a network. What people wrote
 * is not its business: that is kept by the page.
 */
precacheAndRoute(self.__WB_MANIFEST)
cleanupOutdatedCaches()

const page = 'page'

const keepPage = async () =>
  (await caches.open(page)).put('/', await fetch('/', { cache: 'reload', headers: { Accept: 'text/html' } }))

self.addEventListener('install', (e) => {
  e.waitUntil(keepPage())
  void self.skipWaiting()
})

self.addEventListener('activate', (e) => e.waitUntil(self.clients.claim()))

self.addEventListener('fetch', (e) => {
  const url = new URL(e.request.url)
  if (
    e.request.mode === 'navigate' &&
    url.origin === location.origin &&
    !/^\/(api|docs|openapi|health)/.test(url.pathname)
  ) {
    e.respondWith(open(e.request))
  } else if (url.origin !== location.origin && url.pathname.startsWith('/assets/')) {
    // From a content delivery network: the same files.
    e.respondWith(matchPrecache(url.pathname).then((kept) => kept ?? fetch(e.request)))
  }
})

/** The page as the server has it, else as it was last. */
async function open(request: Request): Promise<Response> {
  try {
    const fresh = await fetch(request)
    if (fresh.ok) (await caches.open(page)).put('/', fresh.clone()).catch(() => {})
    return fresh
  } catch (error) {
    const kept = await caches.match('/', { cacheName: page })
    if (kept) return kept
    throw error
  }
}
