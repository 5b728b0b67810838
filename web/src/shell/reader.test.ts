import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Understood } from '../api/quick'
import type { Known } from './quick-text'
import { pause, reader } from './reader'

const said = (title: string) => ({ title, tokens: [] }) as unknown as Understood

/** What was asked and is still to be answered. */
let asked: { text: string; signal: AbortSignal; answer: (u: Understood) => void; fail: () => void }[]
let told: (Known | null)[]
const make = () =>
  reader(
    (text, signal) =>
      new Promise((answer, reject) => asked.push({ text, signal, answer, fail: () => reject(new Error('gone')) })),
    (known) => told.push(known),
  )

beforeEach(() => {
  vi.useFakeTimers()
  asked = []
  told = []
})
afterEach(() => void vi.useRealTimers())

const settle = () => vi.advanceTimersByTimeAsync(0)

test('who types fast is asked about once', async () => {
  const { read } = make()
  for (const text of ['C', 'Ca', 'Cal', 'Call']) {
    read(text)
    await vi.advanceTimersByTimeAsync(pause - 1)
  }
  expect(asked).toEqual([])
  await vi.advanceTimersByTimeAsync(1)
  expect(asked.map((a) => a.text)).toEqual(['Call'])
})

// Fails when answers are told in the order they come.
test('a late answer does not take the place of a newer one, and there is one request at a time', async () => {
  const { read } = make()
  read('Call Bob', 0)
  await settle()
  read('Call Bob tomorrow', 0)
  await settle()
  expect(asked.map((a) => a.signal.aborted)).toEqual([true, false])
  asked[1]!.answer(said('new'))
  await settle()
  asked[0]!.answer(said('old'))
  await settle()
  expect(told).toEqual([{ text: 'Call Bob tomorrow', said: said('new') }])
})

test('an answer to what was changed since is not told', async () => {
  const { read } = make()
  read('Call Bob tomorrow', 0)
  await settle()
  read('Call Bob')
  asked[0]!.answer(said('old'))
  await settle()
  expect(told).toEqual([])
})

test('without an answer the text is plain; the next one may be read again', async () => {
  const { read } = make()
  read('Call Bob tomorrow', 0)
  await settle()
  asked[0]!.fail()
  await settle()
  expect(told).toEqual([null])
  read('Call Bob tomorrow p1', 0)
  await settle()
  asked[1]!.answer(said('Call Bob'))
  await settle()
  expect(told.at(-1)?.said.title).toBe('Call Bob')
})

test('a failure of an older one is not told either', async () => {
  const { read } = make()
  read('a', 0)
  await settle()
  read('ab', 0)
  await settle()
  asked[1]!.answer(said('ab'))
  asked[0]!.fail()
  await settle()
  expect(told.map((k) => k?.text)).toEqual(['ab'])
})

test('nothing is asked about nothing, nor after the end', async () => {
  const { read, stop } = make()
  read('   ')
  expect(told).toEqual([null])
  read('Call')
  stop()
  await vi.advanceTimersByTimeAsync(1_000)
  expect(asked).toEqual([])
})
