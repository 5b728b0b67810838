import { useSyncExternalStore } from 'react'

/** Days as columns, or one below the other. Kept on this device; where there is no room for columns it is a list. */
export type Look = 'columns' | 'list'

const key = 'mindflow.upcoming'
const listeners = new Set<() => void>()
const wide = typeof matchMedia === 'undefined' ? null : matchMedia('(min-width: 721px)')
wide?.addEventListener('change', () => listeners.forEach((listener) => listener()))

const chosen = (): Look => (localStorage.getItem(key) === 'list' ? 'list' : 'columns')
const look = (): Look => (wide?.matches === false ? 'list' : chosen())

export function setLook(to: Look) {
  localStorage.setItem(key, to)
  for (const listener of listeners) listener()
}

const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export const useLook = () => useSyncExternalStore(subscribe, look)
