import { Link } from '@tanstack/react-router'
import { memo, useRef } from 'react'
import type { Task } from '../api/client'
import { useActions } from '../shell/actions'
import { useZone } from '../shell/zone'
import { useWords } from '../time/now'
import { dueWords, effortWords, isDay, momentWords } from '../time/words'
import { clockOf } from '../time/zone'
import { IconButton } from '../ui/button'
import { Check } from '../ui/check'
import { besideRow, useHandsOn } from '../ui/focus'
import { Icon } from '../ui/icon'
import { RepeatMark } from '../ui/repeat-mark'
import { useDraggable } from './drag'
import type { Place } from './plan'

/** Asks where a task shall go: the menu opens beside what was pressed. */
export type Ask = (task: Task, beside: HTMLElement) => void

/** A task that is due, to be dragged to another day. */
export const Row = memo(function Row({ task, place, ask }: { task: Task; place: Place; ask: Ask }) {
  const ref = useRef<HTMLLIElement>(null)
  const actions = useActions()
  const dragging = useDraggable(ref, task)
  useHandsOn(ref, besideRow)
  return (
    <li
      ref={ref}
      data-task={task.id}
      className={`group/row relative grid min-h-11 cursor-grab grid-cols-[22px_minmax(0,1fr)_auto] items-start gap-x-3 border-b border-line py-2.5 ${dragging ? 'opacity-40' : ''}`}
    >
      <Check label={`Done: ${task.title}`} onCheck={() => void actions.complete(task)} />
      <div className="min-w-0">
        <Link
          to="/tasks/$id"
          params={{ id: task.id }}
          draggable={false}
          dir="auto"
          className="line-clamp-3 rounded-sm font-medium decoration-line before:absolute before:inset-y-0 before:right-9 before:left-9 before:content-[''] underline-offset-4 hover:underline"
        >
          {task.title}
        </Link>
        <Facts task={task} place={place} />
      </div>
      <IconButton
        label={`Move: ${task.title}`}
        onClick={(e) => ask(task, e.currentTarget)}
        className="-my-1.5 -mr-2.5 !size-11 relative desk:-mr-1.5 fine:!size-8 fine:opacity-0 fine:group-focus-within/row:opacity-100 fine:group-hover/row:opacity-100"
      >
        <Icon name="more" />
      </IconButton>
    </li>
  )
})

function Facts({ task, place }: { task: Task; place: Place }) {
  const due = task.due_date!
  return (
    <p className="tnum flex flex-wrap gap-x-3 text-[13px] text-ink-3 empty:hidden">
      {place === 'overdue' && <Since date={due} />}
      {place === 'later' && <LaterDay date={due} />}
      {place !== 'overdue' && place !== 'later' && !isDay(due) && <Clock date={due} />}
      <RepeatMark repeat={task.recurrence} />
      {task.status === 'in_progress' && <span className="text-accent">Started</span>}
      {task.status === 'snoozed' && task.snoozed_until && <Asleep until={task.snoozed_until} />}
      {task.effort_estimate_minutes !== null && <span>{effortWords(task.effort_estimate_minutes)}</span>}
      {task.tags[0] && (
        <span dir="auto" className="max-w-full truncate">
          {task.tags[0]}
        </span>
      )}
    </p>
  )
}

function Since({ date }: { date: string }) {
  const zone = useZone()
  const { text } = useWords((now) => dueWords(date, now, zone))
  return <span className="text-deadline-ink">{text.replace(/^Overdue since /, 'Since ')}</span>
}

function LaterDay({ date }: { date: string }) {
  const zone = useZone()
  const { text } = useWords((now) => dueWords(date, now, zone))
  return <span>{text}</span>
}

/** The hour; within the last one, how long it is still. */
function Clock({ date }: { date: string }) {
  const zone = useZone()
  const { text } = useWords((now) => dueWords(date, now, zone))
  const clock = clockOf(Date.parse(date), zone)
  return <span className="text-ink-2">{text.startsWith('In ') ? `${clock}, ${text.replace('In', 'in')}` : clock}</span>
}

function Asleep({ until }: { until: string }) {
  const zone = useZone()
  const { text } = useWords((now) => momentWords(Date.parse(until), now, zone))
  return (
    <span className="inline-flex items-center gap-1">
      <Icon name="moon" className="size-3.25" />
      <span className="sr-only">Snoozed until</span>
      {text}
    </span>
  )
}
