import { useSyncExternalStore } from 'react'
import type { Source } from '../api/templates'

/** What is open over the screen: one thing at a time. */
export type Overlay = 'add' | 'palette' | 'help' | 'template' | 'save-template'

/** What it is about: a template to be used, or what is to be saved as one, and its name. */
export type About = { id?: string; source?: Source; name?: string }

let overlay: Overlay | null = null
let about: About | null = null
const listeners = new Set<() => void>()

export function openOverlay(to: Overlay | null, of: About | null = null) {
  overlay = to
  if (to) about = of // it stays while the window goes
  for (const listener of listeners) listener()
}

const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export const useOverlay = () => useSyncExternalStore(subscribe, () => overlay)
export const useAbout = () => useSyncExternalStore(subscribe, () => about)
