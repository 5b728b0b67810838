import type { QueryClient } from '@tanstack/react-query'
import { quick } from '../api/adding'
import * as changes from '../api/changes'
import type { Draft, Line, Task } from '../api/client'
import type { Understood } from '../api/quick'
import { momentOf } from '../time/moment'
import { repeatWords } from '../time/repeats'
import { isDay } from '../time/words'
import { short } from '../ui/short'
import { say } from '../ui/toast'
import { takeBack, tell } from './actions'
import { lower, type Known } from './quick-text'

/** What can be said besides the text. It goes before what the text says. */
export type Beside = Pick<Draft, 'due_date' | 'priority' | 'effort_estimate_minutes'>

/** Adds what a line says, and says what it became; answers it, or nothing where that failed. */
export async function addLine(
  client: QueryClient,
  text: string,
  known: Known | null,
  beside: Beside,
  zone: string,
): Promise<Task | undefined> {
  const said = known?.text === text ? known.said : null
  const line: Line = { text, ...beside }
  try {
    const made = await quick(client, line, { title: text, ...(said ? seen(said) : {}), ...beside })
    const project = said?.project ? short(`#${said.project}`) : ''
    say(`Added: ${[short(made.title), ...factsOf(made, zone), project].filter(Boolean).join(' · ')}`, () => {
      void takeBack(client, changes.seen.deleted(), made) // with the project that the line has made
    })
    return made
  } catch (error) {
    tell(error)
    return undefined
  }
}

/** When it is due, and how it repeats. */
function factsOf(task: Task, zone: string): string[] {
  return [
    task.due_date ? momentOf(task.due_date, Date.now(), zone) : '',
    task.recurrence ? lower(repeatWords(task.recurrence, task.recurrence.start)) : '',
  ]
}

const instant = (date: string) => (isDay(date) ? date : new Date(date).toISOString().replace('.000Z', 'Z'))

/** A draft as it was understood. */
function seen(said: Understood): Draft & { title: string } {
  const { title, priority, due_date, start_date, effort_estimate_minutes, preferred_time, tags, reminders } = said
  return {
    title,
    priority,
    due_date: due_date && instant(due_date),
    start_date: start_date && instant(start_date),
    effort_estimate_minutes,
    preferred_time,
    tags,
    reminders,
  }
}
