import type { Overwrite, Problem } from '../api/errors'
import { momentWords } from '../time/words'
import { short } from '../ui/short'
import { fieldName } from './field-words'

const done: Record<string, string> = {
  'task.created': 'made',
  'task.completed': 'completed',
  'task.reopened': 'opened again',
  'task.snoozed': 'snoozed',
  'task.deleted': 'deleted',
  'task.restored': 'restored',
}

const places: Record<string, string> = { web: 'here in the app', api: 'through the API', cli: 'in the terminal' }

/** Due and priority. */
const all = (names: string[]) => names.join(', ').replace(/, ([^,]*)$/, ' and $1')

/** What a later edit did: it changed due and priority of “Pay the bill” at 09:05, here in the app. */
function editWords({ verb, title, fields, at, through }: Overwrite, now: number, zone: string): string {
  const what = title === null ? 'something' : `“${short(title)}”`
  const when = momentWords(Date.parse(at), now, zone)
    .text.replace(/^Y/, 'y')
    .replace(/^(?=\d)/, 'at ')
  const names = all(fields.map((f) => fieldName(f).toLowerCase()))
  const did = done[verb] ? `${what} was ${done[verb]}` : names ? `${names} of ${what} changed` : `${what} changed`
  return `${did} ${when}, ${places[through] ?? `through ${through}`}`
}

/** Why something is not undone: which later edit stands in the way, the last of them. */
export function overwriteWords({ overwrites, message }: Problem, now: number, zone: string): string {
  const [last, ...others] = overwrites
  if (!last || last.verb.endsWith('.undone')) return `${message.replace(/\.$/, '')}.`
  const more = others.length > 0 ? ` And ${others.length} more before that.` : ''
  return `Not undone, since it was changed later: ${editWords(last, now, zone)}.${more}`
}
