import { Menu } from '@base-ui/react/menu'
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { memo, useCallback, useEffect, useId, useMemo, useRef, useState } from 'react'
import type { Task } from '../api/client'
import { explain, Problem } from '../api/errors'
import { isOpen } from '../api/queries'
import { addStep, progressOf, stepsQuery } from '../api/steps'
import { DropLine } from '../order/drop-line'
import { useOrdered } from '../order/drag'
import { useFollow } from '../order/follow'
import { MoveMenu, type Asked } from '../order/move-menu'
import { moveOf, stepped, type Spot } from '../order/place'
import { groupOf, moveAmong } from '../order/tasks'
import { rememberAdded, useActions } from '../shell/actions'
import { useWaking } from '../shell/waking'
import { Adder } from '../ui/adder'
import { IconButton } from '../ui/button'
import { Check } from '../ui/check'
import { besideRow, useHandsOn } from '../ui/focus'
import { Icon } from '../ui/icon'
import { itemClass } from '../ui/popup'
import { short } from '../ui/short'
import { Progress } from './progress'

const none: Task[] = []

const why = (error: unknown) => {
  const fault = error instanceof Problem ? (error.field('title') ?? error.field('parent_id')) : undefined
  return fault ? `${fault[0]!.toUpperCase()}${fault.slice(1)}.` : explain(error)
}

/** What a task is made of: checked off here, added by typing, put in order by hand. */
export function Steps({ task }: { task: Task }) {
  const client = useQueryClient()
  const actions = useActions()
  const id = useId()
  const list = useRef<HTMLOListElement>(null)
  const [asked, setAsked] = useState<Asked | null>(null)
  const query = useInfiniteQuery({ ...stepsQuery(task.id), enabled: task.steps !== null })
  const { data, hasNextPage, fetchNextPage } = query
  const steps = useMemo(() => data?.pages.flatMap((page) => page.tasks) ?? none, [data])
  useWaking(steps)
  const progress = hasNextPage ? task.steps : progressOf(steps)
  const ids = steps.map((step) => step.id)
  const follow = useFollow(list)

  const latest = useRef(steps)
  useEffect(() => {
    latest.current = steps
  })
  const move = useCallback(
    (id: string, to: Spot) => {
      follow(`[data-step="${CSS.escape(id)}"] a`)
      moveAmong(actions, latest.current, id, to)
    },
    [actions, follow],
  )
  const ask = useCallback((id: string, beside: HTMLElement) => setAsked({ id, beside }), [])
  const add = async (title: string) => rememberAdded(client, await addStep(client, task, title))
  const withStep = (id: string, fn: (step: Task) => void) => {
    const step = steps.find((s) => s.id === id)
    if (step) fn(step)
  }
  return (
    <section aria-labelledby={id} className="mt-6 mb-6">
      <h2 id={id} className="flex items-baseline gap-2 text-[13px] font-semibold text-ink-3">
        Steps
        {progress && progress.total > 0 && (
          <span className="tnum font-[450]">
            {progress.done} of {progress.total}
            <span className="sr-only"> done</span>
          </span>
        )}
      </h2>
      {/* The keys are those of the steps inside, which have the focus. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions */}
      <ol
        ref={list}
        className="mt-1 empty:hidden"
        onKeyDown={(e) => {
          const by = moveOf(e)
          const step = (e.target as Element).closest<HTMLElement>('[data-step]')?.dataset.step
          if (!by || !step) return
          e.preventDefault()
          if (e.repeat) return // each step is a request
          const to = stepped(ids, step, by)
          if (to) move(step, to)
        }}
      >
        {steps.map((step) => (
          <Step key={step.id} step={step} onMove={move} ask={ask} />
        ))}
      </ol>
      {hasNextPage && (
        <button
          type="button"
          onClick={() => void fetchNextPage()}
          className="min-h-11 rounded-control px-2 text-[13px] font-medium text-ink-3 hover:text-ink fine:min-h-9"
        >
          Show more
        </button>
      )}
      <Adder label="Add a step" add={add} why={why} />
      <MoveMenu asked={asked} ids={ids} onMove={move} onClose={() => setAsked(null)}>
        {(id) => (
          <>
            <Menu.Item
              className={itemClass}
              onClick={() =>
                withStep(
                  id,
                  (step) => void actions.edit(step, { parent_id: task.parent_id }, `Taken out: ${short(step.title)}`),
                )
              }
            >
              Take it out of this task
            </Menu.Item>
            <Menu.Item className={itemClass} onClick={() => withStep(id, (step) => void actions.remove(step))}>
              Delete
            </Menu.Item>
          </>
        )}
      </MoveMenu>
    </section>
  )
}

const Step = memo(function Step({
  step,
  onMove,
  ask,
}: {
  step: Task
  onMove: (id: string, to: Spot) => void
  ask: (id: string, beside: HTMLElement) => void
}) {
  const ref = useRef<HTMLLIElement>(null)
  const actions = useActions()
  const { dragging, edge } = useOrdered(ref, groupOf(step), step.id, onMove)
  useHandsOn(ref, besideRow)
  const done = !isOpen(step)
  return (
    <li
      ref={ref}
      data-step={step.id}
      className={`group/row relative grid min-h-11 cursor-grab grid-cols-[22px_minmax(0,1fr)_auto] items-center gap-x-3 border-b border-line fine:min-h-10 ${dragging ? 'opacity-40' : ''}`}
    >
      <DropLine edge={edge} />
      <Check
        label={`Done: ${step.title}`}
        done={done}
        onCheck={() => void (done ? actions.reopen(step) : actions.complete(step))}
      />
      <span className="flex min-w-0 items-center gap-3">
        <Link
          to="/tasks/$id"
          params={{ id: step.id }}
          search
          draggable={false}
          dir="auto"
          className={`min-w-0 flex-1 truncate rounded-sm text-[14px] decoration-1 before:absolute before:inset-y-0 before:right-11 before:left-9 before:content-[''] ${done ? 'text-ink-3 line-through' : 'underline-offset-4 hover:underline'}`}
        >
          {step.title}
        </Link>
        <Progress of={step} className="flex-none text-[13px] text-ink-3" />
      </span>
      <IconButton
        label={`Move: ${step.title}`}
        aria-haspopup="menu"
        onClick={(e) => ask(step.id, e.currentTarget)}
        className="relative -mr-3 fine:-mr-1.5 fine:size-8 fine:opacity-0 fine:group-focus-within/row:opacity-100 fine:group-hover/row:opacity-100"
      >
        <Icon name="more" />
      </IconButton>
    </li>
  )
})
