import { act, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { SearchField } from './search-field'

const sent = vi.fn()
const field = (value: string) => <SearchField value={value} onChange={sent} onLeave={() => {}} ref={null} />
const input = () => screen.getByRole<HTMLInputElement>('searchbox')
const type = (value: string) => {
  fireEvent.change(input(), { target: { value } })
  act(() => void vi.advanceTimersByTime(200))
}

beforeEach(() => {
  sent.mockReset()
  vi.useFakeTimers()
})

afterEach(() => void vi.useRealTimers())

test('what was typed stays while the address follows, however late', () => {
  const { rerender } = render(field(''))
  type('ap')
  type('apples ')
  expect(sent.mock.calls).toEqual([['ap'], ['apples']])
  rerender(field('ap'))
  expect(input().value).toBe('apples ')
  rerender(field('apples'))
  expect(input().value).toBe('apples ')
})

test('Back shows what the address says, also where that is how it began', () => {
  const { rerender } = render(field('app'))
  type('apples')
  rerender(field('apples'))
  rerender(field('app'))
  expect(input().value).toBe('app')
  type('apples')
  expect(sent).toHaveBeenLastCalledWith('apples')
  rerender(field('apples'))
  rerender(field(''))
  expect(input().value).toBe('')
})
