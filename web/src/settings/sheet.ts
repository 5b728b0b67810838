/** What the beginning of a file shows: enough to guess its format and to know its columns. */

import type { ImportFormat } from '../api/files'

/** The fields a column of a CSV file can be, as the server knows them. */
export const fields = {
  title: 'Title',
  description: 'Description',
  status: 'Status',
  priority: 'Priority',
  due_date: 'Due date',
  start_date: 'Start date',
  snoozed_until: 'Snoozed until',
  effort_estimate_minutes: 'Effort in minutes',
  preferred_time: 'Part of the day',
  tags: 'Tags',
  id: 'Id',
  created_at: 'Created at',
  updated_at: 'Changed at',
  completed_at: 'Completed at',
  project: 'Project',
  parent_id: 'Id of the task it is a step of',
  blocked_by: 'Ids of what it waits for',
  recurrence: 'How it repeats',
  recurrence_from: 'What a repeat counts from',
} as const
export type FieldName = keyof typeof fields
export const fieldNames = Object.keys(fields) as FieldName[]

const fold = (name: string) =>
  name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s_-]/g, '')

/** The cells of the first row that is not blank, between whatever it has most of. */
export function headerOf(beginning: string): string[] {
  let text = beginning.replace(/^\uFEFF/, '').replace(/^\s+/, '')
  const said = /^"?sep=([^"\r\n])"?\r?\n/.exec(text)
  if (said) text = text.slice(said[0].length).trimStart()
  const line = /^[^\r\n]*/.exec(text)![0].replace(/"[^"]*"/g, '')
  const count = (c: string) => line.split(c).length - 1
  const delimiter = said?.[1] ?? [',', ';', '\t'].reduce((best, c) => (count(c) > count(best) ? c : best))

  const cells: string[] = []
  for (let i = 0; ;) {
    const [cell, end] = text[i] === '"' ? quoted(text, i) : bare(text, i, delimiter)
    cells.push(cell.trim())
    if (text[end] !== delimiter) return cells
    i = end + 1
  }
}

function quoted(text: string, from: number): [string, number] {
  const found = /^"((?:[^"]|"")*)"?/.exec(text.slice(from))!
  return [found[1]!.replaceAll('""', '"'), from + found[0].length]
}

function bare(text: string, from: number, delimiter: string): [string, number] {
  let end = from
  while (end < text.length && text[end] !== delimiter && text[end] !== '\n' && text[end] !== '\r') end++
  return [text.slice(from, end), end]
}

/** Which fields the server will find by the names of their columns. */
export function recognised(columns: string[]): Map<FieldName, string> {
  const found = new Map<FieldName, string>()
  for (const field of fieldNames) {
    const column = columns.find((c) => c === field) ?? columns.find((c) => fold(c) === fold(field))
    if (column !== undefined) found.set(field, column)
  }
  return found
}

/** The format a file seems to be in, or null for our own export as JSON, which is not for importing. */
export function guessFormat(name: string, beginning: string): ImportFormat | null {
  const text = beginning.replace(/^\uFEFF/, '').trimStart()
  if (/^\{"exported_at"/.test(text)) return null
  if (/\.json$/i.test(name) || /^[[{]/.test(text)) return 'taskwarrior'
  const columns = headerOf(text).map((c) => c.toUpperCase())
  if (columns.includes('TYPE') && columns.includes('CONTENT')) return 'todoist'
  if (/\.(csv|tsv)$/i.test(name)) return 'csv'
  if (/\.txt$/i.test(name)) return 'todotxt'
  return columns.length > 1 ? 'csv' : 'todotxt'
}
