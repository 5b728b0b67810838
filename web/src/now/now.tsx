import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useRef, useState } from 'react'
import type { Best, Ranked, Scored, Task } from '../api/client'
import { explain } from '../api/errors'
import { bestQuery, cameAt, preferencesQuery, topQuery, validUntil } from '../api/queries'
import { useActs } from '../shell/acts'
import { part } from '../shell/part'
import { useShortcutsOf } from '../shell/shortcuts'
import { useZone } from '../shell/zone'
import { useOver, useWords } from '../time/now'
import { dueWords, effortWords, momentWords } from '../time/words'
import { Button } from '../ui/button'
import { Heading } from '../ui/heading'
import { Icon } from '../ui/icon'
import { Kbd } from '../ui/kbd'
import { Bone, Soon } from '../ui/skeleton'
import { RankedRow } from './row'
import { Score, scoreText, termsOf } from './score'

/** The menu's code comes when somebody comes near it. */
const menu = () => import('./snooze-menu').then((m) => m.SnoozeMenu)
const SnoozeMenu = part(menu)
const near = () => void menu().catch(() => {}) // it is asked for again when it is pressed

/** The front door: the one task to do now, and why. */
export default function Now() {
  const client = useQueryClient()
  const best = useQuery(bestQuery)
  const top = useQuery(topQuery)
  // The answer is another one from that moment on: it is asked for then, without a reload.
  useOver({ until: best.data && validUntil(best.data), at: cameAt(best) }, () => {
    void client.invalidateQueries({ queryKey: bestQuery.queryKey })
    void client.invalidateQueries({ queryKey: ['ranked'] })
  })
  useOver(
    { until: top.data?.valid_until, at: cameAt(top) },
    () => void client.invalidateQueries({ queryKey: ['ranked'] }),
  )

  if (best.data?.best) return <Desk key={best.data.best.task.id} best={best.data.best} top={top.data} />
  if (best.data?.nothing) return <Nothing detail={best.data.nothing.detail} until={best.data.nothing.until} />
  if (best.error) return <Failed error={best.error} again={() => void best.refetch()} />
  return (
    <Soon>
      <Bone className="mb-4 h-4 w-32" />
      <Bone className="mb-4 h-11 w-4/5" />
      <Bone className="mb-10 h-6 w-3/5" />
      <Bone className="mb-6 h-32 w-full" />
      <Bone className="h-11 w-2/3" />
    </Soon>
  )
}

function Desk({ best, top }: { best: Best; top: Ranked | undefined }) {
  const { task } = best
  const { done, start, notNow } = useActs()(task)
  const preferences = useQuery(preferencesQuery).data
  const snooze = useRef<HTMLButtonElement>(null)
  const [pressed, setPressed] = useState(false)
  const plain = (
    <SnoozeButton
      ref={snooze}
      aria-haspopup="menu"
      onPointerEnter={near}
      onFocus={near}
      onClick={() => setPressed(true)}
    />
  )
  const terms = termsOf(best.reasoning, task, preferences)
  const rest = top?.tasks.filter((s) => s.task.id !== task.id).slice(0, 4) ?? []
  const full = Math.max(100, best.score)
  useShortcutsOf('Now', { done: done.run, start: start.run, snooze: () => snooze.current?.click(), notNow: notNow.run })
  return (
    <article aria-labelledby="best">
      <p className="mb-3 flex items-baseline gap-2 text-[13px] text-ink-3">
        <b className="font-semibold text-accent">
          {task.status === 'in_progress' ? 'You are doing this' : 'Do this now'}
        </b>
        {top && <span className="tnum">1 of {top.total}</span>}
      </p>
      <Heading look="large" id="best" dir="auto">
        <Link
          to="/tasks/$id"
          params={{ id: task.id }}
          className="rounded-sm hover:underline decoration-line underline-offset-4"
        >
          {task.title}
        </Link>
      </Heading>
      <p className="mt-3.5 mb-5.5 max-w-[56ch] text-[16.5px] leading-normal text-ink-2 desk:mb-7 desk:text-[18px]">
        {best.reasoning.recommendation}
      </p>
      <Facts task={task} />
      <section
        aria-label="Why this task"
        className="mb-6 rounded-card border border-line bg-surface px-5 pt-4.5 pb-3 shadow-card"
      >
        <header className="mb-3 flex flex-wrap items-baseline gap-x-2.5">
          <span className="tnum text-[28px] font-[640] tracking-[-0.02em]">{scoreText(best.score)}</span>
          {rest[0] && <span className="tnum text-[13px] text-ink-3">next best {scoreText(rest[0].score)}</span>}
          {best.valid_until && <Until at={best.valid_until} />}
        </header>
        <Score terms={terms} total={best.reasoning.total_score} full={full} />
      </section>
      <div className="grid grid-cols-2 gap-2 desk:flex desk:flex-wrap">
        <Button kind="primary" onClick={done.run}>
          <Icon name="check" />
          {done.label}
          <Kbd look="primary">E</Kbd>
        </Button>
        <Button onClick={start.run}>
          {start.label}
          <Kbd>S</Kbd>
        </Button>
        {pressed ? (
          <SnoozeMenu
            task={task}
            ref={snooze}
            trigger={<SnoozeButton />}
            defaultOpen
            until={plain}
            onMissing={() => setPressed(false)}
          />
        ) : (
          plain
        )}
        <Button kind="ghost" onClick={notNow.run}>
          {notNow.label}
          <Kbd>N</Kbd>
        </Button>
      </div>
      {rest.length > 0 && <Then rest={rest} total={top?.total ?? 0} full={full} />}
    </article>
  )
}

function SnoozeButton(props: React.ComponentProps<'button'>) {
  return (
    <Button {...props}>
      <Icon name="moon" />
      Snooze
      <Kbd>Z</Kbd>
    </Button>
  )
}

function Until({ at: instant }: { at: string }) {
  const zone = useZone()
  const words = useWords((now) => momentWords(Date.parse(instant), now, zone))
  return <span className="tnum ml-auto text-[13px] text-ink-3">holds until {words.text}</span>
}

function Facts({ task }: { task: Task }) {
  const effort = task.effort_estimate_minutes
  return (
    <ul className="mb-7 flex flex-wrap gap-x-4.5 gap-y-1.5 text-[14px] text-ink-2 empty:hidden *:inline-flex *:items-center *:gap-1.75">
      {task.due_date && <DueFact date={task.due_date} />}
      {effort !== null && (
        <li>
          <Icon name="clock" className="size-3.75 text-ink-3" />
          {effortWords(effort)}
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

function DueFact({ date }: { date: string }) {
  const zone = useZone()
  const due = useWords((now) => dueWords(date, now, zone))
  return (
    <li className={due.overdue || due.today ? 'font-[550] text-deadline-ink' : ''}>
      <Icon name="calendar" className="size-3.75" />
      {due.text}
    </li>
  )
}

function Then({ rest, total, full }: { rest: Scored[]; total: number; full: number }) {
  return (
    <section aria-labelledby="then" className="mt-14">
      <div className="flex items-baseline justify-between border-b border-line pb-2 text-[13px]">
        <h2 id="then" className="font-semibold text-ink-3">
          Then
        </h2>
        <Link
          to="/ranked"
          className="tnum relative rounded-sm font-medium text-ink-3 before:absolute before:-inset-3 before:content-[''] hover:text-ink"
        >
          All {total} ranked
        </Link>
      </div>
      <ol>
        {rest.map((s) => (
          <RankedRow key={s.task.id} scored={s} full={full} />
        ))}
      </ol>
    </section>
  )
}

function Nothing({ detail, until }: { detail: string; until: string | null }) {
  const zone = useZone()
  const words = useWords((now) => (until ? momentWords(Date.parse(until), now, zone) : { text: '', until: Infinity }))
  return (
    <section className="pt-10 desk:pt-20">
      <p className="mb-3 text-[13px] font-semibold text-done-ink">Nothing to do now</p>
      <Heading look="large">{until ? `Nothing until ${words.text}` : 'Your desk is clear'}</Heading>
      <p className="mt-3.5 max-w-[56ch] text-[16.5px] text-ink-2 desk:text-[18px]">
        {until
          ? 'What is left waits until then. Enjoy the time in between.'
          : `${detail.replace(/\.?$/, '.')} Add what comes to mind.`}
      </p>
    </section>
  )
}

function Failed({ error, again }: { error: Error; again: () => void }) {
  return (
    <section className="pt-10 desk:pt-20" role="alert">
      <Heading>The best task is not known just now</Heading>
      <p className="mt-3 mb-6 max-w-[56ch] text-ink-2">{explain(error)}</p>
      <Button onClick={again}>Try again</Button>
    </section>
  )
}
