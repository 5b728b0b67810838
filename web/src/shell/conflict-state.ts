import { useSyncExternalStore } from 'react'
import type { Conflict } from '../api/changes'

/** The edit that met somebody else's, until a person has chosen. */
let conflict: Conflict | null = null
const listeners = new Set<() => void>()

export function showConflict(met: Conflict | null) {
  conflict = met
  for (const listener of listeners) listener()
}

const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export const useConflict = () => useSyncExternalStore(subscribe, () => conflict)
