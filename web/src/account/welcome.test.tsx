import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { fireEvent, render, screen } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { guessZone } from '../time/zone'
import Welcome from './welcome'

const go = vi.fn()
vi.mock('@tanstack/react-router', () => ({ useNavigate: () => go, Link: () => null }))

/** The tasks a server has by their ids; and what it does with the next creations. */
let there: Map<string, string>
let next: ('keep' | 'keep and say nothing' | 'fail')[]

beforeEach(() => {
  there = new Map()
  localStorage.setItem('mindflow.signed-in', '1')
  vi.stubGlobal('fetch', async (request: Request | string) => {
    if (typeof request === 'string') return Response.json({ access_token: 'token', expires_in: 900 })
    const text = await request.text()
    if (request.url.endsWith('/preferences')) {
      if (request.method === 'GET') return Response.json({ timezone: guessZone() })
      const errors = [{ field: 'timezone', message: 'must be an IANA time zone' }]
      return Response.json({ title: 'Unprocessable', errors }, { status: 422 })
    }
    if (request.method === 'GET') return Response.json({ tasks: [] })
    const body = (text ? JSON.parse(text) : {}) as { id?: string; title: string }
    const id = body.id ?? new URL(request.url).pathname.split('/').at(-1)!
    const does = next.shift() ?? 'keep'
    if (does !== 'fail') there.set(id, body.title)
    if (does !== 'keep') throw new TypeError('Failed to fetch')
    return Response.json({ ...body, id, version: 1 })
  })
})

afterEach(() => {
  vi.unstubAllGlobals()
  go.mockClear()
})

test('trying again makes no task twice', async () => {
  next = ['keep', 'keep and say nothing']
  render(
    <QueryClientProvider client={new QueryClient()}>
      <Welcome />
    </QueryClientProvider>,
  )
  const write = (n: number, value: string) =>
    fireEvent.change(screen.getByLabelText(`Task ${n}`), { target: { value } })
  write(1, 'one')
  write(2, 'two')
  write(3, 'three')
  fireEvent.click(screen.getByText('Start'))
  await screen.findByText(/cannot be reached/)
  expect([...there.values()]).toEqual(['one', 'two'])
  write(1, 'the first')
  fireEvent.click(screen.getByText('Start'))
  await vi.waitFor(() => expect(go).toHaveBeenCalled())
  expect([...there.values()]).toEqual(['the first', 'two', 'three'])
})

// Fails where the field is not told apart from the rest of the form, or the guess is still said to be one.
test('what is wrong with the zone stands at its field', async () => {
  next = []
  render(
    <QueryClientProvider client={new QueryClient()}>
      <Welcome />
    </QueryClientProvider>,
  )
  const zone = screen.getByLabelText('Time zone')
  expect(zone).toHaveProperty('value', guessZone())
  expect(screen.getByText(/^Guessed from this browser/)).toBeDefined()
  fireEvent.change(zone, { target: { value: 'Middle-earth/Shire' } })
  expect(screen.queryByText(/^Guessed from this browser/)).toBeNull()
  fireEvent.click(screen.getByText('Start'))
  await screen.findByText(/^There is no such zone/)
  expect(zone.getAttribute('aria-invalid')).toBe('true')
  expect(screen.getByRole('alert').textContent).toBe('')
  expect(go).not.toHaveBeenCalled()
})
