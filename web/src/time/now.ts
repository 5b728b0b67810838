import { useEffect, useEffectEvent, useReducer, useRef, useState } from 'react'
import { addDays, dayOf, startOf, type Day } from './zone'

type Alarm = { instant: number; fn: () => void }

/**
 * A machine that sleeps stops the clock that timers go by, and a timer cannot wait
 * longer than 25 days: the time is looked at again at least this often.
 */
const longest = 20_000

const alarms = new Set<Alarm>()
let timer: ReturnType<typeof setTimeout> | undefined

function look() {
  const now = Date.now()
  for (const alarm of [...alarms]) {
    if (alarm.instant > now || !alarms.delete(alarm)) continue
    alarm.fn()
  }
  wait()
}

/** One timer for all that is waited for. */
function wait() {
  clearTimeout(timer)
  timer = undefined
  if (alarms.size === 0) return
  let next = Infinity
  for (const alarm of alarms) next = Math.min(next, alarm.instant)
  timer = setTimeout(look, Math.min(Math.max(next - Date.now(), 0), longest))
}

if (typeof document !== 'undefined') {
  // Whoever comes back to a tab or a machine is not to see what was right before.
  document.addEventListener('visibilitychange', look)
  for (const event of ['focus', 'pageshow']) window.addEventListener(event, look)
}

/** Calls back at an instant, also when the machine slept through it. */
export function at(instant: number, fn: () => void): () => void {
  if (instant === Infinity) return () => {}
  const alarm = { instant, fn }
  alarms.add(alarm)
  wait()
  return () => {
    if (alarms.delete(alarm) && alarms.size === 0) wait()
  }
}

/** What is right until a moment it knows itself: made anew then, without a reload. */
export function useWords<T extends { until: number }>(say: (now: number) => T): T {
  const [, again] = useReducer((n: number) => n + 1, 0)
  const words = say(present())
  useEffect(() => at(words.until, again), [words.until])
  return words
}

const second = 1_000
const minute = 60_000

/**
 * Calls back when an answer is over that is right until an instant. Where this clock is ahead of the server's, the next
 * answer is over too as soon as it comes: then it is asked again, at first after a second, later more seldom.
 */
export function useOver(answer: { until: string | null | undefined; at: number }, fn: () => void) {
  const { until, at: came } = answer
  const over = useEffectEvent(fn)
  const again = useRef({ until, times: 0 })
  useEffect(() => {
    if (!until) return
    const instant = Date.parse(until)
    if (again.current.until !== until) again.current = { until, times: 0 }
    const soonest = Math.min(second * 2 ** again.current.times, minute)
    return at(Math.max(instant, Date.now() + soonest), () => {
      again.current.times++
      over()
    })
  }, [until, came])
}

/** The day it is in a zone, turning over at its midnight. */
export const useToday = (zone: string): Day =>
  useWords((now) => {
    const day = dayOf(now, zone)
    return { day, until: startOf(addDays(day, 1), zone) }
  }).day

/** The present moment. What is drawn for it has to say until when it is right. */
export const present = (): number => Date.now()

/** The present moment, anew at each full minute. */
export function useMinute(): number {
  const [now, setNow] = useState(Date.now)
  useEffect(() => at(Math.floor(now / 60_000) * 60_000 + 60_000, () => setNow(Date.now())), [now])
  return now
}
