import type { Task } from '../api/client'
import { isOpen } from '../api/queries'
import { dayWords, isDay } from '../time/words'
import { dayOf } from '../time/zone'

/** A line of the list: a task, or the heading of those that follow. */
export type Line = { task: Task; heading?: undefined } | { heading: string; task?: undefined }

export type Telling = { sort: string; grouped: boolean; now: number; zone: string }

export const isOverdue = (task: Task, now: number, zone: string): boolean => {
  if (!task.due_date || !isOpen(task)) return false
  return isDay(task.due_date) ? task.due_date < dayOf(now, zone) : Date.parse(task.due_date) <= now
}

/** Days of instants take long to find out, and there are many tasks. */
const days = new Map<string, string>()

function dayOfInstant(instant: string, zone: string): string {
  const key = zone + instant
  let day = days.get(key)
  if (!day) {
    if (days.size > 50_000) days.clear()
    days.set(key, (day = dayOf(Date.parse(instant), zone)))
  }
  return day
}

/** The lines of the list. Headings tell apart what differs in what the list is sorted by. */
export function linesOf(tasks: Task[], { sort, grouped, now, zone }: Telling): Line[] {
  if (!grouped) return tasks.map((task) => ({ task }))
  const by = sort.replace('-', '')
  const names = new Map<string, string>()
  const nameOf = (day: string) => {
    let name = names.get(day)
    if (!name) names.set(day, (name = dayWords(day, now, zone).text))
    return name
  }
  const today = dayOf(now, zone)
  const onlyOpen = tasks.every(isOpen)
  const heading = (task: Task): string => {
    switch (by) {
      case 'priority':
        return `Priority ${task.priority}`
      case 'title':
        return firstLetter(task.title)
      case 'due_date': {
        if (!task.due_date) return 'No due date'
        const day = isDay(task.due_date) ? task.due_date : dayOfInstant(task.due_date, zone)
        return onlyOpen && day < today ? 'Overdue' : nameOf(day)
      }
      default:
        return nameOf(dayOfInstant(by === 'updated_at' ? task.updated_at : task.created_at, zone))
    }
  }
  const lines: Line[] = []
  let last = ''
  for (const task of tasks) {
    const next = heading(task)
    if (next !== last) lines.push({ heading: next })
    last = next
    lines.push({ task })
  }
  return lines
}

/** The letter under which a title is looked for. */
const firstLetter = (title: string): string => {
  const letter = [...title.normalize('NFKC')][0] ?? ''
  return /\p{L}/u.test(letter) ? letter.toUpperCase() : '#'
}
