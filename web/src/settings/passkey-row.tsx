import { useQueryClient } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { removePasskey, renamePasskey, type Passkey } from '../api/factor'
import { useZone } from '../shell/zone'
import { useMinute } from '../time/now'
import { Button } from '../ui/button'
import { besideRow, hasFocus, useHandsOn } from '../ui/focus'
import { say } from '../ui/toast'
import { momentWords } from './ago'
import { PasswordForm } from './password-form'
import { Rename } from './rename'

/** One passkey: another name for it, and its end, which asks for the password. */
export function PasskeyRow({ passkey }: { passkey: Passkey }) {
  const client = useQueryClient()
  const zone = useZone()
  const now = useMinute()
  const [at, setAt] = useState<'rest' | 'name' | 'remove'>('rest')
  const li = useRef<HTMLLIElement>(null)
  useHandsOn(li, besideRow)
  /** The button that takes the focus back. */
  const [back, setBack] = useState<'name' | 'remove' | null>(null)
  const rest = () => {
    setBack(at !== 'rest' && hasFocus(li.current) ? at : null)
    setAt('rest')
  }
  const used = passkey.last_used_at ? `Used ${momentWords(passkey.last_used_at, now, zone)}` : 'Never used'
  return (
    <li ref={li} className="flex flex-wrap items-center gap-x-4 gap-y-2 border-b border-line py-3">
      <div className="min-w-0 flex-1 basis-60">
        <p dir="auto" className="truncate font-[550]">
          {passkey.name}
        </p>
        <p className="tnum text-[13px] text-ink-3">
          {used} · added {momentWords(passkey.created_at, now, zone)}
          {passkey.synced && ' · kept in several devices'}
        </p>
      </div>
      {at === 'rest' ? (
        <div className="flex flex-wrap gap-2">
          <Button aria-label={`Rename ${passkey.name}`} autoFocus={back === 'name'} onClick={() => setAt('name')}>
            Rename
          </Button>
          <Button aria-label={`Remove ${passkey.name}…`} autoFocus={back === 'remove'} onClick={() => setAt('remove')}>
            Remove…
          </Button>
        </div>
      ) : (
        <div className="basis-full">
          {at === 'name' ? (
            <Rename name={passkey.name} send={(name) => renamePasskey(client, passkey.id, name)} done={rest} />
          ) : (
            <PasswordForm
              act="Remove"
              kind="danger"
              send={async (password) => {
                await removePasskey(client, passkey.id, password)
                say(`Removed: ${passkey.name}`)
              }}
              cancel={rest}
            />
          )}
        </div>
      )}
    </li>
  )
}
