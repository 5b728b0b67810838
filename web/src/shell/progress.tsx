import { useEffect, useState } from 'react'
import { Icon } from '../ui/icon'
import { stopBulk, type Progress } from './bulk'

/** How far a change of many has come, and the way to stop it. */
export function Under({ progress: { label, done, of, waits } }: { progress: Progress }) {
  return (
    <>
      <span role="status" className="tnum min-w-0 text-[14px]">
        <b className="font-[550]">
          {done} of {of}
        </b>{' '}
        <span className="text-ink-2">{label}</span>
        {waits !== null && <Waits key={waits} until={waits} />}
      </span>
      <span
        role="progressbar"
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={of}
        aria-valuenow={done}
        className="mx-2 h-1.5 min-w-16 flex-1 overflow-hidden rounded-full bg-line"
      >
        <span className="block h-full bg-accent" style={{ width: `${(100 * done) / Math.max(of, 1)}%` }} />
      </span>
      <button
        type="button"
        onClick={stopBulk}
        className="inline-flex min-h-11 flex-none items-center gap-1.75 rounded-lg px-2.5 text-[14px] text-ink-2 hover:bg-accent-soft hover:text-ink fine:min-h-9"
      >
        <Icon name="close" className="size-4" />
        Stop
      </button>
    </>
  )
}

/** The server takes so many changes a minute. */
function Waits({ until }: { until: number }) {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000)
    return () => clearInterval(timer)
  }, [])
  const left = Math.max(1, Math.ceil((until - now) / 1000))
  return <span className="text-ink-3">, goes on in {left} s: the server takes so many a minute</span>
}
