import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { explain } from '../api/errors'
import { meQuery } from '../api/queries'
import { signOut, signOutEverywhere } from '../api/session'
import { Button } from '../ui/button'
import { Failure } from '../ui/field'
import { Icon } from '../ui/icon'
import { FactorSection } from './factor'
import { PasskeysSection } from './passkeys'
import { Section } from './section'
import { SessionsSection } from './sessions'
import { DeleteAccount, You } from './you'

/** Who is signed in, and the way out. */
export default function AccountSettings() {
  const me = useQuery(meQuery).data
  const [error, setError] = useState<unknown>(null)
  const [busy, setBusy] = useState(false)
  const leave = async (how: () => Promise<void>) => {
    setBusy(true)
    setError(null)
    try {
      await how()
    } catch (failure) {
      setError(failure)
      setBusy(false)
    }
  }
  return (
    <>
      <Section title="You">
        <dl className="grid min-h-12 grid-cols-[96px_minmax(0,1fr)] gap-y-1 text-[14px]">
          {me?.full_name && (
            <>
              <dt className="text-ink-3">Name</dt>
              <dd dir="auto">{me.full_name}</dd>
            </>
          )}
          <dt className="text-ink-3">E-mail</dt>
          <dd dir="auto">{me?.email}</dd>
        </dl>
      </Section>
      <You />
      <FactorSection />
      <PasskeysSection />
      <SessionsSection />
      <Section
        title="Sign out"
        hint="What this browser keeps of your tasks is deleted from it. They stay on the server, as they are."
      >
        <Button disabled={busy} onClick={() => void leave(signOut)}>
          <Icon name="signOut" />
          Sign out
        </Button>
      </Section>
      <Section
        title="Sign out everywhere"
        hint="Ends every session of this account at once: this one, other browsers, phones, and the command line. Each has to sign in again. Tokens go on until they are revoked."
      >
        <Button kind="danger" disabled={busy} onClick={() => void leave(signOutEverywhere)}>
          Sign out everywhere
        </Button>
        <div className="mt-3">
          <Failure>{error !== null && explain(error)}</Failure>
        </div>
      </Section>
      <DeleteAccount leave={signOut} />
    </>
  )
}
