import { useCallback, useId, type ReactNode } from 'react'
import type { Status, Task } from '../api/client'
import { isOpen } from '../api/queries'
import { useActions } from '../shell/actions'
import { statusNames } from '../shell/field-words'
import { isAsked } from '../shell/scope'
import { useWords } from '../time/now'
import { effortWords, isDay, momentWords } from '../time/words'
import { clockOf, dayOf, instantAt } from '../time/zone'
import { inputClass } from '../ui/field'
import { instant } from './choices'
import { never, useDraft } from './draft'
import type { Editing } from './editing'

export type FieldProps = { task: Task; editing: Editing }

/** A label, its field, and what is wrong about it. */
export function Row({
  label,
  htmlFor,
  error,
  children,
}: {
  label: string
  htmlFor?: string
  error: string | undefined
  children: ReactNode
}) {
  return (
    <div className="grid grid-cols-[72px_minmax(0,1fr)] items-start gap-x-3 desk:grid-cols-[96px_minmax(0,1fr)]">
      <dt className="flex min-h-11 items-center text-[13px] text-ink-3 fine:min-h-10">
        {htmlFor ? <label htmlFor={htmlFor}>{label}</label> : <span id={`of-${label}`}>{label}</span>}
      </dt>
      <dd className="min-w-0">
        {children}
        <p role="alert" className="mt-1 text-[13px] text-danger empty:hidden">
          {error && `It ${error}`}
        </p>
      </dd>
    </div>
  )
}

const length = (text: string) => [...text.normalize('NFC').trim()].length

export function Title({ task, editing: { save, wrong } }: FieldProps) {
  const draft = useDraft(
    task,
    task.title,
    useCallback(async (from, text) => text.trim() !== '' && save(from, { title: text }), [save]),
    isAsked(task, 'title') ? never : undefined,
  )
  const error = draft.value.trim() === '' ? 'needs some words' : wrong('title')
  return (
    <div>
      <textarea
        aria-label="Title"
        aria-invalid={error ? true : undefined}
        dir="auto"
        rows={1}
        value={draft.value}
        onChange={(e) => draft.change(e.target.value.replace(/[\r\n]+/g, ' '))}
        onBlur={() => (draft.value.trim() === '' ? draft.drop() : draft.leave())}
        onKeyDown={(e) => {
          if (e.key !== 'Enter') return
          e.preventDefault()
          draft.leave()
        }}
        className="-mx-2 -my-1 field-sizing-content min-h-11 w-[calc(100%+16px)] resize-none rounded-lg bg-transparent px-2 py-2 text-[20px] fine:my-0 fine:min-h-0 fine:py-1 leading-snug font-[640] tracking-[-0.015em] hover:bg-paper focus:bg-paper"
      />
      <p className="flex justify-between text-[13px] text-ink-3">
        <span role="alert" className="text-danger">
          {error && `It ${error}`}
        </span>
        {length(draft.value) > 160 && <span className="tnum">{length(draft.value)} / 200</span>}
      </p>
    </div>
  )
}

export function Notes({ task, editing: { save, wrong } }: FieldProps) {
  const draft = useDraft(
    task,
    task.description ?? '',
    useCallback((from, text) => save(from, { description: text.trim() === '' ? null : text }), [save]),
    isAsked(task, 'description') ? never : undefined,
  )
  const id = useId()
  const error = wrong('description')
  return (
    <div className="mt-3 mb-6">
      <label htmlFor={id} className="sr-only">
        Description
      </label>
      <textarea
        id={id}
        dir="auto"
        rows={3}
        placeholder="Description"
        aria-invalid={error ? true : undefined}
        aria-describedby={`${id}-said`}
        value={draft.value}
        onChange={(e) => draft.change(e.target.value)}
        onBlur={draft.leave}
        className={`${inputClass} field-sizing-content max-h-100 min-h-24! resize-none bg-paper py-2.5 text-[14px]`}
      />
      <p id={`${id}-said`} className="mt-1 flex justify-between gap-3 text-[13px] text-ink-3">
        <span role="alert" className="text-danger">
          {error && `It ${error}`}
        </span>
        {draft.value !== '' && (
          <span className={`tnum ${length(draft.value) > 2000 ? 'text-danger' : ''}`}>
            {length(draft.value)} / 2000
          </span>
        )}
      </p>
    </div>
  )
}

/** What a status can be changed to: snoozed is chosen with a moment, by the moon above; what is done cannot be given up, nor the other way. */
const offered = (task: Task): Status[] =>
  (Object.keys(statusNames) as Status[]).filter((to) => {
    if (to === task.status) return true
    return to !== 'snoozed' && (isOpen(task) || to === 'pending' || to === 'in_progress')
  })

export function StatusField({ task, zone }: FieldProps & { zone: string }) {
  const actions = useActions()
  const id = useId()
  const change = (to: Status) => {
    if (to === 'completed') void actions.complete(task)
    else if (to === 'cancelled') void actions.cancel(task)
    else if (to === 'in_progress') void actions.start(task)
    else if (!isOpen(task)) void actions.reopen(task)
    else if (task.status === 'snoozed') void actions.wake(task)
    else void actions.stop(task)
  }
  return (
    <Row label="Status" htmlFor={id} error={undefined}>
      <select id={id} value={task.status} onChange={(e) => change(e.target.value as Status)} className={inputClass}>
        {offered(task).map((s) => (
          <option key={s} value={s}>
            {statusNames[s]}
          </option>
        ))}
      </select>
      {task.snoozed_until && <SnoozedUntil at={task.snoozed_until} zone={zone} />}
    </Row>
  )
}

function SnoozedUntil({ at, zone }: { at: string; zone: string }) {
  const words = useWords((now) => momentWords(Date.parse(at), now, zone))
  return <p className="mt-1 text-[13px] text-ink-3">until {words.text}</p>
}

const chip =
  'min-h-11 min-w-11 rounded-full border border-line px-3 text-[13.5px] text-ink-2 hover:border-ink-3 aria-pressed:border-accent aria-pressed:bg-accent-soft aria-pressed:text-accent fine:min-h-9 fine:min-w-9'

export function Priority({ task, editing: { save, wrong } }: FieldProps) {
  return (
    <Row label="Priority" error={wrong('priority')}>
      <div role="group" aria-labelledby="of-Priority" className="tnum flex flex-wrap gap-1">
        {[1, 2, 3, 4, 5].map((n) => (
          <button
            key={n}
            type="button"
            aria-pressed={task.priority === n}
            onClick={() => void save(task, { priority: n })}
            className={chip}
          >
            {n}
          </button>
        ))}
      </div>
    </Row>
  )
}

export function Dates({ task, editing, zone }: FieldProps & { zone: string }) {
  return (
    <>
      <DateRow task={task} editing={editing} zone={zone} label="Due" field="due_date" />
      <DateRow task={task} editing={editing} zone={zone} label="Starts" field="start_date" />
    </>
  )
}

/** A day, or a day and the time of it, in the person's zone. */
function DateRow({
  task,
  editing: { save, wrong },
  zone,
  label,
  field,
}: FieldProps & { zone: string; label: string; field: 'due_date' | 'start_date' }) {
  const value = task[field]
  const day = value ? (isDay(value) ? value : dayOf(Date.parse(value), zone)) : ''
  const clock = value && !isDay(value) ? clockOf(Date.parse(value), zone) : ''
  const shown = clock ? `${day} ${clock}` : day
  const id = useId()
  const draft = useDraft(
    task,
    shown,
    useCallback(
      async (from, text) => {
        const [onDay = '', at = ''] = text.split(' ')
        if (onDay === '' && at !== '') return false
        const before = from[field]
        const to = onDay === '' ? null : at ? instant(instantAt(onDay, at, zone)) : onDay
        if (to === before) return true
        return (await save(from, { [field]: to })) !== false // where it is not said for which times, it is as it was
      },
      [save, field, zone],
    ),
  )
  const [onDay = '', at = ''] = draft.value.split(' ')
  return (
    <Row label={label} htmlFor={id} error={wrong(field)}>
      <div className="flex flex-wrap gap-1.5">
        <input
          id={id}
          type="date"
          min="1970-01-01"
          max="9998-12-31"
          value={onDay}
          aria-invalid={wrong(field) ? true : undefined}
          onChange={(e) => {
            const to = e.target.value
            // A date of which a part is being typed anew reads as none, and a year as a small one.
            if (to === '' || to >= '1970') draft.change(at && to ? `${to} ${at}` : to, to !== '')
          }}
          onBlur={draft.leave}
          className={`${inputClass} w-auto! min-w-34 flex-1`}
        />
        <input
          type="time"
          aria-label={`${label}: time, if it matters`}
          value={at}
          disabled={onDay === ''}
          onChange={(e) => draft.change(e.target.value ? `${onDay} ${e.target.value}` : onDay)}
          onBlur={draft.leave}
          className={`${inputClass} w-auto! min-w-30 flex-1 disabled:opacity-50`}
        />
      </div>
    </Row>
  )
}

const efforts = [15, 30, 60]

export function Estimate({ task, editing: { save, wrong } }: FieldProps) {
  const minutes = task.effort_estimate_minutes
  const id = useId()
  const draft = useDraft(
    task,
    minutes === null ? '' : String(minutes),
    useCallback((from, text) => save(from, { effort_estimate_minutes: text === '' ? null : Number(text) }), [save]),
  )
  return (
    <Row label="Effort" htmlFor={id} error={wrong('effort_estimate_minutes')}>
      <div className="flex flex-wrap items-center gap-1">
        <input
          id={id}
          type="number"
          inputMode="numeric"
          min={1}
          max={10080}
          value={draft.value}
          aria-invalid={wrong('effort_estimate_minutes') ? true : undefined}
          onChange={(e) => draft.change(e.target.value)}
          onBlur={draft.leave}
          className={`${inputClass} w-21!`}
        />
        <span className="mr-1.5 text-[13px] text-ink-3">min</span>
        {efforts.map((n) => (
          <button
            key={n}
            type="button"
            aria-pressed={minutes === n}
            aria-label={`Effort ${effortWords(n)}`}
            onClick={() => {
              draft.drop()
              void save(task, { effort_estimate_minutes: minutes === n ? null : n })
            }}
            className={`${chip} px-2.5`}
          >
            {n < 60 ? n : `${n / 60} h`}
          </button>
        ))}
      </div>
    </Row>
  )
}

export function PreferredTime({ task, editing: { save, wrong } }: FieldProps) {
  const id = useId()
  return (
    <Row label="Best in the" htmlFor={id} error={wrong('preferred_time')}>
      <select
        id={id}
        value={task.preferred_time ?? ''}
        onChange={(e) => void save(task, { preferred_time: e.target.value || null })}
        className={inputClass}
      >
        <option value="">Any time of day</option>
        <option value="morning">Morning</option>
        <option value="afternoon">Afternoon</option>
        <option value="evening">Evening</option>
      </select>
    </Row>
  )
}
