import { useCallback, useEffect, useRef, type RefObject } from 'react'

const soon = 1_500

/**
 * What is moved while it has the focus keeps it, and stays in sight: taken out of its place in the page it would lose
 * it. Answers what says so before it moves.
 */
export function useFollow(box: RefObject<HTMLElement | null>): (selector: string) => void {
  const moved = useRef<{ selector: string; until: number } | null>(null)
  useEffect(() => {
    if (!moved.current) return
    const has = document.activeElement
    const there = box.current?.querySelector<HTMLElement>(moved.current.selector)
    if (Date.now() > moved.current.until || (has !== document.body && has !== there)) {
      moved.current = null // it is long there, or the focus went elsewhere by itself
      return
    }
    there?.focus({ preventScroll: true })
    there?.scrollIntoView({ block: 'nearest' })
  })
  return useCallback((selector) => {
    moved.current = { selector, until: Date.now() + soon }
  }, [])
}
