import { useSyncExternalStore } from 'react'

/** Whether there is the room of a desk: the breakpoint of the styles. */
const wide = typeof matchMedia === 'undefined' ? null : matchMedia('(width >= 721px)')

const subscribe = (listener: () => void) => {
  wide?.addEventListener('change', listener)
  return () => wide?.removeEventListener('change', listener)
}

export const useDesk = () => useSyncExternalStore(subscribe, () => wide?.matches ?? true)
