import { onlineManager, useQueryClient } from '@tanstack/react-query'
import { useEffect, useSyncExternalStore } from 'react'
import { Unreachable } from '../api/errors'

/**
 * Whether the server can be reached, as the last requests have shown. The browser's
 * own word is only a hint: a server may be gone while the network is there.
 */
let reachable = true
const listeners = new Set<() => void>()

function set(now: boolean) {
  if (now === reachable) return
  reachable = now
  for (const listener of listeners) listener()
}

const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export const useReachable = () => useSyncExternalStore(subscribe, () => reachable)

const again = 3_000

/** Watches every answer; while the server is gone it is asked again and again, and all is renewed once it is back. */
export function useReachability() {
  const client = useQueryClient()
  useEffect(() => {
    const stop = client.getQueryCache().subscribe(({ type, query }) => {
      if (type !== 'updated') return
      if (query.state.error instanceof Unreachable || query.state.fetchFailureReason instanceof Unreachable) set(false)
      else if (query.state.fetchStatus === 'idle' && query.state.status === 'success') set(true)
    })
    const timer = setInterval(() => {
      if (reachable) return
      fetch('/health/live', { cache: 'no-store' }).then(
        (response) => {
          if (!response.ok) return
          set(true)
          void client.invalidateQueries()
        },
        () => {},
      )
    }, again)
    const unsubscribe = onlineManager.subscribe((online) => {
      if (!online) set(false)
    })
    return () => {
      stop()
      clearInterval(timer)
      unsubscribe()
    }
  }, [client])
}
