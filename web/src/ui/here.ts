import { useEffect, useRef, type RefObject } from 'react'

/** Whether this is still on the screen: an answer that comes later must not close, or leave, what is there then. */
export function useHere(): RefObject<boolean> {
  const here = useRef(true)
  useEffect(() => {
    here.current = true
    return () => {
      here.current = false
    }
  }, [])
  return here
}
