import { useQueryClient } from '@tanstack/react-query'
import { useId, useState, type FormEvent } from 'react'
import { explain, Problem } from '../api/errors'
import { makeToken, type NewToken as Made } from '../api/grants'
import { Button } from '../ui/button'
import { Failure, Field, inputClass } from '../ui/field'
import { lives, scopes } from './scopes'

/** What a token is to be called, what it may do, and for how long. */
export function NewToken({ onMade }: { onMade: (made: Made) => void }) {
  const client = useQueryClient()
  const id = useId()
  const [error, setError] = useState<unknown>(null)
  const [busy, setBusy] = useState(false)
  const problem = error instanceof Problem ? error : null
  const wrong = { name: problem?.field('name'), scopes: problem?.field('scopes') }
  const submit = async (e: FormEvent<HTMLFormElement>) => {
    e.preventDefault()
    const form = new FormData(e.currentTarget)
    setBusy(true)
    setError(null)
    try {
      onMade(
        await makeToken(client, {
          name: String(form.get('name')).trim(),
          scopes: form.getAll('scope').map(String),
          expires_in_days: Number(form.get('days')),
        }),
      )
    } catch (failure) {
      setError(failure)
      setBusy(false)
    }
  }
  return (
    <form onSubmit={(e) => void submit(e)} className="flex max-w-110 flex-col gap-4">
      <Field label="Name" name="name" maxLength={100} required autoComplete="off" dir="auto" error={wrong.name} />
      <fieldset aria-describedby={wrong.scopes ? `${id}-scopes` : undefined}>
        <legend className="mb-1 text-[13px] font-medium text-ink-2">It may</legend>
        {scopes.map(({ scope, words, standard }) => (
          <label key={scope} className="flex min-h-11 cursor-pointer items-center gap-3 text-[14px] fine:min-h-9">
            <input
              type="checkbox"
              name="scope"
              value={scope}
              defaultChecked={standard}
              className="size-4.5 accent-accent"
            />
            {words}
          </label>
        ))}
        <p id={`${id}-scopes`} className="mt-1 text-[13px] text-danger empty:hidden">
          {wrong.scopes}
        </p>
      </fieldset>
      <div>
        <label htmlFor={`${id}-days`} className="mb-1 block text-[13px] font-medium text-ink-2">
          Expires
        </label>
        <select id={`${id}-days`} name="days" defaultValue="90" className={inputClass}>
          {lives.map(({ days, words }) => (
            <option key={days} value={days}>
              {words}
            </option>
          ))}
        </select>
      </div>
      <Failure>{error !== null && !wrong.name && !wrong.scopes && explain(error)}</Failure>
      <div>
        <Button kind="primary" type="submit" disabled={busy}>
          Make the token
        </Button>
      </div>
    </form>
  )
}
