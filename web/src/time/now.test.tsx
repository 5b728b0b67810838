import { act, render } from '@testing-library/react'
import { useState } from 'react'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { at, useOver, useToday, useWords } from './now'
import { dueWords } from './words'

const start = Date.parse('2026-11-25T22:30:00Z') // 23:30 in Berlin
const day = 86_400_000

beforeEach(() => {
  vi.useFakeTimers({ now: start })
})

afterEach(() => {
  vi.useRealTimers()
})

describe('an instant that is waited for', () => {
  test('comes when it comes, and once', () => {
    const fn = vi.fn()
    at(start + 5_000, fn)
    vi.advanceTimersByTime(4_999)
    expect(fn).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1)
    expect(fn).toHaveBeenCalledTimes(1)
    vi.advanceTimersByTime(day)
    expect(fn).toHaveBeenCalledTimes(1)
  })

  // A timer of more than 31 bits would go off at once.
  test('may be months away', () => {
    const fn = vi.fn()
    at(start + 90 * day, fn)
    vi.advanceTimersByTime(90 * day - 1)
    expect(fn).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1)
    expect(fn).toHaveBeenCalledTimes(1)
  })

  test('comes soon after a machine wakes that slept through it, though its timers slept too', () => {
    const fn = vi.fn()
    at(start + 3_600_000, fn)
    vi.setSystemTime(start + 8 * 3_600_000) // the clock went on, the timers did not
    vi.advanceTimersByTime(20_000)
    expect(fn).toHaveBeenCalledTimes(1)
  })

  test.each(['visibilitychange', 'focus', 'pageshow'])('comes at once for who is back: %s', (event) => {
    const fn = vi.fn()
    at(start + 3_600_000, fn)
    vi.setSystemTime(start + 3_600_000)
    ;(event === 'visibilitychange' ? document : window).dispatchEvent(new Event(event))
    expect(fn).toHaveBeenCalledTimes(1)
  })

  test('is waited for by the clock, also where that is set back', () => {
    const fn = vi.fn()
    at(start + 60_000, fn)
    vi.setSystemTime(start - 3_600_000)
    vi.advanceTimersByTime(3_600_000)
    expect(fn).not.toHaveBeenCalled()
    vi.advanceTimersByTime(60_000)
    expect(fn).toHaveBeenCalledTimes(1)
  })

  test('is waited for no longer once that is undone, and never where there is none', () => {
    const fn = vi.fn()
    const stop = at(start + 1_000, fn)
    at(start + 2_000, fn)()
    at(Infinity, fn)
    stop()
    expect(vi.getTimerCount()).toBe(0)
    vi.advanceTimersByTime(day)
    expect(fn).not.toHaveBeenCalled()
  })
})

function Due({ date }: { date: string }) {
  return <p>{useWords((now) => dueWords(date, now, 'Europe/Berlin')).text}</p>
}

function Today() {
  return <p>{useToday('Europe/Berlin')}</p>
}

test('words turn over on the screen, without a reload', () => {
  const { container } = render(<Due date="2026-11-25T23:45:00Z" />)
  const after = (ms: number) => {
    act(() => void vi.advanceTimersByTime(ms))
    return container.textContent
  }
  expect(container.textContent).toBe('Tomorrow, 00:45')
  expect(after(15 * 60_000)).toBe('In 60 min')
  expect(after(15 * 60_000)).toBe('In 45 min')
  expect(after(45 * 60_000)).toBe('Overdue since 00:45')
  expect(after(day)).toBe('Overdue since yesterday')
})

test('the day turns over at midnight', () => {
  const { container } = render(<Today />)
  expect(container.textContent).toBe('2026-11-25')
  act(() => void vi.advanceTimersByTime(30 * 60_000))
  expect(container.textContent).toBe('2026-11-26')
})

describe('an answer that is right until an instant', () => {
  const until = new Date(start + 10_000).toISOString()

  /** As a query: what it asks for is the same again until the server says otherwise. */
  function asking(told: () => string) {
    const asked = vi.fn()
    function Screen() {
      const [answer, set] = useState(() => ({ until: told(), at: Date.now() }))
      useOver(answer, () => {
        asked()
        set({ until: told(), at: Date.now() })
      })
      return null
    }
    render(<Screen />)
    return { asked, after: (ms: number) => act(() => void vi.advanceTimersByTime(ms)) }
  }

  test('is asked for anew when that has come', () => {
    const { asked, after } = asking(() => new Date(Date.now() + 10_000).toISOString())
    after(9_999)
    expect(asked).not.toHaveBeenCalled()
    after(1)
    expect(asked).toHaveBeenCalledTimes(1)
    after(10_000)
    expect(asked).toHaveBeenCalledTimes(2)
  })

  // Seen red: asked once, and never again.
  test('is asked for again where the server, whose clock is behind, says the same', () => {
    let answer = until
    const { asked, after } = asking(() => answer)
    after(10_000)
    expect(asked).toHaveBeenCalledTimes(1)
    answer = new Date(start + day).toISOString()
    after(2_000)
    expect(asked).toHaveBeenCalledTimes(2)
    after(day / 2)
    expect(asked).toHaveBeenCalledTimes(2)
  })

  test('is asked for ever more seldom by a clock that is far ahead', () => {
    const { asked, after } = asking(() => until)
    for (let i = 0; i < 3_600; i++) after(1_000)
    expect(asked.mock.calls.length).toBeGreaterThan(50)
    expect(asked.mock.calls.length).toBeLessThan(70)
  })
})
