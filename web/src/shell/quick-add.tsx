import { useQueryClient } from '@tanstack/react-query'
import { useId, useRef, useState, type FormEvent } from 'react'
import { flushSync } from 'react-dom'
import type { Token } from '../api/quick'
import { Button, IconButton } from '../ui/button'
import { Dialog } from '../ui/dialog'
import { present } from '../time/now'
import { nameOfWeekday } from '../time/words'
import { addDays, dayOf, weekday } from '../time/zone'
import { openOverlay, useOverlay } from './overlay'
import { addLine } from './quick'
import { Chips } from './quick-chips'
import { QuickField } from './quick-field'
import { QuickHelp } from './quick-help'
import { standing, takenBack, type Piece } from './quick-text'
import { useSaid, useUnderstanding } from './understanding'
import { useZone } from './zone'

const efforts = [15, 30, 60, 120]

/** Adds a task in one breath: a line that says all about it, or buttons beside. Enter adds, and the next one can follow. */
export default function QuickAdd() {
  return (
    <Dialog open={useOverlay() === 'add'} onClose={() => openOverlay(null)} title="Add a task" hideTitle>
      <Form />
    </Dialog>
  )
}

/** What was chosen in it goes with it. */
function Form() {
  const client = useQueryClient()
  const zone = useZone()
  const id = useId()
  const field = useRef<HTMLTextAreaElement>(null)
  const [text, setText] = useState('')
  const { known, read } = useUnderstanding()
  const said = useSaid(known)
  const [wrong, setWrong] = useState('')
  const [help, setHelp] = useState(false)
  const [due, setDue] = useState<string | null>(null)
  const [priority, setPriority] = useState<number | null>(null)
  const [effort, setEffort] = useState<number | null>(null)
  const today = dayOf(present(), zone)
  const monday = addDays(today, 8 - weekday(today))
  const pieces = standing(known, text)

  const type = (to: string, wait?: number) => {
    setText(to)
    setWrong('')
    read(to, wait)
  }
  const add = (e: FormEvent) => {
    e.preventDefault()
    if (text.trim() === '') return
    if (known?.text === text && known.said.title === '') {
      setWrong('It needs a title too: all of this says when or how.')
      return
    }
    const beside = {
      ...(due ? { due_date: due } : {}),
      ...(priority ? { priority } : {}),
      ...(effort ? { effort_estimate_minutes: effort } : {}),
    }
    void addLine(client, text, known, beside, zone).then((made) => {
      if (!made && field.current?.value === '') type(text) // what was typed is not lost
    })
    type('')
    field.current?.focus()
    setDue(null)
    setPriority(null)
    setEffort(null)
  }
  /** What was typed is what it is to be called. */
  const fromTemplate = () => {
    const name = (known?.text === text ? known.said.title : text).trim()
    openOverlay('template', name ? { name } : null)
  }
  const back = () => field.current?.focus()
  /** What was understood is text again: as if the backslash had been typed before it. */
  const takeBack = (piece: Piece) => {
    const to = takenBack(text, piece)
    flushSync(() => type(to, 0))
    field.current?.focus()
    field.current?.setSelectionRange(to.length, to.length)
  }
  /** A choice that the text has made is taken back there. */
  const choice = <T extends string | number>(
    kind: Token['kind'],
    chosen: T | null,
    choose: (to: T | null) => void,
    understood: T | null | undefined,
  ) => {
    const piece = pieces.find((p) => p.token.kind === kind)
    return {
      value: chosen ?? (piece ? (understood ?? null) : null),
      onChange: (to: T | null) => {
        if (to === null && chosen === null && piece) takeBack(piece)
        else choose(to)
      },
    }
  }
  return (
    <form onSubmit={add} className="flex min-h-0 flex-col gap-4 overflow-y-auto p-5">
      <div>
        <QuickField ref={field} text={text} pieces={pieces} describedBy={`${id}-wrong`} onType={type} />
        <p id={`${id}-wrong`} role="alert" className="text-[13px] text-danger empty:hidden">
          {wrong}
        </p>
        <Chips pieces={pieces} onTakeBack={takeBack} />
        <p role="status" className="sr-only">
          {said}
        </p>
      </div>
      <Choice
        onPointer={back}
        label="Due"
        {...choice('due_date', due, setDue, known?.said.due_date)}
        choices={[
          [today, 'Today'],
          [addDays(today, 1), 'Tomorrow'],
          [monday, `Next ${nameOfWeekday(monday)}`],
        ]}
      >
        <input
          type="date"
          aria-label="Another day"
          value={due ?? ''}
          onChange={(e) => setDue(e.target.value || null)}
          className="min-h-11 rounded-full border border-line bg-surface fine:min-h-9 px-3 text-[13.5px] text-ink-2"
        />
      </Choice>
      <Choice
        onPointer={back}
        label="Priority"
        {...choice('priority', priority, setPriority, known?.said.priority)}
        choices={[
          [5, '5 highest'],
          [4, '4'],
          [3, '3'],
          [2, '2'],
          [1, '1'],
        ]}
      />
      <Choice
        onPointer={back}
        label="Effort"
        {...choice('effort_estimate_minutes', effort, setEffort, known?.said.effort_estimate_minutes)}
        choices={efforts.map((m) => [m, m < 60 ? `${m} min` : `${m / 60} h`])}
      />
      {help && <QuickHelp id={`${id}-help`} />}
      <div className="flex items-center justify-between gap-2">
        <IconButton
          label="What can be written"
          aria-expanded={help}
          aria-controls={`${id}-help`}
          onClick={() => setHelp(!help)}
          className="-ml-2 text-[16px] font-[550]"
        >
          ?
        </IconButton>
        <Button kind="ghost" className="mr-auto text-[14px] font-normal!" onClick={fromTemplate}>
          From a template…
        </Button>
        <Button kind="primary" type="submit">
          Add
        </Button>
      </div>
    </form>
  )
}

/** A few chips, of which one or none is chosen. */
function Choice<T extends string | number>({
  label,
  value,
  onChange,
  choices,
  onPointer,
  children,
}: {
  label: string
  value: T | null
  onChange: (to: T | null) => void
  choices: [T, string][]
  onPointer: () => void
  children?: React.ReactNode
}) {
  return (
    <div role="group" aria-label={label} className="flex flex-wrap items-center gap-1.5">
      <span className="w-16 text-[13px] text-ink-3">{label}</span>
      {choices.map(([choice, name]) => (
        <button
          key={choice}
          type="button"
          aria-pressed={value === choice}
          onClick={(e) => {
            onChange(value === choice ? null : choice)
            if (e.detail > 0) onPointer() // who clicks goes on typing; who came by keyboard stays
          }}
          className="min-h-11 min-w-11 rounded-full border border-line px-3 text-[13.5px] fine:min-h-9 fine:min-w-9 text-ink-2 hover:border-ink-3 aria-pressed:border-accent aria-pressed:bg-accent-soft aria-pressed:text-accent"
        >
          {name}
        </button>
      ))}
      {children}
    </div>
  )
}
