import { useState, type FormEvent } from 'react'
import { explain, isStatus, wantsCode } from '../api/errors'
import { Button } from '../ui/button'
import { Failure, Field } from '../ui/field'
import { Entrance, entranceLink } from './entrance'

/** After the password: a code of the person's app, or a recovery code in its place. */
export function CodeStep({ enter, back }: { enter: (code: string) => Promise<void>; back: () => void }) {
  const [recovery, setRecovery] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const [busy, setBusy] = useState(false)
  const submit = async (e: FormEvent<HTMLFormElement>) => {
    e.preventDefault()
    const form = e.currentTarget
    setBusy(true)
    setError(null)
    try {
      await enter(String(new FormData(form).get('code')).trim())
    } catch (failure) {
      setError(failure)
      setBusy(false)
      form.reset()
      form.querySelector('input')?.focus()
    }
  }
  const other = () => {
    setRecovery(!recovery)
    setError(null)
  }
  return (
    <Entrance
      title="One step more"
      below={
        <div className="flex flex-wrap justify-between gap-x-6 gap-y-2">
          <button type="button" onClick={other} className={entranceLink}>
            {recovery ? 'Use a code of your app' : 'Use a recovery code'}
          </button>
          <button type="button" onClick={back} className={`${entranceLink} justify-end`}>
            Back
          </button>
        </div>
      }
    >
      <form onSubmit={(e) => void submit(e)} className="flex flex-col gap-4">
        <p className="text-ink-2">
          {recovery
            ? 'Type one of the recovery codes you kept. It works once.'
            : 'Type the six digits that your app shows now.'}
        </p>
        <Field
          key={String(recovery)}
          label={recovery ? 'Recovery code' : 'Code'}
          name="code"
          required
          autoFocus
          spellCheck={false}
          autoCapitalize="none"
          {...(recovery
            ? { autoComplete: 'off' }
            : { autoComplete: 'one-time-code', inputMode: 'numeric' as const, maxLength: 7 })}
        />
        <Failure>
          {error !== null &&
            (wantsCode(error)
              ? 'That code is not right, or was used before. Try the next one.'
              : isStatus(error, 429) && error.retryAfter! > 60
                ? `${error.message}. Try again in ${Math.ceil(error.retryAfter! / 60)} min.`
                : explain(error))}
        </Failure>
        <Button kind="primary" type="submit" disabled={busy}>
          Sign in
        </Button>
      </form>
    </Entrance>
  )
}
