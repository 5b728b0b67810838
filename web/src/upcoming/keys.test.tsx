import { fireEvent, render, screen } from '@testing-library/react'
import { expect, test, vi } from 'vitest'
import { onKeys } from './keys'

const run = { move: vi.fn(), ask: vi.fn(), complete: vi.fn() }

function board() {
  render(
    // eslint-disable-next-line jsx-a11y/no-static-element-interactions
    <div data-board onKeyDown={(e) => onKeys(e, false, run)}>
      {['one', 'two', 'three'].map((name) => (
        <li key={name} data-task={name}>
          <a href={`#${name}`}>{name}</a>
        </li>
      ))}
    </div>,
  )
  screen.getByText('one').focus()
}

const press = (key: string, more = {}) => fireEvent.keyDown(document.activeElement!, { key, ...more })

test('a key that is held moves on, and does nothing else twice', () => {
  board()
  press('e')
  press('e', { repeat: true })
  press('E', { repeat: true, shiftKey: true })
  expect(run.complete.mock.calls).toEqual([['one']])
  press('ArrowDown', { shiftKey: true })
  press('ArrowDown', { shiftKey: true, repeat: true })
  expect(run.move.mock.calls).toEqual([['two', 1]])
  press('m', { repeat: true })
  expect(run.ask).not.toHaveBeenCalled()
  press('j', { repeat: true })
  expect(document.activeElement?.textContent).toBe('three')
})
