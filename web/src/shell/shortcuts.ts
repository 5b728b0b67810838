import { useEffect, useRef } from 'react'

/** A key, or two after one another (g n), and what it does. */
export type Shortcut = {
  keys: string
  label: string
  run: (e: KeyboardEvent) => void
  /** Again and again while the key is held. */
  held?: boolean
  /** Leaves the key to what has the focus. */
  unless?: (target: EventTarget | null) => boolean
}

const typing = (target: EventTarget | null) =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))

/** What is open over the page has the keyboard for itself. */
const covered = () =>
  document.querySelector('[role="dialog"], [role="alertdialog"], [role="menu"], [role="listbox"]') !== null

const patience = 1_200

/** What is listened for now: who hears the second key of two leaves it to whose sequence it is. */
const heard = new Set<{ current: Shortcut[] }>()
const isSequence = (keys: string) => [...heard].some((h) => h.current.some((s) => s.keys === keys))

let first = ''
let firstAt = 0

/** Listens for shortcuts while mounted. Letters are shortcuts only where nobody types. */
export function useShortcuts(shortcuts: Shortcut[]) {
  const latest = useRef(shortcuts)
  useEffect(() => {
    latest.current = shortcuts
  })
  useEffect(() => {
    heard.add(latest)
    const listen = (e: KeyboardEvent) => {
      if (e.defaultPrevented || e.altKey) return
      const modified = e.ctrlKey || e.metaKey
      const key = e.key.length === 1 ? e.key.toLowerCase() : e.key
      const pressed = modified ? `mod ${key}` : key
      if (typing(e.target) ? pressed !== 'mod k' : !modified && covered()) return // text has its own keys, such as its undo
      const sequence = Date.now() - firstAt < patience ? `${first} ${pressed}` : ''
      const meant = isSequence(sequence) ? sequence : pressed
      const found = latest.current.find((s) => s.keys === meant)
      if (!found || (e.repeat && !found.held) || found.unless?.(e.target)) return
      e.preventDefault()
      first = ''
      found.run(e)
    }
    document.addEventListener('keydown', listen)
    return () => {
      heard.delete(latest)
      document.removeEventListener('keydown', listen)
    }
  }, [])
}

/** Remembers a key that may be the first of two. Mounted once, after all others. */
export function useSequences() {
  useEffect(() => {
    const remember = (e: KeyboardEvent) => {
      if (e.defaultPrevented || typing(e.target) || e.key.length !== 1 || e.ctrlKey || e.metaKey) return
      first = e.key.toLowerCase()
      firstAt = Date.now()
    }
    window.addEventListener('keydown', remember) // after the document's listeners
    return () => window.removeEventListener('keydown', remember)
  }, [])
}
