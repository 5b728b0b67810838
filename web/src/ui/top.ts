import { useLayoutEffect, useState, type RefObject } from 'react'

/** How far down the page a list begins. What stands above it may grow: filters, or that the server is gone. */
export function useTop(list: RefObject<HTMLElement | null>): number {
  const [top, setTop] = useState(0)
  useLayoutEffect(() => {
    const watch = new ResizeObserver(() => {
      if (list.current) setTop(list.current.getBoundingClientRect().top + window.scrollY)
    })
    watch.observe(document.body)
    return () => watch.disconnect()
  }, [list])
  return top
}
