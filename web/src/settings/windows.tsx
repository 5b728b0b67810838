import { useState, type FormEvent } from 'react'
import { explain, Problem } from '../api/errors'
import type { KnownPreferences } from '../api/queries'
import { Button } from '../ui/button'
import { Failure, inputClass } from '../ui/field'
import { say } from '../ui/toast'
import { MeanwhileNotice } from './meanwhile'
import { useSaving } from './saving'

const parts = ['morning', 'afternoon', 'evening'] as const
type Part = (typeof parts)[number]
type Window = { start: string; end: string }
type Draft = { seen: KnownPreferences; windows: Partial<Record<Part, Window>> }

/** A browser's clock has no 24:00: as an end, midnight is that. */
const asEnd = (clock: string) => (clock === '00:00' ? '24:00' : clock)
const asClock = (end: string) => (end === '24:00' ? '00:00' : end)

/** When morning, afternoon and evening are. */
export function Windows({ known }: { known: KnownPreferences }) {
  const { save, busy, error, meanwhile, forget } = useSaving()
  const [draft, setDraft] = useState<Draft | null>(null)
  const windowOf = (part: Part): Window => draft?.windows[part] ?? known.windows[part] ?? { start: '', end: '' }

  const edit = (part: Part, fields: Partial<Window>) =>
    setDraft({
      seen: draft?.seen ?? known,
      windows: { ...draft?.windows, [part]: { ...windowOf(part), ...fields } },
    })

  const put = async (seen: KnownPreferences, windows: Draft['windows']) => {
    if (!(await save(seen, { windows }))) return
    setDraft(null)
    say('Parts of the day are saved')
  }

  const back = () => {
    setDraft(null)
    forget()
  }

  const submit = (e: FormEvent) => {
    e.preventDefault()
    if (draft) void put(draft.seen, draft.windows)
  }

  const fields = error instanceof Problem && error.fields.length > 0 ? error.fields : []
  const wrong = (part: Part) => fields.filter((f) => f.field.startsWith(`windows.${part}`))

  return (
    <form noValidate onSubmit={submit}>
      <div className="grid grid-cols-[minmax(0,1fr)_auto_minmax(0,1fr)] items-center gap-x-2.5 gap-y-2 desk:max-w-110 desk:grid-cols-[minmax(0,1fr)_auto_auto_auto]">
        {parts.map((part) => {
          const { start, end } = windowOf(part)
          const said = `${part}-said`
          const bad = wrong(part)
          const name = part[0]!.toUpperCase() + part.slice(1)
          const input = (which: 'starts' | 'ends', value: string, to: (clock: string) => Partial<Window>) => (
            <input
              type="time"
              aria-label={`${name} ${which}`}
              aria-invalid={bad.length > 0 || undefined}
              aria-describedby={bad.length > 0 ? said : undefined}
              value={value}
              onChange={(e) => edit(part, to(e.target.value))}
              className={`${inputClass} tnum desk:w-36`}
            />
          )
          return (
            <div key={part} role="group" aria-label={name} className="contents">
              <span className="col-span-full font-medium desk:col-span-1">{name}</span>
              {input('starts', start, (clock) => ({ start: clock }))}
              <span className="text-[14px] text-ink-3">to</span>
              {input('ends', asClock(end), (clock) => ({ end: asEnd(clock) }))}
              <p id={said} className="col-span-full text-[13px] text-danger empty:hidden">
                {bad
                  .map((f) => `${name}${/\.(start|end)$/.exec(f.field)?.[0].replace('.', ' ') ?? ''} ${f.message}`)
                  .join('; ')}
              </p>
            </div>
          )
        })}
      </div>
      <Failure>{error !== null && fields.length === 0 && explain(error)}</Failure>
      <div className="mt-4 flex gap-2">
        <Button kind="primary" type="submit" disabled={busy || draft === null}>
          Save
        </Button>
        <Button kind="ghost" disabled={draft === null} onClick={back}>
          Reset
        </Button>
      </div>
      {meanwhile && (
        <MeanwhileNotice
          meanwhile={meanwhile}
          leave={back}
          keep={() => void put(meanwhile.theirs, meanwhile.mine.windows ?? {})}
        />
      )}
    </form>
  )
}
