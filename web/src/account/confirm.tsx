import { useQueryClient } from '@tanstack/react-query'
import { Link, useLocation } from '@tanstack/react-router'
import { useState } from 'react'
import { explain, Problem } from '../api/errors'
import { Button, buttonClass } from '../ui/button'
import { Failure } from '../ui/field'
import { Entrance } from './entrance'
import { followLink, tokenHere } from './links'
import { Over } from './over'

const pages = {
  '/verify': {
    route: 'verify-email',
    title: 'Is this address yours?',
    say: 'Then it can bring you back in, should you forget the password.',
    act: 'Confirm the address',
    done: 'The address is confirmed',
    then: 'Thank you. There is nothing else to do.',
  },
  '/confirm-address': {
    route: 'confirm-email',
    title: 'Use this address from now on?',
    say: 'You sign in with it, and mails go there. The password stays as it is.',
    act: 'Use this address',
    done: 'Your account has its new address',
    then: 'Sign in with it from now on.',
  },
  '/keep-address': {
    route: 'keep-email',
    title: 'That was not you?',
    say: 'Then somebody knows your password. Your account keeps this address, everybody is signed out, the password stops to work, and you get a mail to set a new one.',
    act: 'Keep this address and sign everybody out',
    done: 'Your account is safe',
    then: 'Look at your mail: with the link there you set a new password.',
  },
} as const

/** Where a link about an address leads. It is used by a press, not by looking: programs look at mails, too. */
export default function Confirm() {
  const client = useQueryClient()
  const path = useLocation().pathname as keyof typeof pages
  const page = pages[path]
  const [token] = useState(tokenHere)
  const [error, setError] = useState<unknown>(null)
  const [busy, setBusy] = useState(false)
  const [done, setDone] = useState(false)
  const act = async () => {
    setBusy(true)
    setError(null)
    try {
      await followLink(page.route, token)
      setDone(true)
      void client.invalidateQueries({ queryKey: ['me'] })
    } catch (failure) {
      setError(failure)
    }
    setBusy(false)
  }
  if (!done && (!token || (error instanceof Problem && error.field('token')))) return <Over />
  return (
    <Entrance title={done ? page.done : page.title}>
      <p role="status" className="mb-6 text-ink-2">
        {done ? page.then : page.say}
      </p>
      {done ? (
        <Link to="/" className={buttonClass('primary')}>
          Go to MindFlow
        </Link>
      ) : (
        <Button kind="primary" disabled={busy} onClick={() => void act()}>
          {page.act}
        </Button>
      )}
      <div className="mt-4">
        <Failure>{error !== null && explain(error)}</Failure>
      </div>
    </Entrance>
  )
}
