import { useEffect, useReducer, useState } from 'react'
import type { Words } from './words'

/** setTimeout counts in 31 bits: what is farther off is waited for in pieces. */
const longest = 2 ** 31 - 1

/** Calls back at an instant, also when the machine slept through it. */
export function at(instant: number, fn: () => void): () => void {
  let timer: ReturnType<typeof setTimeout>
  const look = () => {
    clearTimeout(timer)
    const left = instant - Date.now()
    if (left <= 0) {
      stop()
      fn()
      return
    }
    timer = setTimeout(look, Math.min(left, longest))
  }
  const stop = () => {
    clearTimeout(timer)
    document.removeEventListener('visibilitychange', look)
  }
  document.addEventListener('visibilitychange', look)
  timer = setTimeout(look, Math.min(Math.max(instant - Date.now(), 0), longest))
  return stop
}

/** Words for now, which turn over at the moment they say, without a reload. */
export function useWords<T extends Words>(say: (now: number) => T): T {
  const [, again] = useReducer((n: number) => n + 1, 0)
  const words = say(present())
  useEffect(() => at(words.until, again), [words.until])
  return words
}

/** The present moment. What is drawn for it has to say until when it is right. */
export const present = (): number => Date.now()

/** The present moment, anew at each full minute. */
export function useMinute(): number {
  const [now, setNow] = useState(Date.now)
  useEffect(() => at(Math.floor(now / 60_000) * 60_000 + 60_000, () => setNow(Date.now())), [now])
  return now
}
