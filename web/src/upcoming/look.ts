import { useSyncExternalStore } from 'react'
import { kept, keepText } from '../api/kept'
import { isDesk, onDesk } from '../ui/desk'

/** Days as columns, or one below the other. Kept on this device; where there is no room for columns it is a list. */
export type Look = 'columns' | 'list'

const key = 'mindflow.upcoming'
const listeners = new Set<() => void>()
onDesk(() => listeners.forEach((listener) => listener()))

const chosen = (): Look => (kept(key) === 'list' ? 'list' : 'columns')
const look = (): Look => (isDesk() ? chosen() : 'list')

export function setLook(to: Look) {
  keepText(key, to)
  for (const listener of listeners) listener()
}

const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export const useLook = () => useSyncExternalStore(subscribe, look)
