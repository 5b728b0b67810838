import { act, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { say, Toasts, undoLast, warn } from './toast'

beforeEach(() => {
  vi.useFakeTimers()
  render(<Toasts />)
})

afterEach(() => {
  act(() => void vi.runAllTimers())
  vi.useRealTimers()
})

test('what was done is said, and goes by itself', () => {
  act(() => void say('Done: a'))
  expect(screen.getByRole('status').textContent).toContain('Done: a')
  act(() => void vi.advanceTimersByTime(8_000))
  expect(screen.queryByRole('status')).toBeNull()
})

test('what went wrong is an alert, and stays longer', () => {
  act(() => void warn('The server cannot be reached.'))
  act(() => void vi.advanceTimersByTime(9_000))
  expect(screen.getByRole('alert').textContent).toContain('cannot be reached')
  act(() => void vi.advanceTimersByTime(8_000))
  expect(screen.queryByRole('alert')).toBeNull()
})

test('the last thing that can be undone is undone, once, whatever was said after it', () => {
  const [first, second] = [vi.fn(), vi.fn()]
  act(() => {
    say('first', first)
    say('second', second)
    warn('third')
  })
  act(() => void undoLast())
  expect([first.mock.calls.length, second.mock.calls.length]).toEqual([0, 1])
  act(() => void undoLast())
  expect(first).toHaveBeenCalledTimes(1)
  expect(undoLast()).toBe(false)
})

test('Undo is a button, and Dismiss takes the message away only', () => {
  const undo = vi.fn()
  act(() => void say('Done: a', undo))
  fireEvent.click(screen.getByRole('button', { name: 'Dismiss' }))
  expect(undo).not.toHaveBeenCalled()
  act(() => void say('Done: b', undo))
  fireEvent.click(screen.getByRole('button', { name: 'Undo' }))
  expect(undo).toHaveBeenCalledTimes(1)
  expect(screen.queryByText('Done: b')).toBeNull()
})

test('there are three at the most, the newest', () => {
  act(() => ['1', '2', '3', '4'].forEach((n) => say(n)))
  expect(screen.getAllByRole('status').map((s) => s.textContent)).toEqual(['2', '3', '4'])
})

// Seen red: the way back went while one was about to take it.
test('it stays while one points at it, or is in it', () => {
  act(() => void say('Done: a', vi.fn()))
  const wait = (ms: number) => act(() => void vi.advanceTimersByTime(ms))
  fireEvent.pointerEnter(screen.getByRole('region', { name: 'Messages' }))
  wait(60_000)
  fireEvent.pointerLeave(screen.getByRole('region', { name: 'Messages' }))
  screen.getByRole('button', { name: 'Undo' }).focus()
  wait(60_000)
  act(() => void say('Done: b'))
  wait(60_000)
  expect(screen.getAllByRole('status')).toHaveLength(2)
  act(() => screen.getByRole('button', { name: 'Undo' }).blur())
  wait(7_999)
  expect(screen.getAllByRole('status')).toHaveLength(2)
  wait(1)
  expect(screen.queryByRole('status')).toBeNull()
})

test('who presses something in it is where they were before', () => {
  const { getByRole } = render(<button type="button">Before</button>)
  act(() => void say('Done: a', vi.fn()))
  getByRole('button', { name: 'Before' }).focus()
  getByRole('button', { name: 'Undo' }).focus()
  fireEvent.click(getByRole('button', { name: 'Undo' }))
  expect(document.activeElement?.textContent).toBe('Before')
})
