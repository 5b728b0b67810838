import { Link } from '@tanstack/react-router'
import { useState, type FormEvent } from 'react'
import { explain, Problem } from '../api/errors'
import { Button, buttonClass } from '../ui/button'
import { Failure, Field } from '../ui/field'
import { Entrance } from './entrance'
import { reset, tokenHere } from './links'
import { Over } from './over'

/** Where a link to set a new password leads. */
export default function Reset() {
  const [token] = useState(tokenHere)
  const [error, setError] = useState<unknown>(null)
  const [busy, setBusy] = useState(false)
  const [done, setDone] = useState(false)
  const problem = error instanceof Problem ? error : null
  const wrong = problem?.field('password')
  const submit = async (e: FormEvent<HTMLFormElement>) => {
    e.preventDefault()
    const password = String(new FormData(e.currentTarget).get('password'))
    setBusy(true)
    setError(null)
    try {
      await reset(token, password)
      setDone(true)
    } catch (failure) {
      setError(failure)
    }
    setBusy(false)
  }
  if (done)
    return (
      <Entrance title="That is your new password">
        <p role="status" className="mb-6 text-ink-2">
          Everywhere you were signed in, you are signed out.
        </p>
        <Link to="/sign-in" className={buttonClass('primary')}>
          Sign in
        </Link>
      </Entrance>
    )
  if (!token || problem?.field('token')) return <Over again="/forgot" />
  return (
    <Entrance title="Set a new password">
      <form onSubmit={(e) => void submit(e)} className="flex flex-col gap-4">
        <Field
          label="New password"
          name="password"
          type="password"
          autoComplete="new-password"
          minLength={12}
          maxLength={128}
          required
          autoFocus
          error={wrong}
          hint="12 characters or more. A few words are easiest to remember."
        />
        <Failure>{error !== null && !wrong && explain(error)}</Failure>
        <Button kind="primary" type="submit" disabled={busy}>
          Set the password
        </Button>
      </form>
    </Entrance>
  )
}
