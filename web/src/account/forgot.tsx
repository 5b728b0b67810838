import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState, type FormEvent } from 'react'
import { explain } from '../api/errors'
import { Button } from '../ui/button'
import { Failure, Field } from '../ui/field'
import { Entrance, entranceLink } from './entrance'
import { forgot, optionsQuery } from './links'

const signIn = (
  <Link to="/sign-in" className={entranceLink}>
    Back to signing in
  </Link>
)

/** The way back in for who forgot the password. */
export default function Forgot() {
  const mail = useQuery(optionsQuery).data?.mail
  const [sent, setSent] = useState<{ to: string; mail: string } | null>(null)
  const [error, setError] = useState<unknown>(null)
  const [busy, setBusy] = useState(false)
  const submit = async (e: FormEvent<HTMLFormElement>) => {
    e.preventDefault()
    const to = String(new FormData(e.currentTarget).get('email')).trim()
    setBusy(true)
    setError(null)
    try {
      setSent({ to, ...(await forgot(to)) })
    } catch (failure) {
      setError(failure)
    }
    setBusy(false)
  }
  if (mail === 'none')
    return (
      <Entrance title="This server sends no mail" below={signIn}>
        <p className="text-ink-2">Ask whoever runs it: they can make a link for you to set a new password.</p>
      </Entrance>
    )
  if (sent)
    return (
      <Entrance title={sent.mail === 'log' ? 'Look in the server’s log' : 'Look at your mail'} below={signIn}>
        <p role="status" className="text-ink-2">
          {sent.mail === 'log' ? (
            'This server sends no mail. If there is such an account, the link is printed in its log.'
          ) : (
            <>
              If there is an account for <bdi className="font-medium text-ink">{sent.to}</bdi>, a link to set a new
              password is on its way. It is good for an hour. Nothing there? Look among the unwanted mails too.
            </>
          )}
        </p>
        <Button className="mt-6 self-start" onClick={() => setSent(null)}>
          Try another address
        </Button>
      </Entrance>
    )
  return (
    <Entrance title="Forgot your password?" below={signIn}>
      <form onSubmit={(e) => void submit(e)} className="flex flex-col gap-4">
        <Field
          label="E-mail"
          name="email"
          type="email"
          autoComplete="username"
          inputMode="email"
          required
          autoFocus
          hint="The address of your account. A link to set a new password goes there."
        />
        <Failure>{error !== null && explain(error)}</Failure>
        <Button kind="primary" type="submit" disabled={busy}>
          Send the link
        </Button>
      </form>
    </Entrance>
  )
}
