import { useSyncExternalStore } from 'react'
import { kept, keepText } from '../api/kept'

/** Light, dark, or as the system has it. Kept on this device. */
export type Theme = 'system' | 'light' | 'dark'

const key = 'mindflow.theme'
const listeners = new Set<() => void>()
const dark = typeof matchMedia === 'undefined' ? null : matchMedia('(prefers-color-scheme: dark)')

export const theme = (): Theme => (kept(key) as Theme | null) ?? 'system'

export function applyTheme() {
  const wanted = theme()
  document.documentElement.dataset.theme = wanted === 'system' ? (dark?.matches ? 'dark' : 'light') : wanted
}

export function setTheme(to: Theme) {
  keepText(key, to === 'system' ? null : to)
  applyTheme()
  for (const listener of listeners) listener()
}

dark?.addEventListener('change', applyTheme)

const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export const useTheme = () => useSyncExternalStore(subscribe, theme)
