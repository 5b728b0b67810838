import { useQueries, useQueryClient } from '@tanstack/react-query'
import { Link, useRouter } from '@tanstack/react-router'
import { useEffect, useEffectEvent, useRef, useState } from 'react'
import type { Task } from '../api/client'
import { taskQuery } from '../api/queries'
import { SnoozeMenu } from '../now/snooze-menu'
import { useActions } from '../shell/actions'
import { useZone } from '../shell/zone'
import { present, useWords } from '../time/now'
import { dueWords, type Due } from '../time/words'
import { IconButton } from '../ui/button'
import { useDesk } from '../ui/desk'
import { Icon } from '../ui/icon'
import { closeNotices } from './close'
import { nameOf, reminds, type Moment } from './due'
import { follow } from './follow'
import { areOn, show } from './notices'
import { untold } from './told'
import { forWords } from './words'

/** What is shown, and until when the task slept then: who puts it off again has seen it. */
type Held = { moment: Moment; asleep: string | null }

/** One is said to be late that comes so long after its moment. */
const late = 5 * 60_000

/** Says what the person is to be reminded of, as it comes, until they have done something about it. */
export default function Reminders({ back }: { back: () => void }) {
  const client = useQueryClient()
  const zone = useZone()
  const desk = useDesk()
  const [held, setHeld] = useState<Held[]>([])
  const drop = (of: (moment: Moment) => boolean) => {
    for (const { moment } of held) if (of(moment)) void closeNotices(nameOf(moment))
    setHeld((all) => all.filter(({ moment }) => !of(moment)))
  }
  useFollowing(zone, setHeld)
  useAskedFor((task) => drop((moment) => moment.task_id === task))

  const tasks = useQueries({ queries: held.map(({ moment }) => taskQuery(moment.task_id)) }).map(({ data }) => data)
  const stand = held.flatMap((one, i) => {
    const task = tasks[i]
    return !task || stands(one, task, zone) ? [{ moment: one.moment, task }] : []
  })
  /** Once a change is done, what it has settled does not come back when it is undone. */
  const settle = () => {
    for (const one of held) {
      const task = client.getQueryData(taskQuery(one.moment.task_id).queryKey)
      if (task && !stands(one, task, zone)) drop((moment) => moment === one.moment)
    }
  }
  const pressed = useFocusBack(stand.length, back)

  const shown = stand.slice(0, desk ? 2 : 1)
  if (shown.length === 0) return null
  // In the corner, where there is one: what is said below does not move them.
  return (
    <div className="flex w-full flex-col gap-2 desk:absolute desk:right-0 desk:bottom-14 desk:w-90">
      {shown.map(({ moment, task }, i) => (
        <Card
          key={nameOf(moment)}
          moment={moment}
          task={task}
          zone={zone}
          more={i === shown.length - 1 ? stand.length - shown.length : 0}
          onPress={pressed}
          onSettled={settle}
          onDismiss={() => drop((other) => other === moment)}
          onDismissAll={() => drop(() => true)}
        />
      ))}
    </div>
  )
}

const stands = ({ moment, asleep }: Held, task: Task, zone: string) =>
  reminds(task, moment.at, zone) && (!task.snoozed_until || task.snoozed_until === asleep)

/** The newest comes first. */
const withOne = (all: Held[], one: Held) =>
  [one, ...all.filter(({ moment }) => nameOf(moment) !== nameOf(one.moment))].sort(
    (a, b) => Date.parse(b.moment.at) - Date.parse(a.moment.at),
  )

function useFollowing(zone: string, setHeld: (to: (all: Held[]) => Held[]) => void) {
  const client = useQueryClient()
  const router = useRouter()
  const showHere = useEffectEvent((moment: Moment) => {
    void closeNotices(nameOf(moment))
    // Whoever came by its notice sees it already.
    const said = untold('said', [moment], nameOf).length === 0
    if (said && router.history.location.pathname === `/tasks/${moment.task_id}`) return
    const asleep = client.getQueryData(taskQuery(moment.task_id).queryKey)?.snoozed_until ?? null
    setHeld((all) => withOne(all, { moment, asleep }))
  })
  const say = useEffectEvent((moment: Moment) => void show(moment, Date.now(), zone))
  useEffect(() => follow(client, { show: (m) => showHere(m), say: (m) => say(m), areSaid: areOn }), [client])
}

/** The notice of a task was pressed: it is shown here. */
function useAskedFor(onShown: (task: string) => void) {
  const router = useRouter()
  const come = useEffectEvent(({ data, ports }: MessageEvent<unknown>) => {
    const task = (data as { show?: unknown } | null)?.show
    if (typeof task !== 'string') return
    ports[0]?.postMessage(true)
    onShown(task)
    void router.navigate({ to: '/tasks/$id', params: { id: task } })
  })
  useEffect(() => {
    const worker = navigator.serviceWorker as ServiceWorkerContainer | undefined
    const listen = (e: MessageEvent<unknown>) => come(e)
    worker?.addEventListener('message', listen)
    return () => worker?.removeEventListener('message', listen)
  }, [])
}

/** What was pressed goes with its card: the focus goes back to where it came from, also from a menu that hands it on later. */
function useFocusBack(cards: number, back: () => void) {
  const was = useRef(false)
  const goBack = useEffectEvent(back)
  useEffect(() => {
    if (!was.current) return
    was.current = false
    const timer = setTimeout(() => {
      if (!document.activeElement || document.activeElement === document.body) goBack()
    })
    return () => clearTimeout(timer)
  }, [cards])
  return () => {
    was.current = true
    back()
  }
}

const actClass =
  'inline-flex min-h-11 items-center rounded-lg px-3 font-[550] whitespace-nowrap text-accent hover:bg-accent-soft fine:min-h-9'

type CardProps = {
  moment: Moment
  task: Task | undefined
  zone: string
  more: number
  onPress: () => void
  onSettled: () => void
  onDismiss: () => void
  onDismissAll: () => void
}

function Card({ moment, task, zone, more, onPress, onSettled, onDismiss, onDismissAll }: CardProps) {
  const actions = useActions()
  const does = (fn: () => Promise<void> | void) => () => {
    onPress()
    void Promise.resolve(fn()).then(onSettled)
  }
  return (
    <div
      role="status"
      className="rise pointer-events-auto rounded-card border border-line bg-surface py-1.5 pr-1.5 pl-4 shadow-card"
    >
      <div className="flex items-start gap-3">
        <Icon name="bell" className="mt-2.75 size-4.5 text-accent" />
        <div className="min-w-0 flex-1 py-1.5">
          <span className="sr-only">Reminder: </span>
          <p dir="auto" className="line-clamp-2 font-[550]">
            {task?.title ?? moment.title}
          </p>
          <When moment={moment} due={task ? task.due_date : moment.due_date} zone={zone} />
        </div>
        <IconButton
          label="Dismiss"
          onClick={() => {
            onPress()
            onDismiss()
          }}
        >
          <Icon name="close" />
        </IconButton>
      </div>
      <div className="flex items-center justify-end gap-x-1">
        {task && (
          <>
            <button type="button" onClick={does(() => actions.complete(task))} className={actClass}>
              Done
            </button>
            <SnoozeMenu
              task={task}
              onPick={(until) => does(() => actions.remindAgain(task, until, zone))()}
              trigger={
                <button type="button" className={actClass}>
                  Snooze
                </button>
              }
            />
          </>
        )}
        <Link to="/tasks/$id" params={{ id: moment.task_id }} onClick={onDismiss} className={actClass}>
          Open
        </Link>
      </div>
      {more > 0 && (
        <div className="mt-1.5 -mr-1.5 -ml-4 flex items-center justify-between border-t border-line pt-1.5 pr-1.5 pl-11.5 text-[13px] text-ink-3">
          <span className="tnum">{more} more</span>
          <button
            type="button"
            onClick={() => {
              onPress()
              onDismissAll()
            }}
            className={actClass}
          >
            Dismiss all
          </button>
        </div>
      )}
    </div>
  )
}

const nothing: Due = { text: '', until: Infinity, overdue: false, today: false }

function When({ moment, due, zone }: { moment: Moment; due: string | null; zone: string }) {
  const [came] = useState(present)
  const words = useWords((now) => (due ? dueWords(due, now, zone) : nothing))
  const isLate = came - Date.parse(moment.at) >= late
  return (
    <p className="flex flex-wrap gap-x-3 text-[13px] text-ink-3">
      {due && <span className={words.overdue || words.today ? 'text-deadline-ink' : ''}>{words.text}</span>}
      {(isLate || !due) && <ForWords moment={moment} zone={zone} />}
    </p>
  )
}

function ForWords({ moment, zone }: { moment: Moment; zone: string }) {
  const text = useWords((now) => forWords(moment, now, zone))
  return <span>{text.text}</span>
}
