import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { explain } from '../api/errors'
import { endSession, sessionsQuery, type Session } from '../api/grants'
import { useZone } from '../shell/zone'
import { useMinute } from '../time/now'
import { Button } from '../ui/button'
import { Failure } from '../ui/field'
import { say } from '../ui/toast'
import { agentWords } from './agent'
import { momentWords } from './ago'
import { Loaded } from './loaded'
import { Section } from './section'

/** Where the person is signed in. */
export function SessionsSection() {
  return (
    <Section
      title="Where you are signed in"
      hint="Browsers and command lines with a session of yours. What you sign out here is out at once."
    >
      <Loaded query={sessionsQuery}>
        {(sessions) => (
          <ul aria-label="Where you are signed in" className="border-t border-line">
            {sessions.map((session) => (
              <SessionRow key={session.id} session={session} />
            ))}
          </ul>
        )}
      </Loaded>
    </Section>
  )
}

function SessionRow({ session }: { session: Session }) {
  const client = useQueryClient()
  const zone = useZone()
  const now = useMinute()
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const name = agentWords(session.user_agent)
  const begun = momentWords(session.created_at, now, zone)
  const end = async () => {
    setBusy(true)
    setError(null)
    try {
      await endSession(client, session.id)
      say(`Signed out: ${name}`)
    } catch (failure) {
      setError(failure)
      setBusy(false)
    }
  }
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-2 border-b border-line py-3">
      <div className="min-w-0 flex-1 basis-60">
        <p className="truncate font-[550]">{name}</p>
        <p className="tnum text-[13px] text-ink-3">
          {session.current ? 'This one' : `Last seen ${momentWords(session.last_seen_at, now, zone)}`} · since {begun}
        </p>
      </div>
      {!session.current && (
        <Button aria-label={`Sign out ${name}, since ${begun}`} disabled={busy} onClick={() => void end()}>
          Sign out
        </Button>
      )}
      <div className="basis-full empty:hidden">{error !== null && <Failure>{explain(error)}</Failure>}</div>
    </li>
  )
}
