import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, Outlet, useNavigate, useRouter } from '@tanstack/react-router'
import { useEffect, useReducer, useState } from 'react'
import { followOtherTabs } from '../api/anew'
import { bestQuery, preferencesQuery, topQuery } from '../api/queries'
import { useMinute, useToday } from '../time/now'
import { useDesk } from '../ui/desk'
import { Icon } from '../ui/icon'
import { Toasts, undoLast } from '../ui/toast'
import { countOfWeek, weekQuery } from '../upcoming/queries'
import { settled, useConflict } from './conflict-state'
import { useReachability, useReachable } from './online'
import { ClockView, FrameView, type Counts, type Place, type PlaceProps } from './frame-view'
import { openOverlay, useOverlay } from './overlay'
import { part } from './part'
import { useRenewal } from './renewal'
import { useScopeAsked } from './scope'
import { useSequences, useShortcutsOf } from './shortcuts'
import { useZone } from './zone'

const QuickAdd = part(() => import('./quick-add').then((m) => m.default))
const ProjectsNav = part(() => import('./projects-nav').then((m) => m.default))
const Reminders = part(() => import('../reminding/reminders').then((m) => m.default))
const Palette = part(() => import('./palette').then((m) => m.default))
const Help = part(() => import('./help').then((m) => m.default))
const UseTemplate = part(() => import('./use-template').then((m) => m.default))
const SaveTemplate = part(() => import('./save-template').then((m) => m.default))
const ScopeDialog = part(() => import('./scope-dialog').then((m) => m.default))
const ConflictDialog = part(() => import('./conflict').then((m) => m.default))

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
      <FrameView to={PlaceLink} counts={useCounts()} clock={<Clock />} projects={<Projects />} notice={<Notice />}>
        <Outlet />
      </FrameView>
      <Toasts above={Reminding} />
      <Overlays />
    </>
  )
}

/** Where there is room for the projects, who is in one of them is there, and not in Tasks. */
function PlaceLink({ to, ...props }: PlaceProps) {
  const desk = useDesk()
  if (to === '/tasks' && desk)
    return <Link to={to} search={{ project: undefined }} activeOptions={{ explicitUndefined: true }} {...props} />
  return <Link to={to} activeOptions={{ exact: to === '/' }} {...props} />
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

function useCounts() {
  const top = useQuery(topQuery).data
  const week = useWeek()
  const counts: Counts = {}
  if (top) counts['/tasks'] = top.total
  if (week && week !== '0') counts['/upcoming'] = week
  return counts
}

/** The projects come after what is to do now, where there is room for them. */
function Projects() {
  const desk = useDesk()
  const later = useQuery(bestQuery).isPending
  return desk && !later ? <ProjectsNav onMissing={() => {}} /> : null
}

const retry = 60_000

/** Reminders come after what is to do now. Where their code cannot be had, it is asked for again after a while. */
function Reminding({ back }: { back: () => void }) {
  const later = useQuery(bestQuery).isPending
  const [tries, again] = useReducer((n: number) => n + 1, 0)
  return later ? null : <Reminders key={tries} unasked onMissing={() => setTimeout(again, retry)} back={back} />
}

/** Where and when the person is, by their own zone. */
function Clock() {
  const known = useQuery(preferencesQuery).data !== undefined
  const zone = useZone()
  const now = useMinute()
  return known ? <ClockView now={now} zone={zone} /> : null
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

/** What opens over a screen. Its code comes when it is first wanted. */
function Overlays() {
  const overlay = useOverlay()
  const conflict = useConflict()
  const scope = useScopeAsked()
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
      {wanted.has('template') && <UseTemplate onMissing={missing} />}
      {wanted.has('save-template') && <SaveTemplate onMissing={missing} />}
      {scope && <ScopeDialog question={scope} onMissing={() => scope.answer(scope.usual)} />}
      {conflict && <ConflictDialog conflict={conflict} onMissing={settled} />}
    </>
  )
}
