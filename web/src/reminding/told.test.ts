import { beforeEach, expect, test, vi } from 'vitest'
import { note, take, untold } from './told'

let who = 'ada 1'
vi.mock('../api/session', () => ({ signedIn: () => who }))

const name = (n: number) => `task-${n} ${1_000 * n}`
const same = (name: string) => name

beforeEach(() => {
  localStorage.clear()
  who = 'ada 1'
})

test('what was told once is not told again, in the same way', async () => {
  expect(await take('shown', [name(1), name(2)])).toEqual([name(1), name(2)])
  expect(await take('shown', [name(2), name(3)])).toEqual([name(3)])
  expect(await take('said', [name(1)])).toEqual([name(1)])
  expect(untold('shown', [name(1), name(4)], same)).toEqual([name(4)])
})

test('the latest are remembered, and no more than a few hundred', () => {
  for (let n = 1; n <= 500; n++) note('shown', [name(n)])
  expect(untold('shown', [name(1), name(100), name(101), name(500)], same)).toEqual([name(1), name(100)])
  expect(localStorage.getItem('mindflow.reminded')!.length).toBeLessThan(20_000)
})

test('what another sign-in was told is not this one’s', () => {
  note('shown', [name(1)])
  who = 'ben 2'
  expect(untold('shown', [name(1)], same)).toEqual([name(1)])
})

test.each(['', '{', '[]', 'null', '{"who":"ada 1","told":7}'])('what is kept as %j is nothing', (text) => {
  localStorage.setItem('mindflow.reminded', text)
  expect(note('shown', [name(1)])).toEqual([name(1)])
})

test('of tabs that ask together one has it', async () => {
  let before: Promise<unknown> = Promise.resolve()
  const request = vi.fn((_: string, fn: () => unknown) => (before = before.then(fn)))
  vi.stubGlobal('navigator', { ...navigator, locks: { request } })
  const took = await Promise.all([take('shown', [name(1)]), take('shown', [name(1)])])
  expect(took).toEqual([[name(1)], []])
  expect(request).toHaveBeenCalledTimes(2)
  vi.unstubAllGlobals()
})
