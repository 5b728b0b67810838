import { act, fireEvent, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { beforeEach, expect, test, vi, type MockInstance } from 'vitest'
import { Problem, Unreachable } from '../api/errors'
import { Adder } from './adder'
import * as toast from './toast'

let added: string[]
/** What stands in the way of each. */
let wrong: (title: string) => Error | undefined
let tried: number
let warned: MockInstance<typeof toast.warn>

beforeEach(() => {
  added = []
  tried = 0
  wrong = () => undefined
  warned = vi.spyOn(toast, 'warn').mockReset()
})

const add = async (title: string) => {
  tried++
  await Promise.resolve()
  const error = wrong(title)
  if (error) throw error
  added.push(title)
}
const adder = () => render(<Adder label="Add" add={add} why={(error) => (error as Error).message} />)
const field = () => screen.getByRole<HTMLInputElement>('textbox')
const paste = (text: string) =>
  act(async () => {
    fireEvent.paste(field(), { clipboardData: { getData: () => text } })
    await new Promise((resolve) => setTimeout(resolve, 10))
  })
const kept = () => screen.queryAllByRole('button', { name: /^Change/ }).map((b) => b.textContent)
const offline = () => new Unreachable(null)

test('lines that cannot be sent stay, all of them, and are added in their order when they are tried again', async () => {
  adder()
  wrong = offline
  await paste('one\ntwo\nthree')
  expect(tried).toBe(1)
  expect(kept()).toEqual(['one', 'two', 'three'])
  expect(screen.getByRole('alert').textContent).toBe('Not added. The server cannot be reached')
  wrong = () => undefined
  await userEvent.click(screen.getByRole('button', { name: 'Try again' }))
  await vi.waitFor(() => expect(added).toEqual(['one', 'two', 'three']))
  expect(kept()).toEqual([])
  expect(screen.getByRole('alert').textContent).toBe('')
})

test('one that is refused stays with what is wrong, the others are added', async () => {
  adder()
  wrong = (title) => (title === 'two' ? new Problem(422, { detail: 'Too long' }) : undefined)
  await paste('one\ntwo\nthree')
  expect(added).toEqual(['one', 'three'])
  expect(kept()).toEqual(['two'])
  expect(screen.getByRole('alert').textContent).toBe('Not added. Too long')
  await userEvent.type(field(), 'four')
  await userEvent.click(screen.getByRole('button', { name: 'Change: two' }))
  expect(field().value).toBe('two')
  expect(kept()).toEqual(['four']) // what was typed is not lost
})

test('what cannot be added once it is left is said, and can be tried again', async () => {
  const { unmount } = adder()
  wrong = offline
  await userEvent.type(field(), 'one{Enter}')
  await vi.waitFor(() => expect(kept()).toEqual(['one']))
  expect(warned).not.toHaveBeenCalled()
  wrong = () => undefined
  unmount()
  expect(warned.mock.calls[0]![0]).toMatch(/Not added: .one.\. The server cannot be reached/)
  warned.mock.calls[0]![1]!.go()
  await vi.waitFor(() => expect(added).toEqual(['one']))
})

test('a refusal that comes after it was left is said', async () => {
  const { unmount } = adder()
  wrong = offline
  fireEvent.change(field(), { target: { value: 'one' } })
  fireEvent.keyDown(field(), { key: 'Enter' })
  unmount()
  await vi.waitFor(() => expect(warned).toHaveBeenCalledOnce())
})

test('Enter that ends a composition adds nothing', () => {
  adder()
  fireEvent.change(field(), { target: { value: 'ni' } })
  fireEvent.keyDown(field(), { key: 'Enter', isComposing: true })
  expect(tried).toBe(0)
  expect(field().value).toBe('ni')
})
