import { useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { explain, Problem } from '../api/errors'
import { saveTemplate, type Source } from '../api/templates'
import { Button } from '../ui/button'
import { Dialog } from '../ui/dialog'
import { Failure, Field } from '../ui/field'
import { useHere } from '../ui/here'
import { short } from '../ui/short'
import { sayDone, tell } from './actions'
import { openOverlay, useAbout, useOverlay } from './overlay'

/** Keeps a task with its steps, or a project, to be made again. */
export default function SaveTemplate() {
  const open = useOverlay() === 'save-template'
  const about = useAbout()
  return (
    <Dialog open={open} onClose={() => openOverlay(null)} title="Save as template">
      {open && about?.source && <Form source={about.source} name={about.name ?? ''} />}
    </Dialog>
  )
}

/** As long as a name may be. */
const longest = 100

function Form({ source, name }: { source: Source; name: string }) {
  const client = useQueryClient()
  const here = useHere()
  const [error, setError] = useState<unknown>(null)
  const [busy, setBusy] = useState(false)
  const wrong = error instanceof Problem ? error.field('name') : undefined
  const submit = async (e: FormEvent<HTMLFormElement>) => {
    e.preventDefault()
    setBusy(true)
    setError(null)
    try {
      const made = await saveTemplate(client, source, String(new FormData(e.currentTarget).get('name')).trim())
      sayDone(client, `Saved as template: ${short(made.name)}`, made)
      if (here.current) openOverlay(null)
    } catch (failure) {
      if (!here.current) return tell(failure)
      setError(failure)
      setBusy(false)
    }
  }
  return (
    <form onSubmit={(e) => void submit(e)} className="flex min-h-0 flex-col gap-4 overflow-y-auto p-5">
      <p className="text-[14px] text-ink-2">
        {'from_task' in source ? 'The task with its steps' : 'The project with its tasks'} can be made again from it.
        Its dates are counted from the day it is used.
      </p>
      <Field
        label="Name"
        name="name"
        dir="auto"
        required
        autoFocus
        autoComplete="off"
        maxLength={longest}
        defaultValue={[...name].slice(0, longest).join('')}
        error={wrong && `It ${wrong}`}
      />
      <Failure>{error !== null && !wrong && explain(error)}</Failure>
      <div className="flex justify-end gap-2">
        <Button onClick={() => openOverlay(null)}>Cancel</Button>
        <Button kind="primary" type="submit" disabled={busy}>
          Save
        </Button>
      </div>
    </form>
  )
}
