import { useState } from 'react'
import { explain } from '../api/errors'
import { Button } from '../ui/button'
import { Failure } from '../ui/field'

/** The end of what lets a program in. It is asked about: whatever uses it stops at once. */
export function Ending({ verb, name, end }: { verb: string; name: string; end: () => Promise<void> }) {
  const [asked, setAsked] = useState(false)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const run = async () => {
    setBusy(true)
    setError(null)
    try {
      await end()
    } catch (failure) {
      setError(failure)
      setBusy(false)
    }
  }
  return (
    <>
      {asked ? (
        <div role="group" aria-label={`${verb} ${name}?`} className="flex flex-wrap items-center gap-2">
          <Button kind="danger" autoFocus disabled={busy} onClick={() => void run()}>
            {verb}
          </Button>
          <Button disabled={busy} onClick={() => setAsked(false)}>
            Keep
          </Button>
        </div>
      ) : (
        <Button aria-label={`${verb} ${name}…`} onClick={() => setAsked(true)}>
          {verb}…
        </Button>
      )}
      <div className="basis-full empty:hidden">{error !== null && <Failure>{explain(error)}</Failure>}</div>
    </>
  )
}
