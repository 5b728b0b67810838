/// <reference lib="webworker" />
import { cleanupOutdatedCaches, matchPrecache, precacheAndRoute } from 'workbox-precaching'

declare const self: ServiceWorkerGlobalScope

/**
 * Keeps what the app is made of, so that it opens without a network. What people wrote
 * is not its business: that is kept by the page.
 */
const files = self.__WB_MANIFEST
precacheAndRoute(files)
cleanupOutdatedCaches()

const made = new Set(files.map((file) => `/${(typeof file === 'string' ? file : file.url).replace(/^\//, '')}`))
const assetsOf = (page: string) => [...page.matchAll(/\/assets\/[\w.-]+\.(?:js|css)/g)].map(([path]) => path)

/** The page is kept beside the files it asks for, those of this worker; another build has another name. */
const build = [...made]
  .filter((path) => path.endsWith('.js'))
  .reduce((sum, path) => [...path].reduce((n, c) => (Math.imul(n, 31) + c.charCodeAt(0)) | 0, sum), 7)
const page = `page ${build >>> 0}`

/** A server that is being renewed may hand out the page of one build and the worker of another: then later. */
async function keepPage() {
  const fresh = await fetch('/', { cache: 'reload', headers: { Accept: 'text/html' } })
  const needs = assetsOf(await fresh.clone().text())
  if (!fresh.ok || needs.some((path) => !made.has(path))) throw new Error('this page is of another build')
  await (await caches.open(page)).put('/', fresh)
}

self.addEventListener('install', (e) => e.waitUntil(keepPage()))

self.addEventListener('activate', (e) =>
  e.waitUntil(
    (async () => {
      for (const name of await caches.keys()) if (name.startsWith('page') && name !== page) await caches.delete(name)
      await self.clients.claim()
    })(),
  ),
)

// A page names its own script: one of ours, and alone, it can do with this worker at once. An older one is told.
self.addEventListener('message', (e) => {
  if (typeof e.data !== 'string') return
  if (!made.has(e.data)) {
    e.source?.postMessage('newer')
    return
  }
  e.waitUntil(
    self.clients.matchAll({ type: 'window', includeUncontrolled: true }).then((all) => {
      if (all.length < 2) return self.skipWaiting()
    }),
  )
})

// A notice of a task was pressed: the app shows the task, where it is open; where it does not answer it is opened.
self.addEventListener('notificationclick', (e) => {
  e.notification.close()
  const { task } = e.notification.data as { task: string }
  e.waitUntil(
    (async () => {
      const all = await self.clients.matchAll({ type: 'window', includeUncontrolled: true })
      const nearest = all.find((page) => page.focused) ?? all.find((page) => page.visibilityState === 'visible')
      for (const page of nearest ? [nearest, ...all.filter((p) => p !== nearest)] : all)
        if (await goesTo(page, task)) return void (await page.focus().catch(() => {}))
      await self.clients.openWindow(`/tasks/${encodeURIComponent(task)}`)
    })(),
  )
})

/** Asks a page to show a task; reports whether it does. One that is not the app, or sleeps, says nothing. */
function goesTo(page: WindowClient, task: string): Promise<boolean> {
  const { port1, port2 } = new MessageChannel()
  return new Promise((resolve) => {
    port1.onmessage = () => resolve(true)
    setTimeout(resolve, 500, false)
    page.postMessage({ show: task }, [port2])
  })
}

self.addEventListener('fetch', (e) => {
  const url = new URL(e.request.url)
  if (
    e.request.mode === 'navigate' &&
    url.origin === location.origin &&
    !/^\/(api|docs|oauth|openapi|health)/.test(url.pathname)
  ) {
    e.respondWith(open(e.request))
  } else if (url.origin !== location.origin && url.pathname.startsWith('/assets/')) {
    // From a content delivery network: the same files.
    e.respondWith(matchPrecache(url.pathname).then((kept) => (kept ? bare(kept) : fetch(e.request))))
  }
})

/**
 * The same without an address of its own, so that it has the one it was asked for by: what a
 * script imports is looked for beside it, and must not be found at two addresses, and run twice.
 */
const bare = ({ body, status, headers }: Response) => new Response(body, { status, headers })

const patience = 3_000

/** The page as the server has it; where it does not answer soon, or is down, as it is kept. */
async function open(request: Request): Promise<Response> {
  const kept = await caches.match('/', { cacheName: page })
  if (!kept) return fetch(request)
  const late = new Promise<Response>((resolve) => setTimeout(resolve, patience, kept))
  const fresh = fetch(request).then(
    (response) => (response.status >= 500 ? kept : response),
    () => kept,
  )
  return Promise.race([fresh, late])
}
