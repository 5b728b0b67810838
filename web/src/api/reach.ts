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

/** A proxy answers for a server that is down; our own 503 is no page. */
const isProxys = (response: Response) =>
  response.status === 502 ||
  response.status === 504 ||
  (response.status === 503 && response.headers.get('Content-Type')?.includes('html') === true)

/** Sends a request, and remembers whether the server answered. */
export async function reach(...[request, init]: Parameters<typeof fetch>): Promise<Response> {
  let response: Response
  try {
    response = await fetch(request, init)
  } catch (cause) {
    if (request instanceof Request ? request.signal.aborted : init?.signal?.aborted) throw cause
    set(false)
    throw new Unreachable(cause)
  }
  set(!isProxys(response))
  if (!reachable) throw new Unreachable(new Error(`A proxy answered ${response.status}`))
  return response
}
