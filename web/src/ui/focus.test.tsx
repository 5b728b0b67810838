import { fireEvent, render, screen } from '@testing-library/react'
import { useRef } from 'react'
import { expect, test } from 'vitest'
import { besideRow, useHandsOn } from './focus'
import { Heading } from './heading'

function Row({ name }: { name: string }) {
  const li = useRef<HTMLLIElement>(null)
  useHandsOn(li, besideRow)
  return (
    <li ref={li}>
      <button type="button">{name}</button>
    </li>
  )
}

const List = ({ names }: { names: string[] }) => (
  <>
    <Heading key={names[0]}>Screen</Heading>
    <ol>
      {names.map((name) => (
        <Row key={name} name={name} />
      ))}
    </ol>
  </>
)

/** The focus is handed on once all is drawn. */
const after = async (fn: () => void) => {
  fn()
  await Promise.resolve()
}

const focused = () => document.activeElement?.textContent

test('a screen that comes has the focus of who lost it, but not of who has just come', () => {
  const { unmount } = render(<Heading>Now</Heading>)
  expect(document.activeElement).toBe(document.body)
  unmount()
  fireEvent.keyDown(document.body)
  render(<Heading>Tasks</Heading>)
  expect(focused()).toBe('Tasks')
})

test('a row that goes hands the focus to the next, the last one to the one before, the only one to the heading', async () => {
  const { rerender } = render(<List names={['a', 'b', 'c']} />)
  screen.getByRole('button', { name: 'b' }).focus()
  await after(() => rerender(<List names={['a', 'c']} />))
  expect(focused()).toBe('c')
  await after(() => rerender(<List names={['a']} />))
  expect(focused()).toBe('a')
  await after(() => rerender(<List names={[]} />))
  expect(focused()).toBe('Screen')
})

test('whoever is elsewhere stays there', async () => {
  const { rerender } = render(<List names={['a', 'b', 'c']} />)
  screen.getByRole('button', { name: 'a' }).focus()
  await after(() => rerender(<List names={['a']} />))
  expect(focused()).toBe('a')
})
