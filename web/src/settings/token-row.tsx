import { useQueryClient } from '@tanstack/react-query'
import { revokeToken, type Token } from '../api/grants'
import { useZone } from '../shell/zone'
import { useMinute } from '../time/now'
import { say } from '../ui/toast'
import { momentWords } from './ago'
import { Ending } from './ending'
import { scopeWords } from './scopes'

/** One token, and its end. */
export function TokenRow({ token }: { token: Token }) {
  const client = useQueryClient()
  const zone = useZone()
  const now = useMinute()
  const revoke = async () => {
    await revokeToken(client, token.id)
    say(`Revoked: ${token.name}`)
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
      <Ending verb="Revoke" name={token.name} end={revoke} />
    </li>
  )
}
