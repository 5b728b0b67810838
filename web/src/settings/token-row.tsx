import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { explain } from '../api/errors'
import { revokeToken, type Token } from '../api/grants'
import { useZone } from '../shell/zone'
import { useMinute } from '../time/now'
import { Button } from '../ui/button'
import { Failure } from '../ui/field'
import { say } from '../ui/toast'
import { momentWords } from './ago'
import { scopeWords } from './scopes'

/** One token, and its end, which is asked about: whatever uses it stops at once. */
export function TokenRow({ token }: { token: Token }) {
  const client = useQueryClient()
  const zone = useZone()
  const now = useMinute()
  const [asked, setAsked] = useState(false)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const revoke = async () => {
    setBusy(true)
    setError(null)
    try {
      await revokeToken(client, token.id)
      say(`Revoked: ${token.name}`)
    } catch (failure) {
      setError(failure)
      setBusy(false)
    }
  }
  const used = token.last_used_at ? `Used ${momentWords(token.last_used_at, now, zone)}` : 'Never used'
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 border-b border-line py-3">
      <div className="min-w-0 flex-1 basis-60">
        <p dir="auto" className="truncate font-[550]">
          {token.name}
        </p>
        <p className="text-[13px] text-ink-2">{scopeWords(token.scopes)}</p>
        <p className="tnum text-[13px] text-ink-3">
          {used} · expires {momentWords(token.expires_at, now, zone)}
        </p>
      </div>
      {asked ? (
        <div role="group" aria-label={`Revoke ${token.name}?`} className="flex flex-wrap items-center gap-2">
          <Button kind="danger" autoFocus disabled={busy} onClick={() => void revoke()}>
            Revoke
          </Button>
          <Button disabled={busy} onClick={() => setAsked(false)}>
            Keep
          </Button>
        </div>
      ) : (
        <Button aria-label={`Revoke ${token.name}…`} onClick={() => setAsked(true)}>
          Revoke…
        </Button>
      )}
      <div className="basis-full empty:hidden">{error !== null && <Failure>{explain(error)}</Failure>}</div>
    </li>
  )
}
