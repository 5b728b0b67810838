import { useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useState, type FormEvent } from 'react'
import { explain, isStatus } from '../api/errors'
import { meQuery } from '../api/queries'
import { signIn } from '../api/session'
import { Button } from '../ui/button'
import { Failure, Field } from '../ui/field'
import { Entrance, entranceLink } from './entrance'

export default function SignIn() {
  const navigate = useNavigate()
  const client = useQueryClient()
  const { next, ended } = useSearch({ from: '/sign-in' })
  const [error, setError] = useState<unknown>(null)
  const [busy, setBusy] = useState(false)
  const submit = async (e: FormEvent<HTMLFormElement>) => {
    e.preventDefault()
    const form = new FormData(e.currentTarget)
    setBusy(true)
    setError(null)
    try {
      await signIn(String(form.get('email')).trim(), String(form.get('password')))
      const me = await client.fetchQuery(meQuery).catch(() => null) // whatever keeps it is said on the next screen
      await navigate({ to: me?.erase_at ? '/leaving' : (next ?? '/'), replace: true })
    } catch (failure) {
      setError(failure)
      setBusy(false)
    }
  }
  return (
    <Entrance
      title={ended ? 'Welcome back. Your session has ended.' : 'What should I do now?'}
      below={
        <div className="flex flex-wrap justify-between gap-x-6 gap-y-2">
          <span>
            New here?{' '}
            <Link to="/sign-up" search={{ next }} className={entranceLink}>
              Open an account
            </Link>
          </span>
          <Link to="/forgot" className={entranceLink}>
            Forgot your password?
          </Link>
        </div>
      }
    >
      <form onSubmit={(e) => void submit(e)} className="flex flex-col gap-4">
        <Field label="E-mail" name="email" type="email" autoComplete="username" inputMode="email" required autoFocus />
        <Field label="Password" name="password" type="password" autoComplete="current-password" required />
        <Failure>
          {error !== null &&
            (isStatus(error, 401) ? 'E-mail or password is wrong. Check both and try again.' : explain(error))}
        </Failure>
        <Button kind="primary" type="submit" disabled={busy}>
          Sign in
        </Button>
      </form>
    </Entrance>
  )
}
