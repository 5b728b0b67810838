import { act, renderHook } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { reach } from '../api/reach'
import { task } from '../test/tasks'
import { useDraft } from './draft'

vi.mock('../api/session', () => ({ isSignedIn: () => true }))

const a = task('a')

/** What was asked to be saved, each to be answered by hand: whether it was kept. */
let asked: { text: string; answer: (kept: boolean | null) => void }[]
const save = (_: unknown, text: string) => new Promise<boolean | null>((answer) => asked.push({ text, answer }))
const texts = () => asked.map((a) => a.text)
const answer = (i: number, kept: boolean | null) => act(async () => Promise.resolve(asked[i]!.answer(kept)))

beforeEach(() => {
  asked = []
  vi.useFakeTimers()
})

afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

const field = () => renderHook(({ shown }) => useDraft(a, shown, save), { initialProps: { shown: 'a' } })
const type = ({ result }: ReturnType<typeof field>, text: string) => act(() => result.current.change(text))

test('what was not kept stays, and is sent again on leaving', async () => {
  const it = field()
  type(it, 'new')
  act(() => it.result.current.leave())
  await answer(0, false)
  expect(it.result.current.value).toBe('new')
  act(() => it.result.current.leave())
  expect(texts()).toEqual(['new', 'new'])
  await answer(1, true)
  expect(it.result.current.value).toBe('a') // the task's own, which the server has
  act(() => it.result.current.leave())
  expect(asked).toHaveLength(2)
})

test('what was not kept is sent again when the page is left', async () => {
  const it = field()
  type(it, 'new')
  act(() => it.result.current.leave())
  await answer(0, false)
  it.unmount()
  expect(texts()).toEqual(['new', 'new'])
})

test('what was not kept is sent again once the server is back', async () => {
  const it = field()
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('gone')))
  await act(() => reach('/x').catch(() => {}))
  type(it, 'new')
  act(() => it.result.current.leave())
  await answer(0, false)
  vi.stubGlobal('fetch', () => Promise.resolve(new Response()))
  await act(() => reach('/x').then(() => {}))
  expect(texts()).toEqual(['new', 'new'])
})

describe('what was put off', () => {
  test('stays, and is asked about again on leaving, and only then', async () => {
    const it = field()
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('gone')))
    await act(() => reach('/x').catch(() => {}))
    type(it, 'new')
    act(() => it.result.current.leave())
    await answer(0, null)
    expect(it.result.current.value).toBe('new')
    vi.stubGlobal('fetch', () => Promise.resolve(new Response()))
    await act(() => reach('/x').then(() => {}))
    vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden')
    document.dispatchEvent(new Event('visibilitychange'))
    expect(texts()).toEqual(['new'])
    act(() => it.result.current.leave())
    expect(texts()).toEqual(['new', 'new'])
  })

  test('is given up by typing what was there', async () => {
    const it = field()
    type(it, 'new')
    act(() => it.result.current.leave())
    await answer(0, null)
    type(it, 'a')
    act(() => it.result.current.leave())
    it.unmount()
    expect(texts()).toEqual(['new'])
  })
})

test('what was typed after it takes its place', async () => {
  const it = field()
  type(it, 'one')
  act(() => it.result.current.leave())
  type(it, 'two')
  await answer(0, false)
  act(() => it.result.current.leave())
  expect(texts()).toEqual(['one', 'two'])
})

test('of two under way, the first being kept does not lose the second', async () => {
  const it = field()
  type(it, 'one')
  act(() => it.result.current.leave())
  type(it, 'two')
  act(() => it.result.current.leave())
  await answer(0, true)
  await answer(1, false)
  expect(it.result.current.value).toBe('two')
  act(() => it.result.current.leave())
  expect(texts()).toEqual(['one', 'two', 'two'])
})

test('what was dropped does not come back', async () => {
  const it = field()
  type(it, 'new')
  act(() => it.result.current.leave())
  act(() => it.result.current.drop())
  await answer(0, false)
  it.unmount()
  expect(texts()).toEqual(['new'])
})

test('what was typed is sent when the tab is closed', () => {
  const it = field()
  type(it, 'new')
  window.dispatchEvent(new Event('pagehide'))
  expect(texts()).toEqual(['new'])
})

test('what was typed is sent when the tab is no longer seen', () => {
  const it = field()
  type(it, 'new')
  vi.spyOn(document, 'visibilityState', 'get').mockReturnValue('hidden')
  document.dispatchEvent(new Event('visibilitychange'))
  expect(texts()).toEqual(['new'])
})

test('who closes the tab is asked where something typed was not kept, and nowhere else', async () => {
  const closes = () => window.dispatchEvent(new Event('beforeunload', { cancelable: true }))
  const it = field()
  type(it, 'new')
  expect(closes()).toBe(true)
  act(() => it.result.current.leave())
  await answer(0, false)
  expect(closes()).toBe(false)
  act(() => it.result.current.leave())
  await answer(1, true)
  expect(closes()).toBe(true)
})
