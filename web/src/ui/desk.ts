import { useSyncExternalStore } from 'react'

/** Whether there is the room of a desk: the breakpoint of the styles. */
const wide = typeof matchMedia === 'undefined' ? null : matchMedia('(width >= 721px)')

export const isDesk = () => wide?.matches ?? true

/** Calls back when the room turns. */
export const onDesk = (listener: () => void) => {
  wide?.addEventListener('change', listener)
  return () => wide?.removeEventListener('change', listener)
}

export const useDesk = () => useSyncExternalStore(onDesk, isDesk)
