import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, Outlet, useNavigate, useRouter } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { followOtherTabs } from '../api/changes'
import { bestQuery, preferencesQuery, topQuery } from '../api/queries'
import { useMinute, useToday } from '../time/now'
import { clockOf, dayOf } from '../time/zone'
import { nameOfDay } from '../time/words'
import { Icon, type IconName } from '../ui/icon'
import { Kbd, modifier } from '../ui/kbd'
import { Toasts, undoLast } from '../ui/toast'
import { countOfWeek, weekQuery } from '../upcoming/queries'
import { settled, useConflict } from './conflict-state'
import { useReachability, useReachable } from './online'
import { openOverlay, useOverlay } from './overlay'
import { part } from './part'
import { useRenewal } from './renewal'
import { useSequences, useShortcutsOf } from './shortcuts'
import { useZone } from './zone'

const QuickAdd = part(() => import('./quick-add').then((m) => m.default))
const Palette = part(() => import('./palette').then((m) => m.default))
const Help = part(() => import('./help').then((m) => m.default))
const ConflictDialog = part(() => import('./conflict').then((m) => m.default))

type Place = { to: '/' | '/tasks' | '/upcoming' | '/settings'; label: string; icon: IconName }

export const places: Place[] = [
  { to: '/', label: 'Now', icon: 'now' },
  { to: '/tasks', label: 'Tasks', icon: 'list' },
  { to: '/upcoming', label: 'Upcoming', icon: 'calendar' },
  { to: '/settings', label: 'Settings', icon: 'settings' },
]

/** What stands around every screen. */
export function Frame() {
  const client = useQueryClient()
  const navigate = useNavigate()
  useReachability()
  useClosing()
  useAsked()
  useEffect(() => followOtherTabs(client), [client])
  useSequences()
  const go = (to: Place['to']) => () => void navigate({ to })
  useShortcutsOf('Everywhere', {
    add: () => openOverlay('add'),
    find: () => openOverlay('palette'),
    undo: () => void undoLast(),
    toNow: go('/'),
    toTasks: go('/tasks'),
    toUpcoming: go('/upcoming'),
    toSettings: go('/settings'),
    help: () => openOverlay('help'),
  })
  return (
    <>
      <a
        href="#main"
        className="sr-only z-50 rounded-control bg-surface px-4 py-3 focus:not-sr-only focus:fixed focus:top-3 focus:left-3"
      >
        Skip to the content
      </a>
      <div className="desk:grid desk:min-h-dvh desk:grid-cols-[216px_minmax(0,1fr)]">
        <Sidebar />
        <main
          id="main"
          tabIndex={-1}
          className="group/main beside-panel px-5 pt-4 pb-28 outline-none desk:px-10 desk:pt-6 desk:pb-16"
        >
          <Top />
          <Notice />
          <Outlet />
        </main>
      </div>
      <TabBar />
      <Toasts />
      <Overlays />
    </>
  )
}

/** What is open over a screen does not outlive it: Back closes it too. */
function useClosing() {
  const { history } = useRouter()
  useEffect(() => history.subscribe(({ action }) => action.type !== 'REPLACE' && openOverlay(null)), [history])
}

/** The app's own menu, on a phone or a dock, opens it with /?add=1. */
function useAsked() {
  const router = useRouter()
  useEffect(() => {
    const { pathname, search } = location
    if (pathname !== '/' || !new URLSearchParams(search).has('add')) return
    router.history.replace('/')
    openOverlay('add')
  }, [router])
}

/** How many tasks are due in the coming week, today included. */
function useWeek(): string | undefined {
  const client = useQueryClient()
  const zone = useZone()
  const today = useToday(zone)
  const best = useQuery(bestQuery).isPending
  const week = useQuery({ ...weekQuery(zone), enabled: !best }).data // what is to do now comes first
  const asked = week?.today
  useEffect(() => {
    if (asked && asked !== today) void client.invalidateQueries({ queryKey: weekQuery(zone).queryKey })
  }, [client, asked, today, zone])
  return week && countOfWeek(week.pages, today, zone)
}

function Sidebar() {
  const top = useQuery(topQuery).data
  const week = useWeek()
  const counts: Partial<Record<Place['to'], string | number>> = {}
  if (top) counts['/tasks'] = top.total
  if (week && week !== '0') counts['/upcoming'] = week
  return (
    <nav
      aria-label="Main"
      className="sticky top-0 hidden h-dvh flex-col gap-0.5 border-r border-line px-4 py-6 desk:flex"
    >
      <p className="flex items-center gap-2.5 px-2.5 pb-5 font-[650] tracking-[-0.01em]">
        <Icon name="now" className="size-5.5 text-accent" />
        MindFlow
      </p>
      {places.map((p) => (
        <Link
          key={p.to}
          to={p.to}
          activeOptions={{ exact: p.to === '/' }}
          className="flex min-h-11 items-center gap-3 rounded-[9px] fine:min-h-9.5 px-2.5 font-medium text-ink-2 hover:text-ink aria-[current=page]:bg-accent-soft aria-[current=page]:text-accent"
        >
          <Icon name={p.icon} className="size-4.5" />
          {p.label}
          <span className="tnum ml-auto text-[13px] font-[450] text-ink-3">{counts[p.to]}</span>
        </Link>
      ))}
      <span className="flex-1" />
      <Clock />
    </nav>
  )
}

/** Where and when the person is, by their own zone. */
function Clock() {
  const known = useQuery(preferencesQuery).data !== undefined
  const zone = useZone()
  const now = useMinute()
  if (!known) return null
  const day = dayOf(now, zone)
  const city = zone.slice(zone.lastIndexOf('/') + 1).replaceAll('_', ' ')
  return (
    <p className="tnum truncate px-2.5 py-2 text-[13px] text-ink-3">
      {nameOfDay(day, day)}, {clockOf(now, zone)} {city}
    </p>
  )
}

function Top() {
  return (
    <div className="mx-auto mb-9 flex max-w-180 items-center gap-3 group-has-[[data-wide]]/main:max-w-240 desk:mb-14">
      <button
        type="button"
        onClick={() => openOverlay('add')}
        className="flex min-h-11 flex-1 items-center gap-2.5 rounded-[11px] border border-line bg-surface px-3 text-left text-ink-3 hover:border-ink-3 fine:min-h-10.5"
      >
        <Icon name="plus" />
        <span className="flex-1 truncate">Add a task</span>
        <Kbd>Q</Kbd>
      </button>
      <button
        type="button"
        aria-label="Search and commands"
        onClick={() => openOverlay('palette')}
        className="grid min-h-11 min-w-11 place-items-center rounded-[11px] border border-line bg-surface px-2 text-ink-3 hover:border-ink-3 hover:text-ink fine:min-h-10.5"
      >
        <Icon name="search" className="size-4.5 desk:hidden" />
        <Kbd look="bare">{`${modifier} K`}</Kbd>
      </button>
    </div>
  )
}

/** What is to be known about the app itself, in the room under its top: nothing below it moves. */
function Notice() {
  const reachable = useReachable()
  const renewal = useRenewal()
  return (
    <div role="status" className="relative mx-auto max-w-180 group-has-[[data-wide]]/main:max-w-240">
      {(!reachable || renewal) && (
        <p className="absolute inset-x-0 -top-8.5 flex h-8 items-center gap-2.5 rounded-control bg-accent-soft px-3 text-[13px] whitespace-nowrap text-ink-2 desk:-top-13 desk:h-9 desk:px-3.5 desk:text-[14px]">
          {reachable ? (
            <>
              <span className="flex-1 truncate">MindFlow was renewed.</span>
              <button
                type="button"
                onClick={() => location.reload()}
                className="relative rounded-lg px-2 font-[550] text-accent before:absolute before:-inset-3 before:content-['']"
              >
                Reload
              </button>
            </>
          ) : (
            <>
              <Icon name="offline" />
              <span className="truncate">
                Offline. This is what was last known
                <span className="hidden desk:inline">; changes have to wait until the server is back</span>.
              </span>
            </>
          )}
        </p>
      )}
    </div>
  )
}

/** The ways, by thumb. */
function TabBar() {
  const tab =
    'grid min-h-13 min-w-16 content-center justify-items-center gap-0.75 rounded-lg text-[11px] font-[550] text-ink-3 aria-[current=page]:text-accent'
  const link = ({ to, label, icon }: Place) => (
    <Link key={to} to={to} activeOptions={{ exact: to === '/' }} className={tab}>
      <Icon name={icon} className="size-5.5" />
      {label}
    </Link>
  )
  return (
    <nav
      aria-label="Main"
      className="fixed inset-x-0 bottom-0 z-30 flex justify-around border-t border-line bg-surface px-2 pt-1 pb-[max(8px,env(safe-area-inset-bottom))] desk:hidden"
    >
      {places.slice(0, 2).map(link)}
      <button type="button" onClick={() => openOverlay('add')} className={tab}>
        <Icon name="plus" className="size-5.5" />
        Add
      </button>
      {places.slice(2).map(link)}
    </nav>
  )
}

/** What opens over a screen. Its code comes when it is first wanted. */
function Overlays() {
  const overlay = useOverlay()
  const conflict = useConflict()
  const [wanted, setWanted] = useState<ReadonlySet<string>>(new Set())
  if (overlay && !wanted.has(overlay)) setWanted(new Set([...wanted, overlay]))
  const missing = () => {
    setWanted(new Set())
    openOverlay(null)
  }
  return (
    <>
      {wanted.has('add') && <QuickAdd onMissing={missing} />}
      {wanted.has('palette') && <Palette onMissing={missing} />}
      {wanted.has('help') && <Help onMissing={missing} />}
      {conflict && <ConflictDialog conflict={conflict} onMissing={settled} />}
    </>
  )
}
