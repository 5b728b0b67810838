import { useRef, useState, type FormEvent } from 'react'
import { Button } from '../ui/button'
import { Dialog } from '../ui/dialog'
import { present } from '../time/now'
import { nameOfWeekday } from '../time/words'
import { addDays, dayOf, weekday } from '../time/zone'
import { useActions } from './actions'
import { openOverlay, useOverlay } from './overlay'
import { useZone } from './zone'

const efforts = [15, 30, 60, 120]

/** Adds a task in one breath: a title, and what is easily said about it. Enter adds, and the next one can follow. */
export default function QuickAdd() {
  return (
    <Dialog open={useOverlay() === 'add'} onClose={() => openOverlay(null)} title="Add a task" hideTitle>
      <Form />
    </Dialog>
  )
}

/** What was chosen in it goes with it. */
function Form() {
  const zone = useZone()
  const actions = useActions()
  const title = useRef<HTMLInputElement>(null)
  const [due, setDue] = useState<string | null>(null)
  const [priority, setPriority] = useState<number | null>(null)
  const [effort, setEffort] = useState<number | null>(null)
  const today = dayOf(present(), zone)
  const monday = addDays(today, 8 - weekday(today))
  const add = (e: FormEvent) => {
    e.preventDefault()
    const text = title.current?.value.trim()
    if (!text) return
    const adding = actions.add({
      title: text,
      ...(due ? { due_date: due } : {}),
      ...(priority ? { priority } : {}),
      ...(effort ? { effort_estimate_minutes: effort } : {}),
    })
    const input = title.current!
    void adding.then((made) => {
      if (!made && input.value === '') input.value = text // what was typed is not lost
    })
    input.value = ''
    input.focus()
    setDue(null)
    setPriority(null)
    setEffort(null)
  }
  const back = () => title.current?.focus()
  return (
    <form onSubmit={add} className="flex min-h-0 flex-col gap-4 overflow-y-auto p-5">
      <input
        ref={title}
        autoFocus
        required
        dir="auto"
        enterKeyHint="done"
        autoComplete="off"
        aria-label="Title"
        placeholder="What has to be done?"
        className="min-h-11 w-full bg-transparent pr-10 text-[20px] font-[550] tracking-[-0.01em] outline-none"
      />
      <Choice
        onPointer={back}
        label="Due"
        value={due}
        onChange={setDue}
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
        value={priority}
        onChange={setPriority}
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
        value={effort}
        onChange={setEffort}
        choices={efforts.map((m) => [m, m < 60 ? `${m} min` : `${m / 60} h`])}
      />
      <div className="flex justify-end gap-2">
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
