import { QueryObserver, queryOptions, type QueryClient } from '@tanstack/react-query'
import { api, data, type Task } from '../api/client'
import { isStatus, SignedOut } from '../api/errors'
import { projectsQuery } from '../api/projects'
import { knownZone, taskQuery } from '../api/queries'
import { at } from '../time/now'
import { dueOf, nameOf, nextOf, reminds, withDue, type Moment } from './due'
import { note, take, untold, type Way } from './told'

const minute = 60_000

/** What the person is to be reminded of within a day, and what has come of it since. */
export const remindersQuery = queryOptions({
  queryKey: ['reminders'],
  queryFn: async ({ signal, client }): Promise<Moment[]> => {
    const { reminders } = await data(api.GET('/api/reminders', { signal }))
    const before = client.getQueryData<Moment[]>(['reminders']) ?? []
    return withDue(untold('shown', before, nameOf), reminders, Date.now())
  },
})

/** What was made elsewhere is known after so long, in a tab nobody looks at too. */
const often = 5 * minute
/** Who looks at the app is reminded there: the other tabs wait a moment. */
const deference = 1_000
/** A device that has just woken has no network yet. */
const waking = 5_000

/** Where a person is reminded: in this tab, which they see, or by the system, if they want that. */
export type Hands = {
  show: (moment: Moment) => void
  say: (moment: Moment) => void
  areSaid: () => boolean
}

const isSeen = () => document.visibilityState === 'visible'
const isLookedAt = () => isSeen() && document.hasFocus()
const pause = (ms: number) => new Promise((go) => setTimeout(go, ms))

/** Reminds of what is due, when it is, until undone. */
export function follow(client: QueryClient, hands: Hands): () => void {
  let over = false
  let looking = false
  let again = false
  let cancel = () => {}
  const observer = new QueryObserver(client, {
    ...remindersQuery,
    refetchInterval: often,
    refetchIntervalInBackground: true,
  })

  const known = () => client.getQueryData(remindersQuery.queryKey) ?? []

  /** Of what is due, what nobody has told in this way; it is ours from now on. */
  const mine = async (way: Way) => {
    const due = untold(way, dueOf(known(), Date.now()), nameOf)
    if (due.length === 0) return []
    const names = new Set(await take(way, due.map(nameOf)))
    return due.filter((moment) => names.has(nameOf(moment)))
  }

  /** Tells each that is right still. */
  const tell = (moments: Moment[], hand: (moment: Moment) => void) =>
    Promise.all(
      moments.map(async (moment) => {
        const now = await stillDue(client, moment)
        if (now && !over) hand(now)
      }),
    )

  const once = async () => {
    if (isSeen()) {
      const moments = await mine('shown')
      // Nor is it said later, when one looks elsewhere or has turned that on.
      if (isLookedAt() || !hands.areSaid()) note('said', moments.map(nameOf))
      await tell(moments, hands.show)
    }
    if (!hands.areSaid() || isLookedAt()) return
    await pause(deference)
    if (!over && hands.areSaid() && !isLookedAt()) await tell(await mine('said'), hands.say)
  }

  const look = () => {
    cancel()
    cancel = at(nextOf(known(), Date.now()), look)
    if (looking) {
      again = true
      return
    }
    looking = true
    void once().finally(() => {
      looking = false
      if (!again || over) return
      again = false
      look()
    })
  }

  const stop = observer.subscribe(({ data }) => data && look())
  const events = ['focus', 'pageshow'] as const
  document.addEventListener('visibilitychange', look)
  for (const event of events) window.addEventListener(event, look)
  look()
  return () => {
    over = true
    stop()
    cancel()
    document.removeEventListener('visibilitychange', look)
    for (const event of events) window.removeEventListener(event, look)
  }
}

/** Reports whether a task is in a project that was put away. */
async function isPutAway(client: QueryClient, { project_id }: Task): Promise<boolean> {
  if (!project_id) return false
  const projects = await client.fetchQuery(projectsQuery)
  return projects.some(({ id, archived_at }) => id === project_id && archived_at !== null)
}

/**
 * Asks whether a task still reminds at a moment, and of what: it may have been done or moved on another device. Where
 * the server cannot be reached, what was known counts; nothing where there is no reason left.
 */
async function stillDue(client: QueryClient, moment: Moment, tries = 0): Promise<Moment | null> {
  const { queryKey } = taskQuery(moment.task_id)
  const asIn = ({ title, due_date }: Task) => ({ ...moment, title, due_date })
  try {
    const task = await client.fetchQuery({ ...taskQuery(moment.task_id), staleTime: 0 })
    return reminds(task, moment.at, knownZone(client)) && !(await isPutAway(client, task)) ? asIn(task) : null
  } catch (error) {
    if (isStatus(error, 404) || error instanceof SignedOut) return null
    if (tries === 0 && Date.now() - Date.parse(moment.at) > minute) {
      await pause(waking)
      return stillDue(client, moment, 1)
    }
    const task = client.getQueryData(queryKey)
    if (!task) return moment
    return reminds(task, moment.at, knownZone(client)) ? asIn(task) : null
  }
}
