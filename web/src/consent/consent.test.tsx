import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { act, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Consent } from './consent'
import type { Program, Request } from './queries'

const follow = vi.fn()
const program: Program = {
  name: 'Claws',
  address: 'https://a.example',
  kind: 'registered',
  redirect_host: 'a.example',
  on_this_computer: false,
}
const request: Request = {
  client: program,
  scopes: ['tasks:read', 'tasks:write'],
  expires_after_days: 90,
  refused: null,
}

/** Whether the window has the focus. What the server says to a request, and to decisions in turn; and what was decided. */
let focused: boolean
let considered: () => Response
let decisions: (() => Response)[]
let decided: { approve: boolean; granted?: string[]; state?: string }[]

beforeEach(() => {
  considered = () => Response.json(request)
  decisions = [() => Response.json({ redirect_to: 'https://a.example/cb?code=1' })]
  decided = []
  follow.mockReset()
  focused = true
  vi.spyOn(document, 'hasFocus').mockImplementation(() => focused)
  localStorage.setItem('mindflow.signed-in', '1')
  vi.stubGlobal('fetch', async (asked: globalThis.Request | string) => {
    if (typeof asked === 'string') return Response.json({ access_token: 'token', expires_in: 900 })
    if (asked.url.endsWith('/me')) return Response.json({ email: 'ada@example.com' })
    if (asked.url.endsWith('/requests')) return considered()
    decided.push((await asked.json()) as (typeof decided)[number])
    return decisions.shift()!()
  })
})

afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
  vi.useRealTimers()
})

const search = '?client_id=a&redirect_uri=https%3A%2F%2Fa.example%2Fcb&state=007&scope='

const show = (of = search) =>
  render(
    <QueryClientProvider client={new QueryClient({ defaultOptions: { queries: { retry: false } } })}>
      <Consent search={of} follow={follow} />
    </QueryClientProvider>,
  )

const button = (name: string) => screen.getByRole('button', { name })
const press = (name: string) => fireEvent.click(button(name))
const calm = () => vi.waitFor(() => expect(button('Allow').getAttribute('aria-disabled')).toBe('false'), 2_000)

test('less than is asked for is allowed, and the answer is followed', async () => {
  show()
  await screen.findByRole('heading', { name: 'Let “Claws” use your MindFlow?' })
  await screen.findByText('ada@example.com')
  fireEvent.click(screen.getByLabelText(/Add and change tasks/))
  await calm()
  press('Allow')
  await vi.waitFor(() => expect(follow).toHaveBeenCalledWith('https://a.example/cb?code=1'))
  expect(decided).toEqual([
    { client_id: 'a', redirect_uri: 'https://a.example/cb', state: '007', approve: true, granted: ['tasks:read'] },
  ])
  expect(screen.getByRole('heading').textContent).toBe('It is let in')
})

test('until the page was seen for a moment, and again when something was over it, Allow does nothing; Deny does', async () => {
  show()
  await screen.findByRole('heading', { name: /^Let/ })
  press('Allow')
  await calm()
  act(() => void window.dispatchEvent(new Event('focus')))
  press('Allow')
  await calm()
  focused = false
  act(() => void window.dispatchEvent(new Event('blur')))
  await new Promise((resolve) => setTimeout(resolve, 1_200))
  press('Allow')
  expect(decided).toEqual([])
  press('Deny')
  await vi.waitFor(() => expect(follow).toHaveBeenCalledOnce())
  expect(decided).toMatchObject([{ approve: false, granted: [] }])
})

test('an answer that leads elsewhere is not followed', async () => {
  decisions = [() => Response.json({ redirect_to: 'javascript:alert(1)' })]
  show()
  await screen.findByRole('heading', { name: /^Let/ })
  press('Deny')
  await screen.findByText(/would lead elsewhere/)
  expect(follow).not.toHaveBeenCalled()
})

test('where the answer does not come, it can be given again', async () => {
  decisions = [
    () => {
      throw new TypeError('Failed to fetch')
    },
    () => new Response(JSON.stringify({ detail: 'You have 100 connected programs' }), { status: 409 }),
    ...decisions,
  ]
  show()
  await screen.findByRole('heading', { name: /^Let/ })
  await calm()
  press('Allow')
  await screen.findByText('The server cannot be reached. Nothing was allowed; try again when it is back.')
  press('Allow')
  await screen.findByText('You have 100 connected programs')
  press('Allow')
  await vi.waitFor(() => expect(follow).toHaveBeenCalledOnce())
})

test('what cannot be allowed leads nowhere by itself', async () => {
  const { unmount } = show(`${search}&state=8`)
  expect(screen.getByRole('heading').textContent).toBe('This link cannot be used')
  expect(screen.getByText('state')).toBeTruthy()
  unmount()

  considered = () =>
    new Response(JSON.stringify({ errors: [{ field: 'redirect_uri', message: 'is not one it has named' }] }), {
      status: 422,
    })
  const second = show()
  await screen.findByText('The address for the answer is not one it has named.')
  expect(screen.queryByRole('button')).toBeNull()
  second.unmount()

  considered = () =>
    Response.json({
      ...request,
      refused: {
        redirect_to: 'https://a.example/cb?error=invalid_scope',
        error: 'invalid_scope',
        detail: 'No such scope',
      },
    })
  show()
  await screen.findByRole('heading', { name: '“Claws” asks for what it cannot get' })
  expect(follow).not.toHaveBeenCalled()
  press('Back to a.example')
  expect(follow).toHaveBeenCalledWith('https://a.example/cb?error=invalid_scope')
})

test.each<[Partial<Program>, string | RegExp]>([
  [{ kind: 'known', name: 'Claude' }, 'Let Claude use your MindFlow?'],
  [{ name: '<img src=x onerror=alert(1)>' }, 'Let “<img src=x onerror=alert(1)>” use your MindFlow?'],
  [{ name: 'עוזר' }, 'Let “עוזר” use your MindFlow?'],
])('a name stands apart: %j', async (of, title) => {
  considered = () => Response.json({ ...request, client: { ...program, ...of } })
  const { container } = show()
  await screen.findByRole('heading', { name: title })
  expect(container.querySelector('img')).toBeNull()
  if (of.kind !== 'known') expect(container.querySelector('h1 bdi')?.textContent).toBe(of.name)
})
