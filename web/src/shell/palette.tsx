import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useDeferredValue, useId, useState } from 'react'
import { api, data } from '../api/client'
import { explain } from '../api/errors'
import { inTree, projectsQuery } from '../api/projects'
import { count } from '../ui/count'
import { Dialog } from '../ui/dialog'
import { Icon, type IconName } from '../ui/icon'
import { Kbd } from '../ui/kbd'
import { short } from '../ui/short'
import { Soon } from '../ui/skeleton'
import { DueText } from '../now/row'
import { beginsWith, useActsInHand, useInHand } from './in-hand'
import { openOverlay, useOverlay } from './overlay'
import { setTheme } from './theme'

type Command = { id: string; label: string; icon: IconName; run: () => void; due?: string | null; keys?: string }

/** Finds tasks, goes places and does things, all by typing. */
export default function Palette() {
  const open = useOverlay() === 'palette'
  return (
    <Dialog open={open} onClose={() => openOverlay(null)} title="Search and commands" hideTitle>
      <Finder />
    </Dialog>
  )
}

function Finder() {
  const navigate = useNavigate()
  const [text, setText] = useState('')
  const [at, setAt] = useState(0)
  const wanted = useDeferredValue(text.trim())
  const list = useId()
  const found = useQuery({
    queryKey: ['found', wanted],
    queryFn: ({ signal }) =>
      data(
        api.GET('/api/tasks', {
          signal,
          params: { query: { q: wanted, limit: 12, status: ['pending', 'in_progress', 'snoozed'] } },
        }),
      ),
    enabled: wanted !== '',
  })
  const go = (to: string) => () => void navigate({ to })
  const commands: Command[] = [
    { id: 'add', label: 'Add a task', icon: 'plus' as const, run: () => openOverlay('add') },
    { id: 'template', label: 'Use template…', icon: 'plus' as const, run: () => openOverlay('template') },
    { id: 'now', label: 'Go to Now', icon: 'now' as const, run: go('/') },
    { id: 'tasks', label: 'Go to Tasks', icon: 'list' as const, run: go('/tasks') },
    { id: 'upcoming', label: 'Go to Upcoming', icon: 'calendar' as const, run: go('/upcoming') },
    { id: 'ranked', label: 'Go to All ranked', icon: 'list' as const, run: go('/ranked') },
    { id: 'trash', label: 'Go to Trash', icon: 'trash' as const, run: go('/trash') },
    { id: 'settings', label: 'Go to Settings', icon: 'settings' as const, run: go('/settings') },
    { id: 'weights', label: 'Score weights', icon: 'settings' as const, run: go('/settings/score') },
    { id: 'templates', label: 'Templates', icon: 'settings' as const, run: go('/settings/templates') },
    { id: 'data', label: 'Import and export', icon: 'upload' as const, run: go('/settings/data') },
    {
      id: 'assistants',
      label: 'Assistants: connect, cut off',
      icon: 'settings' as const,
      run: go('/settings/assistants'),
    },
    { id: 'account', label: 'Account and sign out', icon: 'signOut' as const, run: go('/settings/account') },
    { id: 'light', label: 'Theme: light', icon: 'sun' as const, run: () => setTheme('light') },
    { id: 'dark', label: 'Theme: dark', icon: 'moon' as const, run: () => setTheme('dark') },
    { id: 'system', label: 'Theme: as the system', icon: 'settings' as const, run: () => setTheme('system') },
    { id: 'help', label: 'Keyboard shortcuts', icon: 'keyboard' as const, run: () => openOverlay('help') },
  ].filter((c) => c.label.toLowerCase().includes(text.trim().toLowerCase()))
  const projects: Command[] = inTree(useQuery(projectsQuery).data ?? [])
    .filter(({ project }) => text.trim() && project.name.toLowerCase().includes(text.trim().toLowerCase()))
    .map(({ project: { id, name } }) => ({
      id,
      label: name,
      icon: 'folder' as const,
      run: () => void navigate({ to: '/tasks', search: { project: id } }),
    }))
  // What was found for other words is not what Enter means.
  const current = text.trim() === wanted
  const page = wanted && current ? found.data : undefined
  const tasks: Command[] = (page?.tasks ?? []).map((t) => ({
    id: t.id,
    label: t.title,
    icon: 'check' as const,
    due: t.due_date,
    run: () => void navigate({ to: '/tasks/$id', params: { id: t.id } }),
  }))
  const rest: Command[] = page?.next_cursor
    ? [
        {
          id: 'rest',
          label: `All tasks with “${short(wanted)}”`,
          icon: 'search' as const,
          run: () => void navigate({ to: '/tasks', search: { q: wanted } }),
        },
      ]
    : []
  const inHand = useInHand()
  const acts: Command[] = useActsInHand(inHand)
    .filter((act) => beginsWith(act.label, text))
    .map((act) => ({ id: `act ${act.label}`, ...act }))
  const others = text.trim() ? [...projects, ...tasks, ...rest, ...commands] : commands
  const all = [...acts, ...others]
  const chosen = Math.min(at, Math.max(all.length - 1, 0))
  const run = (c: Command) => {
    openOverlay(null)
    c.run()
  }
  const option = (c: Command, i: number) => (
    // The keys are the input's, which says what is chosen.
    // eslint-disable-next-line jsx-a11y/click-events-have-key-events
    <div
      key={c.id}
      id={`${list}-${i}`}
      role="option"
      aria-selected={i === chosen}
      tabIndex={-1}
      ref={i === chosen ? (li) => li?.scrollIntoView({ block: 'nearest' }) : undefined}
      onMouseMove={() => setAt(i)}
      onClick={() => run(c)}
      className="flex min-h-11 cursor-pointer items-center gap-3 rounded-lg px-3.5 text-[14.5px] fine:min-h-10.5 aria-selected:bg-accent-soft"
    >
      <Icon name={c.icon} className="size-4 text-ink-3" />
      <span dir="auto" className="min-w-0 flex-1 truncate">
        {c.label}
      </span>
      {c.due && (
        <span className="text-[13px] text-ink-3">
          <DueText date={c.due} />
        </span>
      )}
      {c.keys && <Kbd look="bare">{c.keys}</Kbd>}
    </div>
  )
  return (
    <div className="flex min-h-0 flex-col">
      <input
        autoFocus
        role="combobox"
        aria-expanded="true"
        aria-controls={list}
        aria-activedescendant={all[chosen] ? `${list}-${chosen}` : undefined}
        aria-label="Search and commands"
        placeholder="Find a task, go somewhere, do something"
        value={text}
        dir="auto"
        onChange={(e) => {
          setText(e.target.value)
          setAt(0)
        }}
        onKeyDown={(e) => {
          const step = { ArrowDown: 1, ArrowUp: -1 }[e.key]
          if (step) {
            e.preventDefault()
            setAt((chosen + step + all.length) % Math.max(all.length, 1))
          } else if (e.key === 'Enter' && all[chosen]) {
            e.preventDefault()
            run(all[chosen])
          }
        }}
        className="w-full border-b border-line bg-transparent py-4 pr-14 pl-5 text-[17px] outline-none"
      />
      <div id={list} role="listbox" aria-label="Found" className="min-h-0 overflow-y-auto p-1.5">
        {inHand && acts.length > 0 && (
          <div role="group" aria-label={inHand.title}>
            <p aria-hidden="true" dir="auto" className="truncate px-3.5 pt-2 pb-1 text-[13px] text-ink-3">
              {inHand.title}
            </p>
            {acts.map(option)}
            {others.length > 0 && <div aria-hidden="true" className="mx-3.5 my-1.5 border-t border-line" />}
          </div>
        )}
        {others.map((c, i) => option(c, acts.length + i))}
      </div>
      <div role="status" className="px-5 pb-3 text-[14px] text-ink-3 empty:hidden">
        {text.trim() &&
          (!current || found.isPending ? (
            <Soon>Looking for tasks</Soon>
          ) : found.error ? (
            `Tasks could not be looked for. ${explain(found.error)}`
          ) : all.length === 0 ? (
            'Nothing found.'
          ) : (
            <span className="sr-only">
              {count(tasks.length, 'task')} found{rest.length > 0 && ', and there are more'}
            </span>
          ))}
      </div>
    </div>
  )
}
