import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { fireEvent, render, screen } from '@testing-library/react'
import { expect, test, vi } from 'vitest'
import { addDays, dayOf, guessZone, instantAt } from '../time/zone'
import { SnoozeForm } from './snooze-form'

test('a moment that has passed is said to have, and another one is taken', () => {
  const pick = vi.fn()
  render(
    <QueryClientProvider client={new QueryClient()}>
      <SnoozeForm onPick={pick} className="" />
    </QueryClientProvider>,
  )
  const today = dayOf(Date.now(), guessZone())
  const choose = (day: string, clock: string) => {
    fireEvent.change(screen.getByLabelText('Day'), { target: { value: day } })
    fireEvent.change(screen.getByLabelText('Time'), { target: { value: clock } })
    fireEvent.submit(screen.getByText('Snooze').closest('form')!)
  }
  choose(today, '00:00')
  expect(pick).not.toHaveBeenCalled()
  expect(screen.getByLabelText('Time').getAttribute('aria-describedby')).toBe(
    screen.getByText('This moment has passed.').id,
  )
  const day = addDays(today, 2)
  choose(day, '10:30')
  expect(pick).toHaveBeenCalledWith(instantAt(day, '10:30', guessZone()))
  expect(screen.queryByText('This moment has passed.')).toBeNull()
})
