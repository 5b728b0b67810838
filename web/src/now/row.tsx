import { Link } from '@tanstack/react-router'
import { useQuery } from '@tanstack/react-query'
import { useRef, type ComponentProps } from 'react'
import type { Scored } from '../api/client'
import { preferencesQuery } from '../api/queries'
import { useActions } from '../shell/actions'
import { useZone } from '../shell/zone'
import { useWords } from '../time/now'
import { dueWords, effortWords } from '../time/words'
import { Check } from '../ui/check'
import { besideRow, useHandsOn } from '../ui/focus'
import { RepeatMark } from '../ui/repeat-mark'
import { Bar, scoreText, termsOf } from './score'

/** A ranked task: what it is, its bar, its score. */
export function RankedRow({
  scored,
  full,
  className = 'relative',
  ...props
}: { scored: Scored; full: number } & ComponentProps<'li'>) {
  const { task } = scored
  const li = useRef<HTMLLIElement>(null)
  useHandsOn(li, besideRow)
  const actions = useActions()
  const preferences = useQuery(preferencesQuery).data
  return (
    <li
      ref={li}
      {...props}
      className={`grid grid-cols-[22px_minmax(0,1fr)_auto] items-center gap-3.5 border-b border-line py-3 desk:grid-cols-[22px_minmax(0,1fr)_132px_44px] ${className}`}
    >
      <Check label={`Done: ${task.title}`} onCheck={() => void actions.complete(task)} />
      <div className="min-w-0">
        <Link
          to="/tasks/$id"
          params={{ id: task.id }}
          dir="auto"
          className="block truncate rounded-sm font-medium before:absolute before:inset-y-0 before:right-0 before:left-9 before:content-[''] hover:underline decoration-line underline-offset-4"
        >
          {task.title}
        </Link>
        <p className="flex gap-3 truncate text-[13px] text-ink-3 empty:hidden">
          {task.due_date && <DueText date={task.due_date} />}
          <RepeatMark repeat={task.recurrence} />
          {!task.due_date && task.preferred_time && <span>Best in the {task.preferred_time}</span>}
          {task.effort_estimate_minutes !== null && <span>{effortWords(task.effort_estimate_minutes)}</span>}
          {task.steps && task.steps.total > 0 && (
            <span className="tnum whitespace-nowrap">
              {task.steps.done} of {task.steps.total} steps
            </span>
          )}
          {task.tags[0] && (
            <span dir="auto" className="truncate">
              {task.tags[0]}
            </span>
          )}
        </p>
      </div>
      <div className="hidden desk:block">
        <Bar terms={termsOf(scored.reasoning, task, preferences)} full={full} thin />
      </div>
      <span className="tnum text-right font-[550]">{scoreText(scored.score)}</span>
    </li>
  )
}

export function DueText({ date }: { date: string }) {
  const zone = useZone()
  const due = useWords((now) => dueWords(date, now, zone))
  return <span className={`whitespace-nowrap ${due.overdue || due.today ? 'text-deadline-ink' : ''}`}>{due.text}</span>
}
