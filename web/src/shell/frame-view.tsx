import type { ComponentType, ReactNode } from 'react'
import { clockOf, dayOf } from '../time/zone'
import { nameOfDay } from '../time/words'
import { Icon, type IconName } from '../ui/icon'
import { Kbd, modifier } from '../ui/kbd'
import { openOverlay } from './overlay'

/*
 * What is seen around every screen. Nothing in this file uses a hook: it is drawn by React, and
 * before React is there.
 */

export type Place = { to: '/' | '/tasks' | '/upcoming' | '/settings'; label: string; icon: IconName }

export const places: Place[] = [
  { to: '/', label: 'Now', icon: 'now' },
  { to: '/tasks', label: 'Tasks', icon: 'list' },
  { to: '/upcoming', label: 'Upcoming', icon: 'calendar' },
  { to: '/settings', label: 'Settings', icon: 'settings' },
]

/** The column in the middle of the desk. */
export const columnClass = 'mx-auto max-w-180'

export type Counts = Partial<Record<Place['to'], string | number>>
export type PlaceProps = { to: Place['to'] | '/trash'; className: string; children: ReactNode }

type Links = { to: ComponentType<PlaceProps> }

export function FrameView({
  to,
  counts,
  clock,
  projects,
  notice,
  children,
}: Links & { counts: Counts; clock: ReactNode; projects?: ReactNode; notice?: ReactNode; children: ReactNode }) {
  return (
    <>
      <a
        href="#main"
        className="sr-only z-50 rounded-control bg-surface px-4 py-3 focus:not-sr-only focus:fixed focus:top-3 focus:left-3"
      >
        Skip to the content
      </a>
      <div className="desk:grid desk:min-h-dvh desk:grid-cols-[216px_minmax(0,1fr)]">
        <Sidebar to={to} counts={counts} clock={clock} projects={projects} />
        <main
          id="main"
          tabIndex={-1}
          className="group/main beside-panel px-5 pt-4 pb-28 outline-none desk:px-10 desk:pt-6 desk:pb-16"
        >
          <Top />
          {notice}
          {children}
        </main>
      </div>
      <TabBar to={to} />
    </>
  )
}

function Sidebar({
  to: To,
  counts,
  clock,
  projects,
}: Links & { counts: Counts; clock: ReactNode; projects: ReactNode }) {
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
        <To
          key={p.to}
          to={p.to}
          className="flex min-h-11 items-center gap-3 rounded-[9px] fine:min-h-9.5 px-2.5 font-medium text-ink-2 hover:text-ink aria-[current=page]:bg-accent-soft aria-[current=page]:text-accent"
        >
          <Icon name={p.icon} className="size-4.5" />
          {p.label}
          <span className="tnum ml-auto text-[13px] font-[450] text-ink-3">{counts[p.to]}</span>
        </To>
      ))}
      {projects}
      <span className="flex-1" />
      <To
        to="/trash"
        className="flex min-h-11 items-center gap-3 rounded-[9px] px-2.5 text-[13px] text-ink-3 hover:text-ink aria-[current=page]:bg-accent-soft aria-[current=page]:text-accent fine:min-h-9"
      >
        <Icon name="trash" className="size-4.5" />
        Trash
      </To>
      {clock}
    </nav>
  )
}

export function ClockView({ now, zone }: { now: number; zone: string }) {
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

/** The ways, by thumb. */
function TabBar({ to: To }: Links) {
  const tab =
    'grid min-h-13 min-w-16 content-center justify-items-center gap-0.75 rounded-lg text-[11px] font-[550] text-ink-3 aria-[current=page]:text-accent'
  const link = ({ to, label, icon }: Place) => (
    <To key={to} to={to} className={tab}>
      <Icon name={icon} className="size-5.5" />
      {label}
    </To>
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
