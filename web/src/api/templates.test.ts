import { QueryClient } from '@tanstack/react-query'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { makeFrom, saveTemplate, type Template } from './templates'

const client = new QueryClient()
/** The keys that were sent, and what is answered to each; nothing where no answer comes. */
let keys: (string | null)[]
let answers: (Response | undefined)[]

beforeEach(() => {
  localStorage.setItem('mindflow.signed-in', '1')
  keys = []
  vi.stubGlobal('fetch', (request: Request | string) => {
    if (typeof request === 'string') return Promise.resolve(Response.json({ access_token: 'token', expires_in: 900 }))
    keys.push(request.headers.get('Idempotency-Key'))
    const answer = answers.shift()
    return answer ? Promise.resolve(answer) : Promise.reject(new TypeError('Failed to fetch'))
  })
})

afterEach(() => vi.unstubAllGlobals())

const yes = () => Response.json({ name: 'A trip' }, { status: 201 })

const trip = { id: 't' } as Template
test.each([
  ['saved', (name: string) => saveTemplate(client, { from_task: 'x' }, name)],
  ['used', (name: string) => makeFrom(client, trip, { date: '2026-11-26', name })],
])('a template that is %s without an answer is so once when that is repeated', async (_, act) => {
  answers = [undefined, yes(), yes(), yes()]
  await expect(act('A trip')).rejects.toThrow()
  await act('A trip')
  expect(new Set(keys).size).toBe(1)
  expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/)
  await act('A trip') // meant anew
  await act('Another trip')
  expect(new Set(keys).size).toBe(3)
})
