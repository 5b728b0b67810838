import { render } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Best, Preferences, Ranked } from '../api/client'
import { scored, task } from '../test/tasks'
import { draw } from './draw'
import { drawNow, FirstNow } from './now'
import * as early from '../api/early'

const terms = { priority_score: 50, time_of_day_multiplier: 0.9, time_of_day_score: -6, total_score: 54 }
const fields = {
  due_date: '2026-11-26',
  tags: ['home', 'עבודה'],
  effort_estimate_minutes: 90,
  preferred_time: 'evening',
} as const

const best = {
  ...scored(task('<b>Call</b> & "write"', { ...fields, tags: [...fields.tags] }), terms),
  valid_until: '2026-11-26T17:00:00Z',
} as Best
const top = { tasks: [scored(task('Next'))], total: 2 } as Ranked
const preferences = {
  timezone: 'Europe/Berlin',
  weight_urgency: 40,
  weight_priority: 10,
  weight_effort: 10,
  time_of_day_bonus: 0.1,
} as Preferences

beforeEach(() => {
  vi.useFakeTimers({ now: new Date('2026-11-26T09:00:00Z') })
})

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
  document.body.replaceChildren()
})

// Fails where draw forgets an attribute, a style, a list or a part of a picture.
test('what is drawn first is what React draws', () => {
  const now = <FirstNow best={best} top={top} preferences={preferences} />
  const first = document.createElement('div')
  draw(now, first)
  const { container } = render(now)
  expect(first.querySelectorAll('*').length).toBeGreaterThan(80)
  expect(first.isEqualNode(container)).toBe(true)
})

test('what people wrote is text', () => {
  const first = document.createElement('div')
  draw(<FirstNow best={best} top={top} preferences={preferences} />, first)
  expect(first.querySelector('h1')!.textContent).toBe('<b>Call</b> & "write"')
  expect(first.querySelector('h1 b')).toBeNull()
})

const answers = (all: unknown[]) =>
  vi.spyOn(early, 'told').mockImplementation(() => Promise.resolve(all.shift()) as never)

test('it is drawn once all is told, and cannot be used', async () => {
  answers([best, top, preferences])
  const root = document.createElement('div')
  await drawNow(root)
  expect(root.querySelector('article h1')).not.toBeNull()
  expect((root.firstElementChild as HTMLElement).inert).toBe(true)
})

test.each([
  ['nothing is to be done', [undefined, top, preferences]],
  ['the ranking is not told', [best, undefined, preferences]],
  ['nothing is told', []],
])('where %s, nothing is drawn', async (_, all) => {
  answers(all)
  const root = document.createElement('div')
  await drawNow(root)
  expect(root.childNodes).toHaveLength(0)
})

test('what the app has drawn stays', async () => {
  answers([best, top, preferences])
  const root = document.createElement('div')
  root.append('the app')
  await drawNow(root)
  expect(root.textContent).toBe('the app')
})
