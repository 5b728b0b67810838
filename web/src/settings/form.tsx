import { useState, type FormEvent } from 'react'
import { explain, Problem } from '../api/errors'
import { Failure } from '../ui/field'

/** A form of the account: what was refused stands at its field, what was done in words below. */
export function useForm(fields: string[], send: (form: FormData) => Promise<string>) {
  const [error, setError] = useState<unknown>(null)
  const [said, setSaid] = useState('')
  const [busy, setBusy] = useState(false)
  const problem = error instanceof Problem ? error : null
  const elsewhere = error !== null && !problem?.fields.some((f) => fields.includes(f.field))
  const submit = async (e: FormEvent<HTMLFormElement>) => {
    e.preventDefault()
    const form = e.currentTarget
    setBusy(true)
    setError(null)
    setSaid('')
    try {
      setSaid(await send(new FormData(form)))
      form.reset()
    } catch (failure) {
      setError(failure)
    }
    setBusy(false)
  }
  return {
    busy,
    wrong: (field: string) => problem?.field(field),
    form: { onSubmit: (e: FormEvent<HTMLFormElement>) => void submit(e), className: 'flex max-w-100 flex-col gap-4' },
    below: (
      <>
        <Failure>{elsewhere && explain(error)}</Failure>
        <p role="status" className="text-[14px] text-ink-2 empty:hidden">
          {said}
        </p>
      </>
    ),
  }
}
