import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useRef, useState } from 'react'
import type { Best, Ranked, Scored } from '../api/client'
import { explain } from '../api/errors'
import { bestQuery, cameAt, preferencesQuery, taskQuery, topQuery, validUntil } from '../api/queries'
import { useActs } from '../shell/acts'
import { part } from '../shell/part'
import { useShortcutsOf } from '../shell/shortcuts'
import { useZone } from '../shell/zone'
import { OfTask } from '../tasks/step-of'
import { useOver, useWords } from '../time/now'
import { dueWords, momentWords } from '../time/words'
import { Button } from '../ui/button'
import { Heading } from '../ui/heading'
import { Bone, Soon } from '../ui/skeleton'
import { ActsView, DeskView, DueFactView, fullOf, restOf, SnoozeButton, titleClass, UntilView } from './desk'
import { RankedRow } from './row'
import { Score, termsOf } from './score'

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
  const full = fullOf(best)
  const rest = restOf(top, task)
  useShortcutsOf('Now', { done: done.run, start: start.run, snooze: () => snooze.current?.click(), notNow: notNow.run })
  return (
    <DeskView
      best={best}
      top={top}
      heading={
        <Heading look="large" id="best" dir="auto">
          <Link to="/tasks/$id" params={{ id: task.id }} className={titleClass}>
            {task.title}
          </Link>
        </Heading>
      }
      of={task.parent_id && <StepOf id={task.parent_id} />}
      due={task.due_date && <DueFact date={task.due_date} />}
      until={best.valid_until && <Until at={best.valid_until} />}
      score={
        <Score terms={termsOf(best.reasoning, task, preferences)} total={best.reasoning.total_score} full={full} />
      }
      acts={
        <ActsView
          done={{ label: done.label, onClick: done.run }}
          start={{ label: start.label, onClick: start.run }}
          notNow={{ label: notNow.label, onClick: notNow.run }}
          snooze={
            pressed ? (
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
            )
          }
        />
      }
    >
      {rest.length > 0 && <Then rest={rest} total={top?.total ?? 0} full={full} />}
    </DeskView>
  )
}

/** What it is a step of, said in the room beside: nothing below it moves. */
function StepOf({ id }: { id: string }) {
  const parent = useQuery(taskQuery(id)).data
  return parent ? <OfTask parent={parent} /> : null
}

function Until({ at: instant }: { at: string }) {
  const zone = useZone()
  const words = useWords((now) => momentWords(Date.parse(instant), now, zone))
  return <UntilView text={words.text} />
}

function DueFact({ date }: { date: string }) {
  const zone = useZone()
  return <DueFactView due={useWords((now) => dueWords(date, now, zone))} />
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
