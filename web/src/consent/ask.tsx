import { useState } from 'react'
import { Entrance, entranceLink } from '../account/entrance'
import { signOut } from '../api/session'
import { scopes } from '../settings/scopes'
import { Button } from '../ui/button'
import { Failure } from '../ui/field'
import { mayFollow, type Asked } from './asked'
import { useCalm } from './calm'
import { failureWords } from './consent'
import { decide, type Program, type Request } from './queries'
import { Name } from './name'
import { knownWords, placeWords } from './words'

/** The question itself. Both answers look alike, and neither is given by a press that was for something else. */
export function Ask({
  asked,
  request: { client, scopes: wanted, expires_after_days: days },
  email,
  follow,
}: {
  asked: Asked
  request: Request
  email: string
  follow: (to: string) => void
}) {
  const calm = useCalm()
  const [granted, setGranted] = useState<readonly string[]>(wanted)
  const [sent, setSent] = useState<'allowed' | 'denied' | null>(null)
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState('')
  const run = async (fn: () => Promise<void>) => {
    setBusy(true)
    setFailure('')
    try {
      await fn()
    } catch (error) {
      setFailure(failureWords(error))
      setBusy(false)
    }
  }
  const answer = (what: string[] | null) =>
    run(async () => {
      const to = await decide(asked, what)
      if (!mayFollow(to, asked)) {
        setFailure('The answer would lead elsewhere than the program said, so it was not sent.')
        setBusy(false)
        return
      }
      setSent(what ? 'allowed' : 'denied')
      follow(to)
    })
  if (sent) return <Sent client={client} allowed={sent === 'allowed'} />
  const can = calm && !busy && granted.length > 0
  return (
    <Entrance
      title={
        <>
          Let <Name of={client} /> use your MindFlow?
        </>
      }
    >
      <Who client={client} email={email} busy={busy} leave={() => void run(signOut)} />
      <fieldset className="mt-6">
        <legend className="mb-1 text-[13px] font-medium text-ink-2">It may</legend>
        {scopes
          .filter(({ scope }) => wanted.includes(scope))
          .map(({ scope, words, more }) => (
            <label key={scope} className="flex min-h-11 cursor-pointer items-start gap-3 py-2">
              <input
                type="checkbox"
                checked={granted.includes(scope)}
                onChange={({ target: { checked } }) =>
                  setGranted(wanted.filter((s) => (s === scope ? checked : granted.includes(s))))
                }
                className="mt-0.75 size-4.5 flex-none accent-accent"
              />
              <span>
                {words}
                <span className="block text-[13px] text-ink-3">{more}</span>
              </span>
            </label>
          ))}
      </fieldset>
      <p role="status" className="min-h-5 text-[13px] text-ink-2">
        {narrowed(granted)}
      </p>
      <p className="mt-2 text-[14px] text-ink-2">
        Until you cut it off in Settings, or it stays away for {days} days. It never gets your password, and can let in
        nobody else.
      </p>
      <div className="mt-6 grid grid-cols-2 gap-2">
        <Button disabled={busy} onClick={() => void answer(null)}>
          Deny
        </Button>
        <Button
          aria-disabled={!can}
          className="aria-disabled:opacity-50"
          onClick={() => {
            if (can) void answer([...granted])
          }}
        >
          Allow
        </Button>
      </div>
      <div className="mt-4">
        <Failure>{failure}</Failure>
      </div>
    </Entrance>
  )
}

/** What less than asked for means. */
function narrowed(granted: readonly string[]): string {
  if (granted.length === 0) return 'Nothing is left of it. Then deny it.'
  if (granted.includes('tasks:write') && !granted.includes('tasks:read'))
    return 'Without reading, it can add tasks, and find none.'
  return ''
}

/** Where the answer goes, what is known of who asks, and whose account it is about. */
function Who({ client, email, busy, leave }: { client: Program; email: string; busy: boolean; leave: () => void }) {
  return (
    <dl className="flex flex-col gap-3 rounded-card border border-line bg-surface px-4 pt-3 text-[14px]">
      <div>
        <dt className="text-[13px] text-ink-3">The answer goes to</dt>
        <dd className="font-[550]">
          {client.on_this_computer ? 'An app on this computer' : <bdi dir="ltr">{client.redirect_host}</bdi>}
        </dd>
        {(client.kind === 'document' || client.on_this_computer) && (
          <dd dir="ltr" className="text-[13px] text-ink-2">
            {client.address}
          </dd>
        )}
        <dd className="mt-1 text-[13px] text-ink-2">{knownWords(client)}</dd>
      </div>
      <div className="border-t border-line pt-3">
        <dt className="text-[13px] text-ink-3">Your account</dt>
        <dd dir="auto" className="font-[550]">
          {email}
        </dd>
        <dd className="text-[13px]">
          <button type="button" disabled={busy} onClick={leave} className={entranceLink}>
            Not you? Use another account
          </button>
        </dd>
      </div>
    </dl>
  )
}

/** What is seen until the browser is elsewhere; where a program on this computer takes over, for longer. */
function Sent({ client, allowed }: { client: Program; allowed: boolean }) {
  return (
    <Entrance title={allowed ? 'It is let in' : 'It is not let in'}>
      <p role="status" className="text-ink-2">
        {client.on_this_computer ? (
          'Go on in the app on this computer. This page can be closed.'
        ) : (
          <>
            On the way back to <bdi>{placeWords(client)}</bdi>.
          </>
        )}
      </p>
    </Entrance>
  )
}
