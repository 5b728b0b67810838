import { Unreachable } from './errors'

/**
 * Whether the server can be reached, as the last requests have shown. The browser's
 * own word is only a hint: a server may be gone while the network is there, and near
 * while it is not.
 */
let reachable = true
const listeners = new Set<() => void>()

export const isReachable = () => reachable

/** Calls back when the server is gone, or back. */
export function onReach(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

function set(to: boolean) {
  if (to === reachable) return
  reachable = to
  for (const listener of listeners) listener()
}

/** The page is being left: what is sent then has to outlive it. */
let leaving = false
window.addEventListener('pagehide', () => (leaving = true))
window.addEventListener('pageshow', () => (leaving = false))

/** A proxy answers for a server that is down; our own 503 is no page. */
const isProxys = (response: Response) =>
  response.status === 502 ||
  response.status === 504 ||
  (response.status === 503 && response.headers.get('Content-Type')?.includes('html') === true)

/** A server that says nothing for so long is gone, as far as people can tell. */
const patience = 20_000

/** A request that its caller no longer wants, or that nobody answers, ends. */
function limited(caller: AbortSignal | null | undefined) {
  const control = new AbortController()
  const end = () => control.abort(caller?.reason)
  if (caller?.aborted) end()
  else caller?.addEventListener('abort', end)
  const timer = setTimeout(() => control.abort(new DOMException('No answer', 'TimeoutError')), patience)
  return { signal: control.signal, wait: () => clearTimeout(timer) }
}

/** Sends a request, and remembers whether the server answered. What is to be kept as a file may take its time to come. */
export async function reach(...[request, init]: Parameters<typeof fetch>): Promise<Response> {
  const caller = init?.signal ?? (request instanceof Request ? request.signal : undefined)
  const { signal, wait } = limited(caller)
  let response: Response
  try {
    response = await fetch(request, { ...init, signal, ...(leaving ? { keepalive: true } : {}) })
  } catch (cause) {
    wait()
    if (caller?.aborted) throw cause
    set(false)
    throw new Unreachable(cause)
  }
  if (response.headers.has('Content-Disposition')) wait()
  set(!isProxys(response))
  if (!reachable) throw new Unreachable(new Error(`A proxy answered ${response.status}`))
  return response
}
