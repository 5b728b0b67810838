import { useId, useRef, useState, type FormEvent } from 'react'
import { useActions } from '../shell/actions'
import { Icon } from '../ui/icon'
import { daysBetween, type Day } from '../time/zone'
import { nameOfDay, nameOfWeekday } from '../time/words'
import { useDropTarget } from './drag'
import type { Look } from './look'
import type { Group, Place } from './plan'
import { Row, type Ask } from './row'

/** A heading's words: what a day is called, and its date. */
export function headingOf(place: Place, today: Day): [string, string] {
  if (place === 'overdue') return ['Overdue', '']
  if (place === 'later') return ['Later', '']
  const date = nameOfDay(place, today)
  const days = daysBetween(today, place)
  if (days < 2) return [days === 0 ? 'Today' : 'Tomorrow', date]
  return [nameOfWeekday(place), date.slice(4)]
}

const few = 30

/** A day and what is due on it: tasks are dropped here, and added. */
export function GroupOf({
  group,
  today,
  look,
  ask,
  more,
  action,
}: {
  group: Group
  today: Day
  look: Look
  ask: Ask
  /** There are more than were fetched. */
  more: boolean
  action?: React.ReactNode
}) {
  const { place, tasks } = group
  const ref = useRef<HTMLElement>(null)
  const id = useId()
  const over = useDropTarget(ref, place)
  const [most, setMost] = useState(few)
  const [name, date] = headingOf(place, today)
  const tone = place === 'overdue' ? 'text-deadline-ink' : place === today ? 'text-accent' : ''
  return (
    <section
      ref={ref}
      data-place={place}
      aria-labelledby={id}
      className={`flex min-h-0 flex-col rounded-control px-2 transition-colors ${look === 'columns' ? 'w-61 flex-none' : 'pb-3'} ${over ? 'bg-accent-soft' : ''}`}
    >
      <header className="flex h-11 flex-none items-baseline gap-2 border-b border-line pt-2.5 pb-2">
        <h2 id={id} className="flex min-w-0 items-baseline gap-2 whitespace-nowrap">
          <span className={`font-[640] tracking-[-0.01em] ${tone}`}>{name}</span>
          {date && <span className="tnum text-[13px] font-[450] text-ink-3">{date}</span>}
        </h2>
        {tasks.length > 0 && (
          <span className="tnum text-[13px] text-ink-3">
            <span className="sr-only">Tasks: </span>
            {tasks.length}
            {more && '+'}
          </span>
        )}
        <span className="ml-auto self-center">{action}</span>
      </header>
      <div className={look === 'columns' ? 'min-h-0 flex-1 overflow-y-auto overscroll-contain pb-4' : ''}>
        <ol>
          {tasks.slice(0, most).map((task) => (
            <Row key={task.id} task={task} place={place} ask={ask} />
          ))}
        </ol>
        {tasks.length > most && (
          <button
            type="button"
            onClick={() => setMost(most + 100)}
            className="mt-1 min-h-11 rounded-control px-2 text-[13px] font-medium text-ink-3 hover:text-ink fine:min-h-9"
          >
            Show {Math.min(100, tasks.length - most)} more
          </button>
        )}
        {tasks.length <= most && more && (
          <p className="py-2.5 text-[13px] text-ink-3">There are more. All of them are in Tasks.</p>
        )}
        {place !== 'overdue' && place !== 'later' && <AddOn day={place} label={date} />}
      </div>
    </section>
  )
}

/** Adds tasks that are due on a day: Enter adds, and the next one can follow. */
function AddOn({ day, label }: { day: Day; label: string }) {
  const actions = useActions()
  const [open, setOpen] = useState(false)
  const button = useRef<HTMLButtonElement>(null)
  const close = (focus: boolean) => {
    setOpen(false)
    if (focus) requestAnimationFrame(() => button.current?.focus())
  }
  const add = (e: FormEvent<HTMLFormElement>) => {
    e.preventDefault()
    const input = e.currentTarget.elements.namedItem('title') as HTMLInputElement
    const title = input.value.trim()
    if (!title) return close(true)
    input.value = ''
    void actions.add({ title, due_date: day }).then((made) => {
      if (!made && input.value === '') input.value = title // what was typed is not lost
    })
  }
  if (!open)
    return (
      <button
        ref={button}
        type="button"
        onClick={() => setOpen(true)}
        className="mt-0.5 flex min-h-11 w-full items-center gap-3 rounded-control text-left text-[14px] text-ink-3 hover:text-ink fine:min-h-10"
      >
        <Icon name="plus" className="mx-0.75 size-4" />
        Add <span className="sr-only">a task on {label}</span>
      </button>
    )
  return (
    <form onSubmit={add} className="mt-1.5">
      <input
        autoFocus
        name="title"
        dir="auto"
        autoComplete="off"
        enterKeyHint="done"
        aria-label={`New task on ${label}`}
        placeholder="What has to be done?"
        onBlur={(e) => !e.currentTarget.value.trim() && close(false)}
        onKeyDown={(e) => {
          if (e.key !== 'Escape') return
          e.stopPropagation()
          close(true)
        }}
        className="min-h-11 w-full rounded-control border border-line bg-surface px-3 text-[14px] fine:min-h-10"
      />
    </form>
  )
}
