import { useEffect, useRef } from 'react'
import { having, linesOf, pressed, type Doing, type Place } from './keys'

type Run = (e: KeyboardEvent) => void
/** Leaves the key to what has the focus. */
type Guarded = { run: Run; unless: (e: KeyboardEvent) => boolean }

/** A key, or two after one another (g n), and what it does. */
export type Shortcut = Partial<Guarded> & { keys: string; run: Run; held?: boolean }

/** What is closed may be seen, and even hold the focus, for another moment. */
const going = '[data-closed]'

const typing = (target: EventTarget | null) =>
  target instanceof HTMLElement &&
  (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) &&
  target.closest(going) === null

/** What is open over the page has the keyboard for itself. */
const covered = () =>
  document.querySelector(
    `:is([role="dialog"], [role="alertdialog"], [role="menu"], [role="listbox"]):not(${going})`,
  ) !== null

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
      const key = pressed(e)
      const modified = e.ctrlKey || e.metaKey
      if (typing(e.target) ? key !== 'mod k' : !modified && covered()) return // text has its own keys, such as its undo
      const sequence = Date.now() - firstAt < patience ? `${first} ${key}` : ''
      const meant = isSequence(sequence) ? sequence : key
      const found = having(e, meant, (keys) => latest.current.find((s) => s.keys === keys))
      if (!found || (e.repeat && !found.held) || found.unless?.(e)) return
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

/** Listens for the shortcuts of a place: all that the table has for it. */
export function useShortcutsOf<P extends Place>(place: P, doing: Doing<P, Run | Guarded>) {
  useShortcuts(
    linesOf(place).flatMap(([name, { keys, held = false }]) => {
      const does = (doing as Record<string, Run | Guarded>)[name]
      if (!does) return [] // what is open hears it itself
      const run = typeof does === 'function' ? { run: does } : does
      return keys.map((one) => ({ keys: one, held, ...run }))
    }),
  )
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
