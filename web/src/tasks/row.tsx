import { Link } from '@tanstack/react-router'
import { memo, useEffect, useRef, type FocusEvent } from 'react'
import type { Task } from '../api/client'
import { isOpen } from '../api/queries'
import { DueText } from '../now/row'
import { useZone } from '../shell/zone'
import { useWords } from '../time/now'
import { effortWords, momentWords } from '../time/words'
import { IconButton } from '../ui/button'
import { Check } from '../ui/check'
import { Icon } from '../ui/icon'
import { RepeatMark } from '../ui/repeat-mark'
import type { What } from './picker'
import { Progress } from './progress'

/** What can be done in a row. */
export type RowActions = {
  check: (task: Task) => void
  select: (task: Task, upToHere: boolean) => void
  reach: (task: Task) => void
  pick: (task: Task, what: What, beside: HTMLElement) => void
  rename: (task: Task) => void
  renamed: (task: Task, title: string | null) => void
  /** Asks where it shall stand, in an order by hand. */
  move: (task: Task, beside: HTMLElement) => void
}

/** Whose title is being changed, and what it begins with. */
export type Renaming = { id: string; title: string }

/** What others know about tasks that rows tell. */
export type Marks = {
  /** The name of a task's project, where that is not said already. */
  project: (id: string | null) => string | undefined
  /** The title of what a task is a step of, where that is known. */
  parent: (id: string | null) => string | undefined
  /** The tasks that wait for others. */
  waits: ReadonlySet<string>
}

type Props = {
  task: Task
  project: string | undefined
  parent: string | undefined
  waits: boolean
  /** They are in an order by hand. */
  ordered: boolean
  /** The one the keys mean. Its controls alone are stops of the tab key: there may be thousands. */
  active: boolean
  takesFocus: boolean
  selected: boolean
  selecting: boolean
  open: boolean
  /** The title it is being changed from. */
  renaming: string | null
  on: RowActions
}

const cell =
  'relative z-1 flex min-h-11 min-w-11 items-center rounded-lg px-2 fine:min-h-9 fine:min-w-0 text-[13px] text-ink-3 hover:bg-line hover:text-ink'
const quiet =
  'fine:opacity-0 fine:group-focus-within/row:opacity-100 fine:group-hover/row:opacity-100 fine:focus-visible:opacity-100 fine:data-popup-open:opacity-100'

/** A task of the list: on a desk one line whose values can be changed in place, on a phone two. */
export const TaskRow = memo(function TaskRow(p: Props) {
  const { task, active, on } = p
  const link = useRef<HTMLAnchorElement>(null)
  const takes = active && p.takesFocus && p.renaming === null
  useEffect(() => {
    const has = document.activeElement
    // Whoever types elsewhere keeps the focus.
    if (takes && (has === document.body || has?.closest('[data-tasks]'))) link.current?.focus({ preventScroll: true })
  }, [takes])
  const tab = active ? 0 : -1
  const done = !isOpen(task)
  const reach = (e: FocusEvent) => {
    if (!active && e.currentTarget.contains(e.target)) on.reach(task)
  }
  return (
    <div
      data-id={task.id}
      onFocus={reach}
      className={`group/row relative isolate grid h-full grid-cols-[22px_minmax(0,1fr)_auto] items-center gap-x-3.5 border-b border-line before:absolute before:-inset-x-2 before:inset-y-0 before:-z-1 desk:gap-x-2.5 desk:before:-left-9 desk:before:rounded-lg has-[a:focus-visible]:before:outline-2 has-[a:focus-visible]:before:-outline-offset-2 has-[a:focus-visible]:before:outline-accent ${p.selected || p.open ? 'before:bg-accent-soft' : 'desk:hover:before:bg-surface'}`}
    >
      <SelectBox {...p} tab={tab} />
      <span className={`relative z-1 grid ${p.selecting ? 'hidden fine:grid' : ''}`}>
        <Check label={`Done: ${task.title}`} done={done} tabIndex={tab} onCheck={() => on.check(task)} />
      </span>
      <div className="flex min-w-0 items-center gap-2">
        {p.renaming !== null ? (
          <TitleInput task={task} title={p.renaming} on={on} />
        ) : (
          <div className="min-w-0 flex-1">
            <span className="flex items-center gap-1">
              <Link
                ref={link}
                to="/tasks/$id"
                params={{ id: task.id }}
                search
                resetScroll={false}
                draggable={false}
                dir="auto"
                tabIndex={tab}
                data-title
                onClick={(e) => {
                  if (e.shiftKey) {
                    e.preventDefault()
                    on.select(task, true)
                  } else if (p.open) {
                    // Enter opens, and once more goes in.
                    document.querySelector<HTMLElement>('[data-panel] textarea')?.focus()
                  }
                }}
                className={`min-w-0 flex-1 scroll-mt-32 scroll-mb-28 truncate font-medium outline-none after:absolute after:inset-0 ${done ? 'text-ink-3 line-through decoration-1' : ''}`}
              >
                {task.title}
              </Link>
              <button
                type="button"
                tabIndex={tab}
                aria-label={`Change the title: ${task.title}`}
                onClick={() => on.rename(task)}
                className={`${cell} ${quiet} hidden justify-center @min-[40rem]:flex`}
              >
                <Icon name="pencil" className="size-3.75" />
              </button>
            </span>
            <p className="flex gap-3 truncate text-[13px] text-ink-3 empty:hidden desk:hidden">
              <State task={task} />
              <About {...p} />
              {task.due_date && <Due task={task} />}
              <RepeatMark repeat={task.recurrence} />
              {task.effort_estimate_minutes !== null && <span>{effortWords(task.effort_estimate_minutes)}</span>}
              {task.tags[0] && (
                <span dir="auto" className="truncate">
                  {task.tags[0]}
                </span>
              )}
            </p>
          </div>
        )}
        <span className="hidden max-w-[45%] flex-none items-center gap-2 truncate text-[13px] text-ink-3 desk:flex">
          <State task={task} />
          <RepeatMark repeat={task.recurrence} />
          <About {...p} />
          <span dir="auto" className="hidden truncate empty:hidden @min-[40rem]:inline">
            {tagWords(task.tags)}
          </span>
        </span>
      </div>
      <div className="flex items-center">
        <span className={`tnum text-[13px] desk:hidden ${task.priority >= 4 ? 'text-priority' : 'text-ink-3'}`}>
          <span className="sr-only">Priority </span>
          {task.priority}
        </span>
        <Cells task={task} tab={tab} on={on} />
        {p.ordered && !p.selecting && (
          <IconButton
            label={`Move: ${task.title}`}
            aria-haspopup="menu"
            tabIndex={tab}
            onClick={(e) => on.move(task, e.currentTarget)}
            className={`relative z-1 -mr-3 fine:-mr-1 fine:size-8 ${quiet}`}
          >
            <Icon name="more" />
          </IconButton>
        )}
      </div>
    </div>
  )
})

function SelectBox({ task, selected, selecting, on, tab }: Props & { tab: number }) {
  return (
    <button
      type="button"
      role="checkbox"
      aria-checked={selected}
      aria-label={`Select: ${task.title}`}
      tabIndex={tab}
      onClick={(e) => on.select(task, e.shiftKey)}
      className={`relative z-1 size-5 place-items-center rounded-md before:absolute before:-inset-3 before:content-[''] fine:absolute fine:-left-7 fine:before:-inset-1 ${selecting ? 'grid' : `hidden fine:grid ${quiet}`}`}
    >
      <span
        className={`grid size-4 place-items-center rounded-[5px] border-[1.6px] ${selected ? 'border-accent bg-accent text-accent-ink' : 'border-ink-3 text-transparent'}`}
      >
        <Icon name="check" className="size-3" />
      </span>
    </button>
  )
}

/** What can be changed in place: due, effort, priority. */
function Cells({ task, tab, on }: { task: Task; tab: number; on: RowActions }) {
  const minutes = task.effort_estimate_minutes
  const pick = (what: What) => (e: React.MouseEvent<HTMLButtonElement>) => on.pick(task, what, e.currentTarget)
  return (
    <span className="tnum hidden items-center desk:flex">
      <button
        type="button"
        tabIndex={tab}
        data-cell="due"
        aria-haspopup="dialog"
        aria-label={task.due_date ? undefined : `Due: ${task.title}`}
        onClick={pick('due')}
        className={`${cell} w-42 justify-end truncate`}
      >
        {task.due_date ? <Due task={task} /> : <Icon name="calendar" className={`size-3.75 ${quiet}`} />}
      </button>
      <button
        type="button"
        tabIndex={tab}
        data-cell="effort"
        aria-haspopup="dialog"
        aria-label={minutes === null ? `Effort: ${task.title}` : undefined}
        onClick={pick('effort')}
        className={`${cell} hidden w-22 justify-end truncate @min-[40rem]:flex`}
      >
        {minutes !== null ? effortWords(minutes) : <Icon name="clock" className={`size-3.75 ${quiet}`} />}
      </button>
      <button
        type="button"
        tabIndex={tab}
        data-cell="priority"
        aria-haspopup="dialog"
        aria-label={`Priority ${task.priority}`}
        onClick={pick('priority')}
        className={`${cell} w-12 justify-end gap-1 ${task.priority >= 4 ? 'font-[550] text-priority' : ''}`}
      >
        <Icon name="flag" className={`size-3.5 ${task.priority >= 4 ? '' : quiet}`} />
        {task.priority}
      </button>
    </span>
  )
}

function Due({ task }: { task: Task }) {
  if (isOpen(task)) return <DueText date={task.due_date!} />
  return <PastDue date={task.due_date!} />
}

/** When something was due that is done: no longer overdue. */
function PastDue({ date }: { date: string }) {
  const zone = useZone()
  const words = useWords((now) => momentWords(Date.parse(date), now, zone))
  return (
    <span className="whitespace-nowrap">{date.length === 10 ? words.text.replace(/ \d\d:\d\d$/, '') : words.text}</span>
  )
}

/** Whether it waits, how far its steps have come, and where it belongs. */
function About({ task, project, parent, waits }: Pick<Props, 'task' | 'project' | 'parent' | 'waits'>) {
  return (
    <>
      {waits && (
        <span className="rounded-full bg-line px-2 text-[12px] leading-5 text-ink-2 whitespace-nowrap">Waiting</span>
      )}
      <Progress of={task} className="whitespace-nowrap" />
      {parent && (
        // A list may hold many steps of one task: what each is goes without the same words again and again.
        <span className="relative flex max-w-40 min-w-0 items-center gap-1">
          <Icon name="under" className="size-3.5" />
          <span className="sr-only">Step of </span>
          <span dir="auto" className="truncate">
            {parent}
          </span>
        </span>
      )}
      {project && !parent && (
        <span dir="auto" className="max-w-40 truncate">
          {project}
        </span>
      )}
    </>
  )
}

/** What keeps a task from being simply open. */
function State({ task }: { task: Task }) {
  switch (task.status) {
    case 'in_progress':
      return (
        <span className="inline-flex items-center gap-1 whitespace-nowrap text-accent">
          <Icon name="play" className="size-3" />
          Doing
        </span>
      )
    case 'snoozed':
      return <Snoozed until={task.snoozed_until} />
    case 'cancelled':
      return <span>Cancelled</span>
    default:
      return null
  }
}

function Snoozed({ until }: { until: string | null }) {
  const zone = useZone()
  const words = useWords((now) => (until ? momentWords(Date.parse(until), now, zone) : { text: '', until: Infinity }))
  return (
    <span className="tnum inline-flex items-center gap-1 whitespace-nowrap">
      <Icon name="moon" className="size-3.25" />
      <span className="sr-only">Snoozed until </span>
      {words.text}
    </span>
  )
}

const tagWords = (tags: string[]) => tags.slice(0, 2).join(', ') + (tags.length > 2 ? ` +${tags.length - 2}` : '')

function TitleInput({ task, title, on }: { task: Task; title: string; on: RowActions }) {
  const left = useRef(false)
  const leave = (title: string | null) => {
    if (left.current) return
    left.current = true
    on.renamed(task, title)
  }
  return (
    <input
      autoFocus
      dir="auto"
      aria-label="Title"
      defaultValue={title}
      onFocus={(e) => e.currentTarget.select()}
      onBlur={(e) => leave(e.currentTarget.value === title ? null : e.currentTarget.value)} // as it was: given up
      onKeyDown={(e) => {
        if (e.key === 'Enter') leave(e.currentTarget.value)
        else if (e.key === 'Escape') leave(null)
        else return
        e.preventDefault()
      }}
      className="relative z-1 min-h-9 w-full rounded-lg border border-accent bg-surface px-2 font-medium outline-none"
    />
  )
}
