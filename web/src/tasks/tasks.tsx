import { keepPreviousData, useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { Outlet, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useCallback, useDeferredValue, useEffect, useMemo, useRef, useState } from 'react'
import type { Task } from '../api/client'
import { waitingQuery } from '../api/dependencies'
import { projectsQuery, within, type Project } from '../api/projects'
import { listQuery } from '../api/queries'
import { MoveMenu, type Asked } from '../order/move-menu'
import { stepped, type Spot } from '../order/place'
import { moveAmong, siblingsOf } from '../order/tasks'
import { ProjectMenu } from '../projects/project-menu'
import { useActions } from '../shell/actions'
import { useProgress } from '../shell/bulk'
import { useLongList } from '../shell/long-list'
import { useTitle } from '../shell/title'
import { useWaking } from '../shell/waking'
import { useZone } from '../shell/zone'
import { useMinute } from '../time/now'
import { dayOf } from '../time/zone'
import { useDesk } from '../ui/desk'
import { Heading } from '../ui/heading'
import { BulkBar } from './bulk-bar'
import { Empty, Failed, Waiting } from './empty'
import { Filters } from './filters'
import { useKeys } from './keys'
import { isOverdue, linesOf } from './lines'
import { TaskList } from './list'
import { manyOf } from './many'
import { AddTo, ArchivedNotice, byProject, linesByProject } from './of-project'
import { Picker, type Picking, type What } from './picker'
import type { Marks, Renaming, RowActions } from './row'
import { isByHand, isFiltered, isGrouped, listOf, sortOf, type Search } from './search'
import { SearchField } from './search-field'
import { all, extended, noSelection, toggled } from './selection'

const noProjects: Project[] = []

/** The task the keys mean, and where it stands, for when it goes. */
type Cursor = { id: string; index: number; focus: boolean }

/** Every task there is, as the address says: which, in what order. The one that is open stands at the side. */
export default function Tasks() {
  const search = useSearch({ from: '/inside/frame/tasks' })
  const open = useParams({ strict: false }).id
  const navigate = useNavigate()
  const client = useQueryClient()
  const actions = useActions()
  const zone = useZone()
  const desk = useDesk()
  const now = useMinute()
  const today = dayOf(now, zone)
  const query = useMemo(() => listOf(search, today), [search, today])
  const found = useInfiniteQuery({ ...listQuery(query), placeholderData: keepPreviousData })
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = found
  useLongList(listQuery(query).queryKey)

  const pages = found.data?.pages
  const projects = useQuery(projectsQuery).data ?? noProjects
  const project = search.project ? projects.find((p) => p.id === search.project) : undefined
  const inIt = useMemo(
    () =>
      project && isByHand(search) ? within(projects, project).filter((p) => !p.archived_at || project.archived_at) : [],
    [projects, project, search],
  )
  const tasks = useMemo(() => {
    // A task that moved while pages came may be on two.
    const seen = new Set<string>()
    const some: Task[] = []
    for (const page of pages ?? []) {
      for (const task of page.tasks) {
        if (seen.has(task.id)) continue
        seen.add(task.id)
        some.push(task)
      }
    }
    const wanted = search.due === 'overdue' ? some.filter((task) => isOverdue(task, now, zone)) : some
    return inIt.length > 0 ? byProject(wanted, inIt) : wanted
  }, [pages, search.due, now, zone, inIt])
  useWaking(tasks)
  const order = useMemo(() => tasks.map((task) => task.id), [tasks])
  // Until others have come, what is shown is told apart as it was asked for.
  const [telling, setTelling] = useState(search)
  if (telling !== search && !found.isPlaceholderData) setTelling(search)
  const lines = useMemo(
    () =>
      inIt.length > 0
        ? linesByProject(tasks, inIt)
        : linesOf(tasks, { sort: sortOf(telling), grouped: isGrouped(telling), now, zone }),
    [tasks, telling, now, zone, inIt],
  )
  const settled = useDeferredValue(tasks)
  useTitle(project ? project.name : undefined, search.project)
  const linked = useMemo(() => settled.some((task) => task.blocked_by.length > 0), [settled])
  const waiting = useQuery({ ...waitingQuery, enabled: linked }).data
  const titles = useMemo(() => new Map(settled.filter((t) => t.steps).map((t) => [t.id, t.title])), [settled])
  const marks = useMemo(
    (): Marks => ({
      project: (id) =>
        id && id !== search.project && !inIt.some((p) => p.id === id)
          ? projects.find((p) => p.id === id)?.name
          : undefined,
      parent: (id) => (id ? (titles.get(id) ?? client.getQueryData<Task>(['task', id])?.title) : undefined),
      waits: new Set(linked ? waiting : []),
    }),
    [projects, search.project, inIt, titles, client, linked, waiting],
  )
  const tags = useMemo(() => tagsOf(settled), [settled])

  const [cursor, setCursor] = useState<Cursor | null>(null)
  const [selection, setSelection] = useState(noSelection)
  const [selecting, setSelecting] = useState(false)
  const [picking, setPicking] = useState<(Picking & { tasks: Task[] }) | null>(null)
  const [renaming, setRenaming] = useState<Renaming | null>(null)
  const [asked, setAsked] = useState<Asked | null>(null)
  const many = useMemo(() => manyOf(client, actions, zone), [client, actions, zone])
  const busy = useProgress() !== null
  const field = useRef<HTMLInputElement>(null)

  // What is opened is what the keys mean; what is closed has them back.
  const [seen, setSeen] = useState<string | undefined>(undefined)
  if (open !== seen) {
    setSeen(open)
    if (open) setCursor({ id: open, index: Math.max(order.indexOf(open), 0), focus: false })
    else setCursor(cursor && { ...cursor, focus: true })
  }
  const at = cursor ? order.indexOf(cursor.id) : -1
  const index = at >= 0 ? at : Math.min(cursor?.index ?? 0, tasks.length - 1)
  const active = cursor ? tasks[index] : undefined
  const selected = useMemo(
    () => (selection.ids.size > 0 ? tasks.filter((task) => selection.ids.has(task.id)) : []),
    [tasks, selection],
  )
  const clear = useCallback(() => {
    setSelection(noSelection)
    setSelecting(false)
  }, [])
  // What was selected in one project is not in another.
  const [of, setOf] = useState(search.project)
  if (of !== search.project) {
    setOf(search.project)
    clear()
  }

  const change = useCallback(
    (to: Partial<Search>, replace = false) => {
      clear()
      void navigate({
        to: open ? '/tasks/$id' : '/tasks',
        params: { id: open },
        search: (s) => ({ ...s, ...to }),
        replace,
      })
    },
    [navigate, open, clear],
  )
  const go = (project: string | undefined) => void navigate({ to: '/tasks', search: { project } })
  const goto = (id: string | undefined, replace = false) =>
    void navigate({ to: id ? '/tasks/$id' : '/tasks', params: { id }, search: true, resetScroll: false, replace })
  const move = (to: number) => {
    const task = tasks[Math.max(0, Math.min(to, tasks.length - 1))]
    if (!task) return
    setCursor({ id: task.id, index: order.indexOf(task.id), focus: true })
    if (open) goto(task.id, true)
  }
  /** What the keys change: all that is selected, else what is open, else where the cursor is. */
  const meant = (): Task[] => {
    if (selected.length > 0) return selected
    const opened = open ? (client.getQueryData<Task>(['task', open]) ?? tasks.find((t) => t.id === open)) : undefined
    const one = opened ?? active
    return one ? [one] : []
  }
  const afterwards = (did: Promise<unknown>) => {
    if (selected.length > 0) clear()
    setCursor((c) => c && { ...c, focus: true })
    void did
  }
  const pick = (what: What) => {
    const those = meant()
    if (those.length > 0) setPicking({ what, ...placeOf(active?.id, what), tasks: those })
  }
  useKeys({
    rows: tasks.length,
    move: (by) => move(cursor ? index + by : Math.max(order.indexOf(firstSeen(desk)), 0)),
    search: () => {
      window.scrollTo({ top: 0 })
      field.current?.select()
      field.current?.focus()
    },
    open: () => active && goto(active.id),
    select: (upToHere) =>
      active && setSelection((s) => (upToHere ? extended(s, active.id, order) : toggled(s, active.id))),
    done: () => meant().length > 0 && afterwards(many.done(meant())),
    remove: () => meant().length > 0 && afterwards(many.remove(meant())),
    priority: (n) => {
      const picked = { kind: 'edit' as const, fields: { priority: n }, said: `Priority ${n}` }
      if (meant().length > 0) afterwards(many.apply(meant(), picked))
    },
    pick,
    rename: () => active && setRenaming(active),
    one: () => (meant().length === 1 ? meant()[0] : undefined),
    close: () => {
      if (selection.ids.size > 0 || selecting) clear()
      else if (open) goto(undefined)
    },
  })

  const latest = useRef({ order, many, selected, actions, tasks })
  useEffect(() => {
    latest.current = { order, many, selected, actions, tasks }
  })
  const moveTo = useCallback(
    (id: string, to: Spot) => moveAmong(latest.current.actions, latest.current.tasks, id, to),
    [],
  )
  const beside = (id: string | undefined) => {
    const task = tasks.find((t) => t.id === id)
    return task ? siblingsOf(tasks, task).map((t) => t.id) : []
  }
  const on: RowActions = useMemo(
    () => ({
      check: (task) => {
        // What takes its place has the focus.
        setCursor({ id: task.id, index: latest.current.order.indexOf(task.id), focus: true })
        void latest.current.many.done([task])
      },
      select: (task, upToHere) =>
        setSelection((s) => (upToHere ? extended(s, task.id, latest.current.order) : toggled(s, task.id))),
      reach: (task) =>
        setCursor((c) =>
          c?.id === task.id ? c : { id: task.id, index: latest.current.order.indexOf(task.id), focus: false },
        ),
      pick: (task, what, beside) => {
        const { selected } = latest.current
        setPicking({ what, beside, tasks: selected.includes(task) ? selected : [task] })
      },
      move: (task, beside) => setAsked({ id: task.id, beside }),
      rename: (task) => setRenaming(task),
      renamed: (task, title) => {
        setRenaming(null)
        setCursor((c) => c && { ...c, focus: true })
        const text = title?.trim()
        if (!text || text === task.title) return
        const { id } = task
        void latest.current.actions.edit(task, { title: text }).then((did) => {
          if (did === null) setRenaming((other) => other ?? { id, title: text }) // what was typed is not lost
        })
      },
    }),
    [],
  )
  const onMore = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage()
  }, [hasNextPage, isFetchingNextPage, fetchNextPage])
  const bulk = selection.ids.size > 0 || selecting || busy
  const first = picking?.tasks.length === 1 ? picking.tasks[0] : undefined
  return (
    <div data-wide className="mx-auto max-w-240">
      <header className="z-10 bg-paper desk:sticky desk:top-0 desk:-mx-2 desk:-mt-2 desk:px-2 desk:pt-2 desk:pb-2">
        <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
          <div className="flex min-w-0 flex-1 items-center gap-x-1">
            <Heading dir="auto" className="min-w-0 truncate">
              {project ? project.name : 'Tasks'}
            </Heading>
            {project && <ProjectMenu project={project} projects={projects} onGo={go} />}
            <p role="status" className={`tnum pt-1 text-[13px] text-ink-3 ${project ? '' : 'ml-2'}`}>
              {pages && `${tasks.length}${hasNextPage ? '+' : ''}`}
              <span className="sr-only"> shown</span>
            </p>
          </div>
          <button
            type="button"
            aria-pressed={selecting}
            onClick={() => (bulk ? clear() : setSelecting(true))}
            className="min-h-11 rounded-lg px-3 text-[14px] text-ink-2 hover:text-ink fine:min-h-9"
          >
            {bulk && !busy ? 'Cancel' : 'Select'}
          </button>
          <div className="w-full desk:w-auto">
            <SearchField
              ref={field}
              value={search.q ?? ''}
              onChange={useCallback((q: string) => change({ q: q || undefined }, true), [change])}
              onLeave={() => move(0)}
            />
          </div>
        </div>
        {project?.archived_at && <ArchivedNotice project={project} />}
        <div className="mt-2 desk:min-h-11">
          {bulk && (
            <BulkBar
              selected={selected.length}
              loaded={tasks.length}
              more={hasNextPage}
              onDone={() => afterwards(many.done(selected))}
              onPick={(what, beside) => setPicking({ what, beside, tasks: selected })}
              onDelete={() => afterwards(many.remove(selected))}
              onAll={() => setSelection(all(order))}
              onClear={clear}
            />
          )}
          <div className={bulk ? 'desk:hidden' : ''}>
            <Filters
              search={search}
              tags={tags}
              onChange={change}
              onProject={(to) => change({ project: to, sort: undefined })}
            />
          </div>
        </div>
      </header>
      {pages ? (
        <TaskList
          lines={lines}
          active={active?.id ?? null}
          takesFocus={cursor?.focus ?? false}
          selection={selection}
          selecting={selecting || selection.ids.size > 0}
          open={open}
          renaming={renaming}
          marks={marks}
          on={on}
          onMove={isByHand(telling) ? moveTo : undefined}
          onStep={(id, by) => {
            const to = stepped(beside(id), id, by)
            if (to) moveTo(id, to)
          }}
          covered={desk ? covered : 0}
          more={hasNextPage}
          onMore={onMore}
        />
      ) : found.error ? (
        <Failed error={found.error} again={() => void found.refetch()} />
      ) : (
        <Waiting />
      )}
      {pages && tasks.length === 0 && !hasNextPage && !found.isPlaceholderData && (
        <Empty search={search} onClear={change} />
      )}
      {pages && project && !project.archived_at && !hasNextPage && !isFiltered(search) && (
        <AddTo key={project.id} project={project} />
      )}
      <MoveMenu asked={asked} ids={beside(asked?.id)} onMove={moveTo} onClose={() => setAsked(null)} />
      <Picker
        picking={picking}
        current={first ? { priority: first.priority, due: first.due_date, effort: first.effort_estimate_minutes } : {}}
        tags={tags}
        onPick={(picked) => {
          if (!picking) return
          const did = many.apply(picking.tasks, picked)
          if (picking.tasks.length > 1) afterwards(did)
        }}
        onClose={() => setPicking(null)}
      />
      <Outlet />
    </div>
  )
}

/** What stays at the top of a desk. */
const covered = 116

/** The first task that can be seen: who has scrolled begins there. */
function firstSeen(desk: boolean): string {
  const seen = [...document.querySelectorAll<HTMLElement>('[data-tasks] [data-id]')]
    .map((row) => ({ id: row.dataset.id!, top: row.getBoundingClientRect().top }))
    .filter((row) => row.top >= (desk ? covered - 8 : 0))
    .toSorted((a, b) => a.top - b.top)
  return seen[0]?.id ?? ''
}

/** Where choices open that a key asks for, and where the focus goes back to. */
function placeOf(id: string | undefined, what: What): { beside: HTMLElement | null; back: HTMLElement | null } {
  const back = id ? document.querySelector<HTMLElement>(`[data-tasks] a[href*="${CSS.escape(id)}"]`) : null
  const cell = back?.closest('[role="listitem"]')?.querySelector<HTMLElement>(`[data-cell="${what}"]`)
  return { beside: cell?.offsetParent ? cell : back, back }
}

/** Tags of the tasks that are here, the commonest first. */
function tagsOf(tasks: Task[]): string[] {
  const counts = new Map<string, number>()
  for (const task of tasks) for (const tag of task.tags) counts.set(tag, (counts.get(tag) ?? 0) + 1)
  return [...counts].sort((a, b) => b[1] - a[1]).map(([tag]) => tag)
}
