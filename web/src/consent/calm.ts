import { useEffect, useState } from 'react'

/** So long a page has to be seen before it can be meant. */
const wait = 1_000

/**
 * Reports whether the page has been before somebody's eyes for a moment, with nothing over it. A press that
 * was for what was there before, the second of a double one or one that was lured, does nothing.
 */
export function useCalm(): boolean {
  const [calm, set] = useState(false)
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const look = () => {
      clearTimeout(timer)
      set(false)
      if (document.visibilityState === 'visible' && document.hasFocus()) timer = setTimeout(set, wait, true)
    }
    look()
    window.addEventListener('focus', look)
    window.addEventListener('blur', look)
    document.addEventListener('visibilitychange', look)
    return () => {
      clearTimeout(timer)
      window.removeEventListener('focus', look)
      window.removeEventListener('blur', look)
      document.removeEventListener('visibilitychange', look)
    }
  }, [])
  return calm
}
