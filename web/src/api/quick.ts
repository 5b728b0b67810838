import { api, data } from './client'
import type { components } from './schema'

/** What a line of text says about a task, and the pieces of it that say it. */
export type Understood = components['schemas']['UnderstoodView']
export type Token = Understood['tokens'][number]

/** Reads a task out of a line, as the server would make it now; nothing is kept. */
export const understand = (text: string, signal?: AbortSignal): Promise<Understood> =>
  data(api.POST('/api/tasks/parse', { body: { text }, ...(signal ? { signal } : {}) }))

/** The first times a rule names from a start on: days, or dates and times with an offset, as the start is. */
export const occurrences = async (
  rule: string,
  start: string,
  timezone: string,
  limit: number,
  signal?: AbortSignal,
): Promise<string[]> => {
  const body = { rule, start, timezone, limit }
  const answer = await data(api.POST('/api/recurrence/preview', { body, ...(signal ? { signal } : {}) }))
  return answer.occurrences
}
