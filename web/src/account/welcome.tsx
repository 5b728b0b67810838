import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useId, useRef, useState, type FormEvent } from 'react'
import { create } from '../api/adding'
import { edit, setPreferences } from '../api/changes'
import type { Task } from '../api/client'
import { explain, Problem } from '../api/errors'
import { preferencesQuery } from '../api/queries'
import { guessZone, zones } from '../time/zone'
import { Button, buttonClass } from '../ui/button'
import { Failure, Field, inputClass } from '../ui/field'
import { Entrance, entranceLink } from './entrance'

/** The first run: where the person is, and the first things to do. */
export default function Welcome() {
  const navigate = useNavigate()
  const client = useQueryClient()
  const preferences = useQuery(preferencesQuery)
  const [zone, setZone] = useState(guessZone)
  const [error, setError] = useState<unknown>(null)
  const [busy, setBusy] = useState(false)
  const list = useId()
  const wrongZone = error instanceof Problem && error.field('timezone') !== undefined
  const made = useRef(new Map<number, Task>()) // whoever tries again makes no task twice

  const keepZone = async () => {
    const known = preferences.data ?? (await client.fetchQuery(preferencesQuery))
    if (known.timezone === zone) return
    await setPreferences(client, known, { timezone: zone })
  }

  const keep = async (title: string, field: number) => {
    const before = made.current.get(field)
    if (before?.title === title) return
    made.current.set(field, before ? await edit(client, before, { title }) : await create(client, { title }))
  }

  const start = async (e: FormEvent<HTMLFormElement>) => {
    e.preventDefault()
    const form = new FormData(e.currentTarget)
    const titles = form.getAll('title').map((t) => String(t).trim())
    setBusy(true)
    setError(null)
    try {
      await keepZone()
      for (const [field, title] of titles.entries()) if (title) await keep(title, field)
      await client.invalidateQueries()
      await navigate({ to: '/', replace: true })
    } catch (failure) {
      setError(failure)
      setBusy(false)
    }
  }

  const bring = async () => {
    try {
      await keepZone()
      await navigate({ to: '/settings/data' })
    } catch (failure) {
      setError(failure)
    }
  }

  return (
    <Entrance
      title="Where are you, and what is on your mind?"
      below={
        <Link to="/" className={entranceLink}>
          Skip this
        </Link>
      }
    >
      <form onSubmit={(e) => void start(e)} className="flex flex-col gap-6">
        <div>
          <Field
            label="Time zone"
            list={list}
            value={zone}
            onChange={(e) => setZone(e.target.value)}
            required
            autoComplete="off"
            spellCheck={false}
            error={wrongZone ? 'There is no such zone. Choose one of the list, such as Europe/Berlin.' : undefined}
            hint={`${zone === guessZone() ? 'Guessed from this browser. ' : ''}Today and tomorrow begin by it.`}
          />
          <datalist id={list}>
            {zones().map((z) => (
              <option key={z} value={z} />
            ))}
          </datalist>
        </div>
        <fieldset className="flex flex-col gap-2">
          <legend className="mb-1 text-[13px] font-medium text-ink-2">Up to three things to do</legend>
          {['Write the blog post', 'Pay the electricity bill', 'Call grandmother'].map((example, i) => (
            <input
              key={example}
              name="title"
              aria-label={`Task ${i + 1}`}
              placeholder={example}
              dir="auto"
              autoComplete="off"
              className={inputClass}
            />
          ))}
        </fieldset>
        <Failure>{error !== null && !wrongZone && explain(error)}</Failure>
        <div className="flex flex-wrap gap-2">
          <Button kind="primary" type="submit" disabled={busy}>
            Start
          </Button>
          <button type="button" onClick={() => void bring()} className={buttonClass('ghost')}>
            Import a file instead
          </button>
        </div>
      </form>
    </Entrance>
  )
}
