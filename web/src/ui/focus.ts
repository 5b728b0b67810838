import { useLayoutEffect, useRef, type RefObject } from 'react'

/** Where the focus goes that has no better place: the heading of the screen, else its content. */
const fallback = () =>
  document.querySelector<HTMLElement>('h1[tabindex]') ?? document.querySelector<HTMLElement>('#main')

/** What had the focus is gone: it goes to the heading, unless something else has taken it. */
export const focusHeading = () => {
  if (document.activeElement === document.body) fallback()?.focus({ preventScroll: true })
}

/** Whether the focus is in here, or nowhere since what had it cannot be pressed any more: what takes its place may have it. */
export const hasFocus = (box: HTMLElement | null) =>
  document.activeElement === document.body || (box?.contains(document.activeElement) ?? false)

/** The row after this one, or before it: what is meant in it is its first control. */
export const besideRow = (row: HTMLElement): HTMLElement | null | undefined =>
  (row.nextElementSibling ?? row.previousElementSibling)?.querySelector<HTMLElement>('button, a')

/**
 * What goes while it has the focus hands it on, to where it says before it goes, else to the heading: it would
 * fall to the page, and the next Tab begin at its top.
 */
export function useHandsOn(
  ref: RefObject<HTMLElement | null>,
  to: (going: HTMLElement) => HTMLElement | null | undefined = () => null,
) {
  const next = useRef(to)
  useLayoutEffect(() => {
    next.current = to
  })
  useLayoutEffect(() => {
    const going = ref.current
    return () => {
      if (!going?.contains(document.activeElement)) return
      const there = next.current(going)
      queueMicrotask(() => {
        if (document.activeElement !== document.body) return
        const heir = there?.isConnected ? there : fallback()
        heir?.focus({ preventScroll: true })
      })
    }
  }, [ref])
}
