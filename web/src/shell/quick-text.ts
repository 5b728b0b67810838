import type { Token, Understood } from '../api/quick'
import { momentOf } from '../time/moment'
import { repeatWords } from '../time/repeats'
import { effortWords } from '../time/words'

/** What was understood of a text. */
export type Known = { text: string; said: Understood }

/** A piece that was understood, at its place in the text as JavaScript counts. */
export type Piece = { from: number; to: number; token: Token }

/** Where each code point of a text begins, and its end. */
function places(text: string): number[] {
  const all = [0]
  for (const c of text) all.push(all.at(-1)! + c.length)
  return all
}

export function piecesOf({ text, said }: Known): Piece[] {
  const at = places(text)
  return said.tokens.flatMap((token) => {
    const [from, to] = [at[token.start], at[token.end]]
    return from === undefined || to === undefined ? [] : [{ from, to, token }]
  })
}

/** How much is the same at the beginning of both. */
function common(a: string, b: string): number {
  let n = 0
  while (n < a.length && n < b.length && a[n] === b[n]) n++
  return n
}

const reversed = (text: string) => [...text].reverse().join('')

/**
 * The pieces that still stand in a text that was typed on since: those before the change are where they were, those
 * behind it have moved, and one that it touches is not known any more.
 */
export function standing(known: Known | null, text: string): Piece[] {
  if (!known) return []
  const pieces = piecesOf(known)
  if (known.text === text) return pieces
  const head = common(known.text, text)
  const tail = Math.min(common(reversed(known.text), reversed(text)), Math.min(known.text.length, text.length) - head)
  const moved = text.length - known.text.length
  return pieces.flatMap((p) => {
    if (p.to <= head) return isEdge(text[p.to]) ? [p] : []
    if (p.from < known.text.length - tail) return []
    return isEdge(text[p.from + moved - 1]) ? [{ ...p, from: p.from + moved, to: p.to + moved }] : []
  })
}

const isEdge = (c: string | undefined) => c === undefined || /[\s,;.:!?]/.test(c)

/** A text cut into what is plain and what was understood, in turn. */
export function cut(text: string, pieces: Piece[]): { text: string; piece?: Piece }[] {
  const parts: { text: string; piece?: Piece }[] = []
  let at = 0
  for (const piece of pieces) {
    if (piece.from > at) parts.push({ text: text.slice(at, piece.from) })
    parts.push({ text: text.slice(piece.from, piece.to), piece })
    at = piece.to
  }
  if (at < text.length) parts.push({ text: text.slice(at) })
  return parts
}

/** The text in which a piece is only text: a backslash before it takes all of its words. */
export const takenBack = (text: string, { from }: Piece): string => `${text.slice(0, from)}\\${text.slice(from)}`

const names: Record<Token['kind'], string> = {
  due_date: 'Due',
  start_date: 'Starts',
  priority: 'Priority',
  project: 'Project',
  tags: 'Tag',
  effort_estimate_minutes: 'Effort',
  preferred_time: 'Best in the',
  reminders: 'Reminder',
  recurrence: 'Repeats',
  escape: 'Text',
}

export const nameOf = ({ kind }: Token): string => names[kind]

/** What is known of a task by its text, as a sentence: Due tomorrow 17:00, priority 5, every week on Friday. */
export function sentence(said: Understood, now: number, zone: string): string {
  const facts = [
    said.due_date && `due ${momentOf(said.due_date, now, zone)}`,
    said.start_date && `starts ${momentOf(said.start_date, now, zone)}`,
    said.recurrence && lower(repeatWords(said.recurrence, said.due_date)),
    said.priority && `priority ${said.priority}`,
    said.project && `project ${said.project}`,
    said.tags.length > 0 && `${said.tags.length > 1 ? 'tags' : 'tag'} ${said.tags.join(', ')}`,
    said.effort_estimate_minutes && `takes ${effortWords(said.effort_estimate_minutes)}`,
    said.preferred_time && `best in the ${said.preferred_time}`,
    said.reminders.length > 0 && (said.reminders.length > 1 ? `${said.reminders.length} reminders` : 'a reminder'),
  ].filter(Boolean)
  return facts.length > 0 ? `Understood: ${facts.join('; ')}` : ''
}

export const lower = (text: string): string => text.slice(0, 1).toLowerCase() + text.slice(1)
