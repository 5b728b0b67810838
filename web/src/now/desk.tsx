import type { ReactNode } from 'react'
import type { Best, Ranked, Scored, Task } from '../api/client'
import { repeatWords } from '../time/repeats'
import { effortWords, type Due } from '../time/words'
import { Button } from '../ui/button'
import { Icon } from '../ui/icon'
import { Kbd } from '../ui/kbd'
import { scoreText, Why } from './score'

/*
 * What is seen of the best task. Nothing in this file uses a hook: it is drawn by React, and before
 * React is there. What lives, such as words that turn over, is handed in.
 */

export const titleClass = 'rounded-sm hover:underline decoration-line underline-offset-4'

/** What comes after the best task, as far as Now shows it. */
export const restOf = (top: Ranked | undefined, best: Task): Scored[] =>
  top?.tasks.filter((s) => s.task.id !== best.id).slice(0, 4) ?? []

/** How many points a full bar is. */
export const fullOf = (best: Best): number => Math.max(100, best.score)

export function DeskView(props: {
  best: Best
  top: Ranked | undefined
  heading: ReactNode
  /** The task it is a step of. */
  of?: ReactNode
  due: ReactNode
  until: ReactNode
  score: ReactNode
  acts: ReactNode
  children?: ReactNode
}) {
  const { best, top } = props
  const next = restOf(top, best.task)[0]
  return (
    <article aria-labelledby="best">
      <p className="mb-3 flex items-baseline gap-2 text-[13px] text-ink-3">
        <b className="flex-none font-semibold text-accent">
          {best.task.status === 'in_progress' ? 'You are doing this' : 'Do this now'}
        </b>
        {top && <span className="tnum flex-none">1 of {top.total}</span>}
        {props.of}
      </p>
      {props.heading}
      <p className="mt-3.5 mb-5.5 max-w-[56ch] text-[16.5px] leading-normal text-ink-2 desk:mb-7 desk:text-[18px]">
        <Why of={best.reasoning} />
      </p>
      <FactsView task={best.task} due={props.due} />
      <section
        aria-label="Why this task"
        className="mb-6 rounded-card border border-line bg-surface px-5 pt-4.5 pb-3 shadow-card"
      >
        <header className="mb-3 flex flex-wrap items-baseline gap-x-2.5">
          <span className="tnum text-[28px] font-[640] tracking-[-0.02em]">{scoreText(best.score)}</span>
          {next && <span className="tnum text-[13px] text-ink-3">next best {scoreText(next.score)}</span>}
          {props.until}
        </header>
        {props.score}
      </section>
      <div className="grid grid-cols-2 gap-2 desk:flex desk:flex-wrap">{props.acts}</div>
      {props.children}
    </article>
  )
}

function FactsView({ task, due }: { task: Task; due: ReactNode }) {
  const effort = task.effort_estimate_minutes
  return (
    <ul className="mb-7 flex flex-wrap gap-x-4.5 gap-y-1.5 text-[14px] text-ink-2 empty:hidden *:inline-flex *:items-center *:gap-1.75">
      {due}
      {task.recurrence && (
        <li>
          <Icon name="repeat" className="size-3.75 text-ink-3" />
          {repeatWords(task.recurrence, task.recurrence.start)}
        </li>
      )}
      {effort !== null && (
        <li>
          <Icon name="clock" className="size-3.75 text-ink-3" />
          {effortWords(effort)}
        </li>
      )}
      {task.steps && task.steps.total > 0 && (
        <li className="tnum">
          <Icon name="steps" className="size-3.75 text-ink-3" />
          {task.steps.done} of {task.steps.total} steps
        </li>
      )}
      {task.preferred_time && (
        <li>
          <Icon name="sun" className="size-3.75 text-ink-3" />
          Best in the {task.preferred_time}
        </li>
      )}
      {task.tags.map((tag) => (
        <li key={tag} dir="auto">
          <Icon name="tag" className="size-3.75 text-ink-3" />
          {tag}
        </li>
      ))}
    </ul>
  )
}

export const DueFactView = ({ due }: { due: Due }) => (
  <li className={due.overdue || due.today ? 'font-[550] text-deadline-ink' : ''}>
    <Icon name="calendar" className="size-3.75" />
    {due.text}
  </li>
)

export const UntilView = ({ text }: { text: string }) => (
  <span className="tnum ml-auto text-[13px] text-ink-3">holds until {text}</span>
)

/** What the button says that begins a task, or lets it rest. */
export const startLabel = (task: Task) => (task.status === 'in_progress' ? 'Put down' : 'Start')
export const doneLabel = 'Done'
export const notNowLabel = 'Not now'

type Press = { label: string; onClick?: () => void }

export function ActsView({
  done,
  start,
  notNow,
  snooze,
}: Record<'done' | 'start' | 'notNow', Press> & { snooze: ReactNode }) {
  return (
    <>
      <Button kind="primary" onClick={done.onClick}>
        <Icon name="check" />
        {done.label}
        <Kbd look="primary">E</Kbd>
      </Button>
      <Button onClick={start.onClick}>
        {start.label}
        <Kbd>S</Kbd>
      </Button>
      {snooze}
      <Button kind="ghost" onClick={notNow.onClick}>
        {notNow.label}
        <Kbd>N</Kbd>
      </Button>
    </>
  )
}

export function SnoozeButton(props: React.ComponentProps<'button'>) {
  return (
    <Button {...props}>
      <Icon name="moon" />
      Snooze
      <Kbd>Z</Kbd>
    </Button>
  )
}
