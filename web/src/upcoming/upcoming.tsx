import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { Task } from '../api/client'
import { explain, Unreachable } from '../api/errors'
import { useActions } from '../shell/actions'
import { part } from '../shell/part'
import { editMany, useProgress } from '../shell/bulk'
import { Under } from '../shell/progress'
import { useWaking } from '../shell/waking'
import { useZone } from '../shell/zone'
import { at, present, useToday } from '../time/now'
import { dayWords } from '../time/words'
import { addDays, type Day } from '../time/zone'
import { Button } from '../ui/button'
import { Heading } from '../ui/heading'
import { Bone, Soon } from '../ui/skeleton'
import { short } from '../ui/short'
import { useDrops } from './drag'
import { GroupOf } from './group'
import { neighbour, onKeys } from './keys'
import { setLook, useLook, type Look } from './look'
import { dueDay, movedTo, planOf, type Plan } from './plan'
import { tasksOf, upcomingQuery } from './queries'

const MoveMenu = part(() => import('./move-menu').then((m) => m.default))

/** The coming days, and what is due on each. */
export default function Upcoming() {
  const zone = useZone()
  const today = useToday(zone)
  const look = useLook()
  const upcoming = useQuery(upcomingQuery(zone))
  const { refetch } = upcoming
  const asked = upcoming.data?.today
  useEffect(() => {
    if (asked && asked !== today) void refetch()
  }, [asked, today, refetch])
  return (
    <div className={look === 'columns' ? 'desk:-mt-4 desk:-mb-14' : 'mx-auto max-w-180 desk:-mt-4'}>
      <div className="mb-4 flex min-h-11 items-center gap-4">
        <Heading>Upcoming</Heading>
        <span className="flex-1" />
        <LookChoice look={look} />
      </div>
      <Moving />
      {upcoming.data ? (
        <Board today={today} look={look} data={upcoming.data} />
      ) : upcoming.error ? (
        <div role="alert">
          <p className="mb-5 max-w-[56ch] text-ink-2">
            {upcoming.error instanceof Unreachable
              ? 'The server cannot be reached, and this was not looked at here before. It comes by itself once the server is back.'
              : explain(upcoming.error)}
          </p>
          <Button onClick={() => void upcoming.refetch()}>Try again</Button>
        </div>
      ) : (
        <Soon>
          <div className={look === 'columns' ? 'flex gap-4 overflow-hidden' : ''}>
            {[0, 1, 2, 3, 4].map((i) => (
              <div key={i} className={look === 'columns' ? 'w-57 flex-none' : 'pb-6'}>
                <Bone className="mt-2.5 mb-4 h-5 w-28" />
                <Bone className="mb-2 h-11 w-full" />
                <Bone className="h-11 w-full" />
              </div>
            ))}
          </div>
        </Soon>
      )}
    </div>
  )
}

/** The plan, made anew whenever it is another one. */
function usePlan(tasks: Task[], zone: string): Plan {
  const [now, setNow] = useState(present)
  const plan = useMemo(() => planOf(tasks, now, zone), [tasks, now, zone])
  useEffect(() => at(plan.until, () => setNow(present())), [plan.until])
  return plan
}

type Data = NonNullable<Awaited<ReturnType<NonNullable<ReturnType<typeof upcomingQuery>['queryFn']>>>>

function Board({ today, look, data }: { today: Day; look: Look; data: Data }) {
  const zone = useZone()
  const client = useQueryClient()
  const actions = useActions()
  const board = useRef<HTMLDivElement>(null)
  const tasks = useMemo(() => tasksOf(data.pages), [data])
  const { groups } = usePlan(tasks, zone)
  useWaking(tasks)
  const [asked, setAsked] = useState<{ task: Task; beside: HTMLElement } | null>(null)
  const [menu, setMenu] = useState(false)
  const moving = useProgress() !== null

  // A task that goes elsewhere takes the focus along.
  const follow = useRef<{ id: string; from: string | undefined } | null>(null)
  useEffect(() => {
    if (!follow.current) return
    const li = board.current?.querySelector(`[data-task="${follow.current.id}"]`)
    if (!li || li.closest<HTMLElement>('[data-place]')?.dataset.place === follow.current.from) return
    follow.current = null
    li.querySelector<HTMLElement>('a')?.focus()
  })

  const move = (task: Task, day: Day | null) => {
    const now = present()
    const to = day && movedTo(task.due_date, day, now, zone)
    if (to === task.due_date) return
    const li = board.current?.querySelector(`[data-task="${task.id}"]`)
    if (day) follow.current = { id: task.id, from: li?.closest<HTMLElement>('[data-place]')?.dataset.place }
    else if (li) neighbour(li)?.focus()
    const where = day ? `Moved to ${dayWords(day, now, zone).text.replace(/^T(o)/, 't$1')}` : 'No date'
    void actions.edit(task, { due_date: to }, `${where}: ${short(task.title)}`)
  }
  useDrops((task, place) => move(task, place))
  const ask = useCallback((task: Task, beside: HTMLElement) => {
    setMenu(true)
    setAsked({ task, beside })
  }, [])

  const withId = (id: string, fn: (task: Task) => void) => {
    const task = tasks.find((t) => t.id === id)
    if (task) fn(task)
  }
  const keys = {
    complete: (id: string) => withId(id, (task) => void actions.complete(task)),
    ask: (id: string, beside: HTMLElement) => withId(id, (task) => ask(task, beside)),
    move: (id: string, days: number) =>
      withId(id, (task) => {
        const day = addDays(dueDay(task.due_date!, zone), days)
        move(task, day < today ? today : day)
      }),
  }

  const overdue = groups[0]!.tasks
  const allToday = () => {
    const now = present()
    void editMany(client, 'Moved to today', overdue, (task) => ({ due_date: movedTo(task.due_date, today, now, zone) }))
  }

  return (
    // The keys are those of the tasks inside, which have the focus.
    // eslint-disable-next-line jsx-a11y/no-static-element-interactions
    <div
      ref={board}
      data-board
      onKeyDown={(e) => onKeys(e, look === 'columns', keys)}
      className={
        look === 'columns'
          ? 'relative -mx-5 flex h-[calc(100dvh-12.5rem)] min-h-90 gap-4 overflow-x-auto px-3 desk:-mx-10 desk:px-8'
          : '-mx-2'
      }
    >
      {groups
        .filter((g) => g.tasks.length > 0 || (g.place !== 'overdue' && g.place !== 'later'))
        .map((group) => (
          <GroupOf
            key={group.place}
            group={group}
            today={today}
            look={look}
            ask={ask}
            more={group.place === 'overdue' ? data.more.overdue : group.place === 'later' && data.more.later}
            action={
              group.place === 'overdue' && (
                <button
                  type="button"
                  disabled={moving}
                  onClick={allToday}
                  className="relative min-h-7 rounded-lg px-2 text-[13px] font-medium whitespace-nowrap text-accent before:absolute before:-inset-2 before:content-[''] hover:bg-accent-soft disabled:opacity-50"
                >
                  All to today
                </button>
              )
            }
          />
        ))}
      {menu && (
        <MoveMenu
          asked={asked}
          onMove={move}
          onClose={() => setAsked(null)}
          onMissing={() => {
            setMenu(false)
            setAsked(null)
          }}
        />
      )}
    </div>
  )
}

function Moving() {
  const progress = useProgress()
  if (!progress) return null
  return (
    <div className="mb-4 flex min-h-11 flex-wrap items-center gap-1 rounded-control bg-accent-soft py-2 pr-1.5 pl-4 desk:py-1">
      <Under progress={progress} />
    </div>
  )
}

const looks: [Look, string][] = [
  ['columns', 'Columns'],
  ['list', 'List'],
]

function LookChoice({ look }: { look: Look }) {
  return (
    <div
      role="group"
      aria-label="Days as"
      className="hidden gap-0.5 rounded-control border border-line p-0.75 desk:flex"
    >
      {looks.map(([to, name]) => (
        <button
          key={to}
          type="button"
          aria-pressed={look === to}
          onClick={() => setLook(to)}
          className="min-h-11 rounded-lg px-3 fine:min-h-8.5 text-[13.5px] font-medium text-ink-3 hover:text-ink aria-pressed:bg-accent-soft aria-pressed:text-accent"
        >
          {name}
        </button>
      ))}
    </div>
  )
}
