import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useState, type FormEvent } from 'react'
import { explain, Problem } from '../api/errors'
import { signUp } from '../api/session'
import { isConsent } from '../consent/place'
import { guessZone } from '../time/zone'
import { Button } from '../ui/button'
import { Failure, Field } from '../ui/field'
import { Entrance, entranceLink } from './entrance'
import { optionsQuery, tokenHere } from './links'

const named = ['email', 'password', 'full_name']

const haveOne = (next: string | undefined) => (
  <>
    Have one already?{' '}
    <Link to="/sign-in" search={{ next }} className={entranceLink}>
      Sign in
    </Link>
  </>
)

export default function SignUp() {
  const navigate = useNavigate()
  const { next } = useSearch({ from: '/sign-up' })
  const signup = useQuery(optionsQuery).data?.signup
  const [invitation] = useState(tokenHere)
  const [error, setError] = useState<unknown>(null)
  const [busy, setBusy] = useState(false)
  const fields = error instanceof Problem ? error : null
  const elsewhere = error !== null && !(fields && fields.fields.some((f) => named.includes(f.field)))
  const submit = async (e: FormEvent<HTMLFormElement>) => {
    e.preventDefault()
    const form = new FormData(e.currentTarget)
    const name = String(form.get('name')).trim()
    setBusy(true)
    setError(null)
    try {
      await signUp({
        email: String(form.get('email')).trim(),
        password: String(form.get('password')),
        timezone: guessZone(),
        ...(name ? { full_name: name } : {}),
        ...(invitation ? { invitation } : {}),
      })
      if (next && isConsent(next)) location.replace(next)
      else await navigate({ to: '/welcome', replace: true })
    } catch (failure) {
      setError(failure)
      setBusy(false)
    }
  }
  const refused = signup === 'invite' && fields?.field('invitation')
  if (signup === 'closed' || (signup === 'invite' && !invitation) || refused)
    return (
      <Entrance title={signup === 'closed' ? 'No new accounts here' : 'By invitation'} below={haveOne(next)}>
        <p className="text-ink-2">
          {signup === 'closed'
            ? 'Nobody can open an account here by themselves. Ask whoever runs this server.'
            : refused
              ? 'This invitation is for another address, was used, or is over. Ask whoever runs this server for a new one.'
              : 'An account is opened with the link of an invitation. Ask whoever runs this server for one.'}
        </p>
      </Entrance>
    )
  return (
    <Entrance title="Open an account" below={haveOne(next)}>
      <form onSubmit={(e) => void submit(e)} className="flex flex-col gap-4">
        <Field
          label="Name (if you like)"
          name="name"
          autoComplete="name"
          autoFocus
          error={fields?.field('full_name')}
        />
        <Field
          label="E-mail"
          name="email"
          type="email"
          autoComplete="username"
          inputMode="email"
          required
          error={fields?.field('email')}
        />
        <Field
          label="Password"
          name="password"
          type="password"
          autoComplete="new-password"
          minLength={12}
          maxLength={128}
          required
          error={fields?.field('password')}
          hint="12 characters or more. A few words are easiest to remember."
        />
        <Failure>{elsewhere && explain(error)}</Failure>
        <Button kind="primary" type="submit" disabled={busy}>
          Open the account
        </Button>
      </form>
    </Entrance>
  )
}
