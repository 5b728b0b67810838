import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { act, cleanup, configure, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { task } from '../test/tasks'
import { nothing } from '../test/understood'
import { Toasts } from '../ui/toast'
import { openOverlay } from './overlay'
import QuickAdd from './quick-add'

configure({ asyncUtilTimeout: 5_000 }) // a busy machine types slowly
const soon = { timeout: 5_000 }

type Sent = { path: string; body: Record<string, unknown> }
let sent: Sent[]
let online: boolean

/** A server that understands "tomorrow" and "p1", where no backslash stands before them. */
function understood(text: string) {
  const tokens = [...text.matchAll(/(?<![\w\\])(?:tomorrow|p1)\b/g)].map((m) => ({
    start: [...text.slice(0, m.index)].length,
    end: [...text.slice(0, m.index)].length + m[0].length,
    kind: m[0] === 'p1' ? 'priority' : 'due_date',
    text: m[0],
  }))
  const has = (word: string) => tokens.some((t) => t.text === word)
  const title = tokens.reduce((rest, t) => rest.replace(t.text, ''), text).replace(/\s+/g, ' ')
  return {
    ...nothing,
    title: title.replace('\\', '').trim(),
    priority: has('p1') ? 5 : null,
    due_date: has('tomorrow') ? '2999-01-01' : null,
    tokens,
  }
}

beforeEach(() => {
  localStorage.setItem('mindflow.signed-in', '1')
  sent = []
  online = true
  vi.stubGlobal('fetch', async (request: Request | string) => {
    if (typeof request === 'string') return Response.json({ access_token: 'token', expires_in: 900 })
    if (!online) throw new TypeError('Failed to fetch')
    const path = new URL(request.url).pathname
    if (request.method === 'GET') return Response.json({}, { status: 404 })
    const body = JSON.parse(await request.text()) as Sent['body']
    sent.push({ path, body })
    const text = body.text as string
    if (path === '/api/tasks/parse') return Response.json(understood(text))
    return Response.json(task(understood(text).title, { due_date: understood(text).due_date }))
  })
  act(() => openOverlay('add'))
  render(
    <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
      <QuickAdd />
      <Toasts />
    </QueryClientProvider>,
  )
})

afterEach(() => {
  cleanup()
  act(() => openOverlay(null))
  vi.unstubAllGlobals()
})

const field = () => screen.getByRole<HTMLTextAreaElement>('textbox', { name: 'Title' })
const chip = (name: RegExp) => screen.findByRole('button', { name })
const chips = () => screen.queryAllByRole('button', { name: /Make it text again$/ }).map((c) => c.textContent)
const made = () => sent.filter((s) => s.path === '/api/tasks/quick')

test('what is understood is shown in the order of the text, and Enter sends the text as it stands', async () => {
  const user = userEvent.setup()
  await user.type(field(), 'Call Bob tomorrow p1')
  await chip(/^Priority: p1/)
  expect(chips()).toEqual(['tomorrow', 'p1'])
  await user.type(field(), '{Enter}')
  expect(await screen.findByText(/^Added:/)).toBeTruthy()
  expect(made()).toMatchObject([{ body: { text: 'Call Bob tomorrow p1' } }])
  expect(field().value).toBe('')
  expect(chips()).toEqual([])
})

test('a chip that is pressed makes its piece text again', async () => {
  const user = userEvent.setup()
  await user.type(field(), 'Watch tomorrow never dies p1')
  await user.click(await chip(/^Due: tomorrow/))
  expect(field().value).toBe('Watch \\tomorrow never dies p1')
  expect(document.activeElement).toBe(field())
  await vi.waitFor(() => expect(chips()).toEqual(['p1']), soon)
})

test.each(['{Backspace}', '{Delete}', '{Enter}'])('by the keyboard too: %s', async (key) => {
  const user = userEvent.setup()
  await user.type(field(), 'Call tomorrow')
  await chip(/^Due: tomorrow/)
  await user.tab()
  expect(document.activeElement?.getAttribute('aria-label')).toMatch(/^Due: tomorrow/)
  await user.keyboard(key)
  expect(field().value).toBe('Call \\tomorrow')
  expect(document.activeElement).toBe(field())
})

test('what stands beside the text goes with it', async () => {
  const user = userEvent.setup()
  await user.type(field(), 'Pay the bill')
  await user.click(screen.getByRole('button', { name: '5 highest' }))
  await user.type(field(), '{Enter}')
  await vi.waitFor(() => expect(made()).toMatchObject([{ body: { text: 'Pay the bill', priority: 5 } }]), soon)
})

test('what the text says is seen in the choices, and taken back there', async () => {
  const user = userEvent.setup()
  await user.type(field(), 'Call p1')
  await chip(/^Priority: p1/)
  const five = screen.getByRole('button', { name: '5 highest' })
  expect(five.getAttribute('aria-pressed')).toBe('true')
  await user.click(five)
  expect(field().value).toBe('Call \\p1')
})

test('without a title nothing is sent', async () => {
  const user = userEvent.setup()
  await user.type(field(), 'tomorrow p1')
  await chip(/^Priority: p1/)
  await user.type(field(), '{Enter}')
  expect(await screen.findByText(/needs a title/)).toBeTruthy()
  expect(made()).toEqual([])
})

test('without a server it is plain text, and what was typed is not lost', async () => {
  online = false
  const user = userEvent.setup()
  await user.type(field(), 'Call Bob tomorrow')
  await new Promise((resolve) => setTimeout(resolve, 200))
  expect(chips()).toEqual([])
  await user.type(field(), '{Enter}')
  await vi.waitFor(() => expect(field().value).toBe('Call Bob tomorrow'), soon)
})

test('who listens is told what was understood, once there is quiet', async () => {
  const user = userEvent.setup()
  await user.type(field(), 'Call Bob p1')
  await chip(/^Priority: p1/)
  expect(screen.queryByText(/^Understood/)).toBeNull()
  expect(await screen.findByText('Understood: priority 5')).toBeTruthy()
})
