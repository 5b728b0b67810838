import { render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { describe, expect, test } from 'vitest'
import { reasoning } from '../test/tasks'
import { Bar, points, Score, scoreText, sumOf, termsOf, Why } from './score'

const weights = { weight_urgency: 40, weight_priority: 10, weight_effort: 10, time_of_day_bonus: 0.1 }

const high = reasoning({
  deadline_urgency: 1,
  deadline_urgency_score: 40,
  priority_score: 40,
  effort_bonus: 0.75,
  effort_bonus_score: 7.5,
  total_score: 87.5,
})

const penalised = reasoning({
  priority_score: 50,
  effort_bonus: 1,
  effort_bonus_score: 10,
  time_of_day_multiplier: 0.9,
  time_of_day_score: -6,
  total_score: 54,
})

const widths = (bar: Element) =>
  [...bar.querySelectorAll<HTMLElement>('i')].map((i) => [i.dataset.part, i.style.right, i.style.width])

describe('the bar', () => {
  test('has a width for each term', () => {
    const { container } = render(<Bar terms={termsOf(high, { priority: 4 }, weights)} full={100} />)
    expect(widths(container)).toEqual([
      ['deadline', '', '40%'],
      ['priority', '', '40%'],
      ['effort', '', '7.5%'],
    ])
  })

  test('has a notch where a term takes something off, which ends where the others end', () => {
    const { container } = render(<Bar terms={termsOf(penalised, { priority: 5 }, weights)} full={100} />)
    expect(widths(container)).toEqual([
      ['priority', '', '50%'],
      ['effort', '', '10%'],
      ['notch', '40%', '6%'],
    ])
    expect(container.querySelector('.notch')).not.toBeNull()
  })

  test('is not longer than there is room for', () => {
    const { container } = render(<Bar terms={termsOf(penalised, { priority: 5 }, weights)} full={54} />)
    expect(
      widths(container)
        .slice(0, 2)
        .map(([, , w]) => parseFloat(w!))
        .reduce((x, y) => x + y),
    ).toBeCloseTo(100)
  })
})

test('every term is arithmetic that can be checked by hand', () => {
  expect(termsOf(penalised, { priority: 5 }, weights).map((t) => t.sum)).toEqual([
    'Deadline: urgency 0 × weight 40 = 0',
    'Priority: 5 × weight 10 = 50',
    'Effort: bonus 1 × weight 10 = 10',
    'Time of day: 60 × 0.9 = 54, which is −6',
  ])
  expect(sumOf(termsOf(high, { priority: 4 }, weights), 87.5)).toBe('40 + 40 + 7.5 = 87.5')
  expect(sumOf(termsOf(penalised, { priority: 5 }, weights), 54)).toBe('50 + 10 − 6 = 54')
})

test('a task that another waits for says which, whatever way its title runs', () => {
  const sentence = 'Due tomorrow - good time to tackle this, because “שלח” waits for it'
  const { container } = render(
    <Why of={reasoning({ recommendation: sentence, inherited_from: { id: 'ship', title: 'שלח' } })} />,
  )
  expect(container.textContent).toBe(sentence)
  expect(container.querySelector('bdi')?.textContent).toBe('שלח')
})

test('the sentence of a task that nothing waits for stays as it is', () => {
  const { container } = render(<Why of={reasoning({ recommendation: 'No deadline - good time to tackle this' })} />)
  expect(container.innerHTML).toBe('No deadline - good time to tackle this')
})

test('the arithmetic of a term is read on focus, and that of the whole otherwise', async () => {
  const user = userEvent.setup()
  render(<Score terms={termsOf(high, { priority: 4 }, weights)} total={87.5} full={100} />)
  expect(screen.getByText('40 + 40 + 7.5 = 87.5')).toBeDefined()
  expect(screen.getByRole('img').getAttribute('aria-label')).toBe('Score 87.5: 40 + 40 + 7.5 = 87.5')
  await user.tab()
  expect(screen.getByText('Deadline: urgency 1 × weight 40 = 40')).toBeDefined()
  await user.tab()
  expect(screen.getByText('Priority: 4 × weight 10 = 40')).toBeDefined()
})

test('numbers have two decimals at the most, and a real minus', () => {
  expect([points(87.5), points(0.1 + 0.2), points(-6), points(33.333), points(12), points(-0.004)]).toEqual([
    '87.5',
    '0.3',
    '−6',
    '33.33',
    '12',
    '0',
  ])
  expect([scoreText(70), scoreText(87.5), scoreText(66.67)]).toEqual(['70.0', '87.5', '66.67'])
})
