import { useCallback, useEffect, useRef, useState } from 'react'
import type { Task } from '../api/client'
import { isReachable, onReach } from '../api/reach'
import { isSignedIn } from '../api/session'

const pause = 900

/** What is asked about when it is saved is saved by leaving the field alone. */
export const never = 2 ** 31 - 1

/** What is typed into a field, until it is saved: by leaving it, or after a short pause. */
export type DraftOf = {
  value: string
  /** What is not ready yet is saved by leaving the field alone. */
  change: (to: string, ready?: boolean) => void
  /** Saves now what has not been. */
  leave: () => void
  /** Forgets what was typed. */
  drop: () => void
}

/**
 * A field of a task as it is being edited. What was typed stays until the server has
 * it, also when it is refused; the edit is of the task as it was when typing began, so
 * that somebody else's is noticed.
 */
export function useDraft(
  task: Task,
  shown: string,
  save: (task: Task, text: string) => Promise<boolean | null>,
  wait = pause,
): DraftOf {
  const [typed, setTyped] = useState<string | null>(null)
  const began = useRef<Task | null>(null)
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  /** What has not been sent, or was sent and not kept. */
  const pending = useRef<string | null>(null)
  const turn = useRef(0)
  /** Why it was not kept: that failed, or the person closed what was asked about it, and decides another time. */
  const unkept = useRef<'failed' | 'put off' | null>(null)

  const send = useCallback(async () => {
    clearTimeout(timer.current)
    const text = pending.current
    const from = began.current
    if (text === null || from === null) return
    pending.current = null
    unkept.current = null
    const mine = ++turn.current
    const kept = await save(from, text)
    if (pending.current !== null || mine !== turn.current) return // what is newer is under way, or was dropped
    if (kept) {
      began.current = null
      setTyped(null)
    } else {
      pending.current = text
      unkept.current = kept === null ? 'put off' : 'failed'
    }
  }, [save])

  const drop = () => {
    clearTimeout(timer.current)
    pending.current = null
    began.current = null
    unkept.current = null
    turn.current++
    setTyped(null)
  }

  const change = (to: string, ready = true) => {
    if (unkept.current === 'put off' && to === shown) return drop() // it is given up
    began.current ??= task
    pending.current = to
    setTyped(to)
    clearTimeout(timer.current)
    if (ready) timer.current = setTimeout(() => void send(), wait)
  }

  // Whoever leaves the page in the middle of a word has written it all the same.
  const latest = useRef(send)
  useEffect(() => {
    latest.current = send
  })
  useEffect(() => () => void latest.current(), [])
  // So has who closes the tab, or puts the phone away; what cannot be sent is asked about first.
  useEffect(() => {
    const send = () => unkept.current !== 'put off' && void latest.current()
    const hide = () => document.visibilityState === 'hidden' && send()
    const ask = (e: BeforeUnloadEvent) => unkept.current && isSignedIn() && e.preventDefault()
    window.addEventListener('pagehide', send)
    document.addEventListener('visibilitychange', hide)
    window.addEventListener('beforeunload', ask)
    return () => {
      window.removeEventListener('pagehide', send)
      document.removeEventListener('visibilitychange', hide)
      window.removeEventListener('beforeunload', ask)
    }
  }, [])
  useEffect(() => onReach(() => void (isReachable() && unkept.current === 'failed' && latest.current())), [])

  return {
    value: typed ?? shown,
    change,
    leave: () => {
      if (pending.current === null && typed === shown) setTyped(null)
      void send()
    },
    drop,
  }
}
