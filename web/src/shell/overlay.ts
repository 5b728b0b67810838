import { useSyncExternalStore } from 'react'

/** What is open over the screen: one thing at a time. */
export type Overlay = 'add' | 'palette' | 'help'

let overlay: Overlay | null = null
const listeners = new Set<() => void>()

export function openOverlay(to: Overlay | null) {
  overlay = to
  for (const listener of listeners) listener()
}

const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export const useOverlay = () => useSyncExternalStore(subscribe, () => overlay)
