import { useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { useCallback, useEffect, useRef, useState, type FormEvent } from 'react'
import { explain, isStatus, wantsCode } from '../api/errors'
import { meQuery } from '../api/queries'
import { signIn } from '../api/session'
import { isConsent } from '../consent/place'
import { Button } from '../ui/button'
import { Failure, Field } from '../ui/field'
import { CodeStep } from './code-step'
import { Entrance, entranceLink } from './entrance'
import { enterByPasskey, isRefusal, offerPasskeys, takesPasskeys } from './passkey'

const wrongWords = 'E-mail or password is wrong. Check both and try again.'

export default function SignIn() {
  const navigate = useNavigate()
  const client = useQueryClient()
  const { next, ended } = useSearch({ from: '/sign-in' })
  const [said, setSaid] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const [asked, setAsked] = useState<{ email: string; password: string } | null>(null)
  const [passkeys] = useState(takesPasskeys)

  const go = useCallback(async () => {
    const me = await client.fetchQuery(meQuery).catch(() => null) // whatever keeps it is said on the next screen
    if (me?.erase_at) await navigate({ to: '/leaving', search: { next }, replace: true })
    else if (next && isConsent(next)) location.replace(next)
    else await navigate({ to: next ?? '/', replace: true })
  }, [client, navigate, next])
  const ofPasskey = (error: unknown) => {
    setBusy(false)
    setSaid(isRefusal(error) ? 'No passkey was used. Try again, or type your password.' : explain(error))
  }
  /** One question to the device at a time: the button's takes the place of the field's. */
  const asking = useRef<AbortController>(null)
  const question = () => {
    asking.current?.abort()
    return (asking.current = new AbortController()).signal
  }
  const atPassword = asked === null
  useEffect(() => {
    if (!passkeys || !atPassword) return
    offerPasskeys(question(), (error) => (error === undefined ? void go() : ofPasskey(error)))
    return () => asking.current?.abort()
  }, [passkeys, atPassword, go])
  const byPasskey = async () => {
    setBusy(true)
    setSaid(null)
    try {
      await enterByPasskey(question())
      await go()
    } catch (failure) {
      ofPasskey(failure)
    }
  }

  const submit = async (e: FormEvent<HTMLFormElement>) => {
    e.preventDefault()
    const form = new FormData(e.currentTarget)
    const who = { email: String(form.get('email')).trim(), password: String(form.get('password')) }
    setBusy(true)
    setSaid(null)
    try {
      await signIn(who.email, who.password)
      await go()
    } catch (failure) {
      setBusy(false)
      if (wantsCode(failure)) setAsked(who)
      else setSaid(isStatus(failure, 401) ? wrongWords : explain(failure))
    }
  }
  const withCode = async (code: string) => {
    await signIn(asked!.email, asked!.password, code)
    await go()
  }

  if (asked) return <CodeStep enter={withCode} back={() => setAsked(null)} />
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
        <Field
          label="E-mail"
          name="email"
          type="email"
          autoComplete={passkeys ? 'username webauthn' : 'username'}
          inputMode="email"
          required
          autoFocus
        />
        <Field label="Password" name="password" type="password" autoComplete="current-password" required />
        <Failure>{said}</Failure>
        <Button kind="primary" type="submit" disabled={busy}>
          Sign in
        </Button>
        {passkeys && (
          <Button disabled={busy} onClick={() => void byPasskey()}>
            Use a passkey
          </Button>
        )}
      </form>
    </Entrance>
  )
}
