import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useSyncExternalStore } from 'react'
import { isReachable, onReach, reach } from '../api/reach'

export const useReachable = () => useSyncExternalStore(onReach, isReachable)

const soonest = 2_000
const latest = 15_000

/** While the server is gone it is asked for again and again; all is renewed once it is back. */
export function useReachability() {
  const client = useQueryClient()
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    let pause = soonest
    const ask = () => {
      clearTimeout(timer)
      reach('/health/live', { cache: 'no-store' }).catch(() => {
        clearTimeout(timer)
        timer = setTimeout(ask, pause)
        pause = Math.min(pause * 1.5, latest)
      })
    }
    const turned = () => {
      clearTimeout(timer)
      pause = soonest
      if (isReachable()) void client.invalidateQueries()
      else timer = setTimeout(ask, pause)
    }
    const look = () => {
      if (!isReachable() || !navigator.onLine) ask()
    }
    const stop = onReach(turned)
    window.addEventListener('online', look)
    window.addEventListener('offline', look)
    document.addEventListener('visibilitychange', look)
    if (!isReachable()) ask()
    return () => {
      clearTimeout(timer)
      stop()
      window.removeEventListener('online', look)
      window.removeEventListener('offline', look)
      document.removeEventListener('visibilitychange', look)
    }
  }, [client])
}
