import { hashKey, useQueryClient, type QueryKey } from '@tanstack/react-query'
import { useEffect } from 'react'
import { beginAnew, catchUp } from '../api/anew'

/** Who was away for longer does not mind to be at the top again. */
const long = 60_000

/**
 * A long list is not asked for anew page by page. When the window is come back to, what changed
 * meanwhile is; after a longer while, and once the list was left, it begins anew.
 */
export function useLongList(queryKey: QueryKey) {
  const client = useQueryClient()
  const key = hashKey(queryKey)
  useEffect(() => {
    const queryKey = JSON.parse(key) as QueryKey
    let left = Date.now()
    const look = () => {
      if (document.visibilityState === 'hidden') left = Date.now()
      else if (Date.now() - left > long) beginAnew(client, queryKey)
      else void catchUp(client)
    }
    document.addEventListener('visibilitychange', look)
    return () => {
      document.removeEventListener('visibilitychange', look)
      beginAnew(client, queryKey)
    }
  }, [client, key])
}
