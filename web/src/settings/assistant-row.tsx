import { useQueryClient } from '@tanstack/react-query'
import { cutOff, type Assistant } from '../api/grants'
import { useZone } from '../shell/zone'
import { useMinute } from '../time/now'
import { short } from '../ui/short'
import { say } from '../ui/toast'
import { momentWords } from './ago'
import { Ending } from './ending'
import { scopeWords } from './scopes'

/** One program that is let in, and its end. */
export function AssistantRow({ assistant }: { assistant: Assistant }) {
  const client = useQueryClient()
  const zone = useZone()
  const now = useMinute()
  const at = (instant: string) => momentWords(instant, now, zone)
  const end = async () => {
    await cutOff(client, assistant.id)
    say(`Cut off: ${short(assistant.name)}`)
  }
  const used = assistant.last_used_at ? `used ${at(assistant.last_used_at)}` : 'never used'
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 border-b border-line py-3">
      <div className="min-w-0 flex-1 basis-60">
        <p className="truncate">
          <bdi className="font-[550]">{assistant.name}</bdi>
        </p>
        <p className="text-[13px] text-ink-2">
          <bdi dir="ltr">{assistant.address}</bdi>
        </p>
        <p className="text-[13px] text-ink-2">{scopeWords(assistant.scopes)}</p>
        <p className="tnum text-[13px] text-ink-3">
          Since {at(assistant.created_at)} · {used} · ends {at(assistant.expires_at)}
        </p>
      </div>
      <Ending verb="Cut off" name={assistant.name} end={end} />
    </li>
  )
}
