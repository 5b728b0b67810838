import { fireEvent, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { useSequences, useShortcuts } from './shortcuts'

const ran: string[] = []
const says = (keys: string) => ({ keys, run: () => void ran.push(keys) })

/** As a screen lies in the frame: its own keys are heard first. */
function Screen() {
  useShortcuts([says('n'), says('s'), says('e')])
  return (
    <>
      <input aria-label="Text" />
      <button type="button">Press</button>
    </>
  )
}

function Frame({ children }: { children?: React.ReactNode }) {
  useSequences()
  useShortcuts([says('q'), says('g n'), says('g s'), says('mod k'), says('mod z'), says('?')])
  return (
    <>
      <Screen />
      {children}
    </>
  )
}

beforeEach(() => {
  ran.length = 0
})

afterEach(() => vi.useRealTimers())

test('a key does what it is for', async () => {
  render(<Frame />)
  await userEvent.keyboard('e')
  await userEvent.keyboard('q')
  await userEvent.keyboard('E')
  await userEvent.keyboard('?')
  expect(ran).toEqual(['e', 'q', 'e', '?'])
})

// Seen red: "g s" on Now started the task, "g n" put it away.
test('the second of two keys is not the screen’s', async () => {
  render(<Frame />)
  await userEvent.keyboard('gn')
  await userEvent.keyboard('gs')
  expect(ran).toEqual(['g n', 'g s'])
  await userEvent.keyboard('s')
  expect(ran.at(-1)).toBe('s')
})

test('two keys are together only for a moment', () => {
  vi.useFakeTimers()
  render(<Frame />)
  fireEvent.keyDown(document.body, { key: 'g' })
  vi.advanceTimersByTime(1_300)
  fireEvent.keyDown(document.body, { key: 's' })
  expect(ran).toEqual(['s'])
})

test('letters are text where somebody types, and so is their undo', async () => {
  render(<Frame />)
  screen.getByLabelText('Text').focus()
  await userEvent.keyboard('eqg n?')
  await userEvent.keyboard('{Control>}z{/Control}')
  expect(ran).toEqual([])
  await userEvent.keyboard('{Control>}k{/Control}')
  expect(ran).toEqual(['mod k'])
})

// Seen red: a key right after Escape went into the window that was going, and was lost.
test('what is closed has it no more, though it is still to be seen', async () => {
  render(
    <Frame>
      <div role="dialog" data-closed="">
        <textarea aria-label="Title" />
      </div>
    </Frame>,
  )
  screen.getByLabelText('Title').focus()
  await userEvent.keyboard('e')
  expect(ran).toEqual(['e'])
  expect(screen.getByLabelText('Title')).toHaveProperty('value', '')
})

test('what is open over the page has the keyboard', async () => {
  render(
    <Frame>
      <div role="menu" />
    </Frame>,
  )
  await userEvent.keyboard('eq')
  expect(ran).toEqual([])
})

test('a key that is held, or is somebody else’s, is left alone', () => {
  render(<Frame />)
  fireEvent.keyDown(document.body, { key: 'e', repeat: true })
  fireEvent.keyDown(document.body, { key: 'e', altKey: true })
  fireEvent.keyDown(document.body, { key: 'e', ctrlKey: true })
  expect(ran).toEqual([])
})

test('nothing is heard from a screen that is gone', async () => {
  const { unmount } = render(<Frame />)
  unmount()
  await userEvent.keyboard('eqgn')
  expect(ran).toEqual([])
})
