import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useId, useState, type FormEvent } from 'react'
import { explain } from '../api/errors'
import { makeFrom, templatesQuery, type Template } from '../api/templates'
import { present } from '../time/now'
import { dayOf } from '../time/zone'
import { Button, buttonClass } from '../ui/button'
import { Dialog } from '../ui/dialog'
import { Failure, Field, inputClass } from '../ui/field'
import { useHere } from '../ui/here'
import { short } from '../ui/short'
import { Bone, Soon } from '../ui/skeleton'
import { sayDone, tell } from './actions'
import { openOverlay, useAbout, useOverlay } from './overlay'
import { makes } from './templates'
import { useZone } from './zone'

/** Makes a task or a project from a template, its dates counted from a day. */
export default function UseTemplate() {
  return (
    <Dialog open={useOverlay() === 'template'} onClose={() => openOverlay(null)} title="Use a template">
      <Choice />
    </Dialog>
  )
}

function Choice() {
  const { data: templates, error, refetch } = useQuery(templatesQuery)
  if (templates && templates.length > 0) return <Form templates={templates} />
  if (templates)
    return (
      <div className="flex flex-col items-start gap-5 p-5">
        <p className="max-w-[52ch] text-[14px] text-ink-2">
          There is none yet. Open a task that you do again and again, and choose “Save as template…” under More: its
          steps go along, and its dates are counted from the day you use it.
        </p>
        <Link to="/tasks" className={buttonClass()} onClick={() => openOverlay(null)}>
          To the tasks
        </Link>
      </div>
    )
  if (error)
    return (
      <div role="alert" className="p-5">
        <p className="mb-4 text-[14px] text-ink-2">{explain(error)}</p>
        <Button onClick={() => void refetch()}>Try again</Button>
      </div>
    )
  return (
    <div className="p-5">
      <Soon>
        <Bone className="mb-4 h-11 w-full" />
        <Bone className="h-11 w-1/2" />
      </Soon>
    </div>
  )
}

function Form({ templates }: { templates: Template[] }) {
  const client = useQueryClient()
  const zone = useZone()
  const about = useAbout()
  const id = useId()
  const [chosen, setChosen] = useState(about?.id ?? templates[0]!.id)
  const here = useHere()
  const [error, setError] = useState<unknown>(null)
  const [busy, setBusy] = useState(false)
  const template = templates.find((t) => t.id === chosen) ?? templates[0]!
  const submit = async (e: FormEvent<HTMLFormElement>) => {
    e.preventDefault()
    const form = new FormData(e.currentTarget)
    const name = String(form.get('name')).trim()
    setBusy(true)
    setError(null)
    try {
      const made = await makeFrom(client, template, {
        date: String(form.get('date')),
        ...(name ? { name } : {}),
      })
      const title = made.project?.name ?? made.task?.title ?? template.name
      const all = made.tasks > 1 ? ` · ${made.tasks} tasks` : ''
      sayDone(client, `Made: ${short(title)}${all}`, made)
      if (here.current) openOverlay(null)
    } catch (failure) {
      if (!here.current) return tell(failure)
      setError(failure)
      setBusy(false)
    }
  }
  return (
    <form onSubmit={(e) => void submit(e)} className="flex min-h-0 flex-col gap-4 overflow-y-auto p-5">
      <div>
        <label htmlFor={id} className="mb-1 block text-[13px] font-medium text-ink-2">
          Template
        </label>
        <select
          id={id}
          dir="auto"
          value={template.id}
          aria-describedby={`${id}-makes`}
          onChange={(e) => setChosen(e.target.value)}
          className={inputClass}
        >
          {templates.map((t) => (
            <option key={t.id} value={t.id}>
              {t.name}
            </option>
          ))}
        </select>
        <p id={`${id}-makes`} className="mt-1 text-[13px] text-ink-3">
          Makes {makes(template)}
        </p>
      </div>
      <div className="grid gap-4 desk:grid-cols-2">
        <Field
          label="Day"
          name="date"
          type="date"
          required
          min="1970-01-01"
          max="9998-12-31"
          defaultValue={dayOf(present(), zone)}
          hint="Its dates are counted from this day."
        />
        <Field
          label="Name, if another one"
          name="name"
          dir="auto"
          autoComplete="off"
          maxLength={template.kind === 'project' ? 100 : 200}
          placeholder={template.name}
          defaultValue={about?.name}
        />
      </div>
      <Failure>{error !== null && explain(error)}</Failure>
      <div className="flex justify-end gap-2">
        <Button kind="primary" type="submit" disabled={busy}>
          Use it
        </Button>
      </div>
    </form>
  )
}
