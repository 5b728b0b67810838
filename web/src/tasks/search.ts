import { openStatuses, type ListQuery } from '../api/queries'
import type { Status } from '../api/client'
import { addDays, type Day } from '../time/zone'

/** What the list of tasks shows and how, as its address says it. */
export type Search = {
  status?: Showing | undefined
  priority?: number[] | undefined
  tag?: string[] | undefined
  due?: DueChoice | undefined
  q?: string | undefined
  /** Of this project alone. */
  project?: string | undefined
  sort?: string | undefined
  /** Whether what is alike in the sort stands under one heading; by itself where that helps. */
  group?: boolean | undefined
}

export type Showing = Status | 'all'
export type DueChoice = 'overdue' | 'today' | 'week'

const statuses: Showing[] = ['all', 'pending', 'in_progress', 'snoozed', 'completed', 'cancelled']
const dues: DueChoice[] = ['overdue', 'today', 'week']
const sorts = ['created_at', 'updated_at', 'due_date', 'priority', 'title', 'position']

export const usualSort = '-created_at'

/** The order of a list where none is asked for: a project has its own. */
export const sortOf = ({ sort, project }: Pick<Search, 'sort' | 'project'>): string =>
  sort ?? (project ? 'position' : usualSort)

/** Whether the list is in the order people make. */
export const isByHand = (search: Pick<Search, 'sort' | 'project'>) => sortOf(search) === 'position'

const among = <T>(choices: T[], value: unknown): T | undefined => choices.find((c) => c === value)

const list = <T>(value: unknown, of: (one: unknown) => T[]): T[] | undefined => {
  const all = (Array.isArray(value) ? value : value === undefined ? [] : [value]).flatMap(of)
  return all.length > 0 ? [...new Set(all)] : undefined
}

const words = (value: unknown) =>
  typeof value === 'string' || typeof value === 'number' ? String(value).trim().slice(0, 200) : ''

/** Reads an address; what it cannot mean is left out. */
export function readSearch(search: Record<string, unknown>): Search {
  const sort = words(search.sort)
  return {
    status: among(statuses, search.status),
    priority: list(search.priority, (p) => ([1, 2, 3, 4, 5].includes(Number(p)) ? [Number(p)] : [])),
    tag: list(search.tag, (t) => (words(t) ? [words(t)] : [])),
    due: among(dues, search.due),
    q: words(search.q) || undefined,
    sort:
      sorts.includes(sort.replace(/^-/, '')) && sort !== (isId(search.project) ? 'position' : usualSort)
        ? sort
        : undefined,
    project: isId(search.project),
    group: typeof search.group === 'boolean' ? search.group : undefined,
  }
}

const isId = (value: unknown) => (typeof value === 'string' && /^[0-9a-f-]{36}$/i.test(value) ? value : undefined)

export const isFiltered = (s: Search) => Boolean(s.status ?? s.priority ?? s.tag ?? s.due ?? s.q)

export const isGrouped = (s: Search): boolean => s.group ?? /^-?(due_date|priority)$/.test(sortOf(s))

/** What the server is asked for. Overdue it answers a little more: what is due today but not yet. */
export function listOf(search: Search, today: Day): ListQuery {
  const { status, priority, tag, due, q, project } = search
  const tomorrow = addDays(today, 1)
  return {
    ...(status === 'all' ? {} : { status: status ? [status] : openStatuses }),
    ...(priority ? { priority } : {}),
    ...(tag ? { tag } : {}),
    ...(due === 'overdue' ? { due_before: tomorrow } : {}),
    ...(due === 'today' ? { due_after: today, due_before: tomorrow } : {}),
    ...(due === 'week' ? { due_after: today, due_before: addDays(today, 7) } : {}),
    ...(q ? { q } : {}),
    ...(project ? { project } : {}),
    // In the order of a project steps stand where what they are steps of stands.
    ...(project && !q && isByHand(search) ? { parent: 'none' } : {}),
    sort: sortOf(search),
  }
}
