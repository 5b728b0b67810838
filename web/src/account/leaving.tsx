import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { api, data } from '../api/client'
import { explain } from '../api/errors'
import { meQuery } from '../api/queries'
import { signOut } from '../api/session'
import { isConsent } from '../consent/place'
import { Button } from '../ui/button'
import { Failure } from '../ui/field'
import { Entrance } from './entrance'

export const dayOf = (instant: string) => new Date(instant).toLocaleDateString('en-GB', { dateStyle: 'long' })

/** Who asked for their account to be erased comes in: they can still keep it, and go on to where they wanted. */
export default function Leaving() {
  const navigate = useNavigate()
  const client = useQueryClient()
  const { next } = useSearch({ from: '/inside/leaving' })
  const erase = useQuery(meQuery).data?.erase_at
  const [error, setError] = useState<unknown>(null)
  const [busy, setBusy] = useState(false)
  const run = async (fn: () => Promise<unknown>) => {
    setBusy(true)
    setError(null)
    try {
      await fn()
    } catch (failure) {
      setError(failure)
      setBusy(false)
    }
  }
  const keep = () =>
    run(async () => {
      client.setQueryData(meQuery.queryKey, await data(api.POST('/api/auth/keep-account')))
      if (next && isConsent(next)) location.replace(next)
      else await navigate({ to: next ?? '/', replace: true })
    })
  return (
    <Entrance title="Keep your account?">
      <p className="mb-6 text-ink-2">
        You asked for it to be erased, with everything in it{erase ? `, on ${dayOf(erase)}` : ''}. Until then nothing is
        lost.
      </p>
      <div className="flex flex-wrap gap-2">
        <Button kind="primary" disabled={busy} onClick={() => void keep()}>
          Keep it
        </Button>
        <Button disabled={busy} onClick={() => void run(signOut)}>
          Sign out, and let it go
        </Button>
      </div>
      <div className="mt-4">
        <Failure>{error !== null && explain(error)}</Failure>
      </div>
    </Entrance>
  )
}
