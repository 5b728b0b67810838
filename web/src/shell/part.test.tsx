import { render, screen, waitFor } from '@testing-library/react'
import { expect, test, vi } from 'vitest'
import { Toasts } from '../ui/toast'
import { part } from './part'

const Menu = ({ label }: { label: string }) => <p>{label}</p>

test('a part is there once its code is, and at once the next time', async () => {
  const load = vi.fn(() => Promise.resolve(Menu))
  const Part = part(load)
  const { unmount } = render(<Part label="menu" until={<p>soon</p>} onMissing={() => {}} />)
  screen.getByText('soon')
  await screen.findByText('menu')
  unmount()
  render(<Part label="again" onMissing={() => {}} />)
  screen.getByText('again')
  expect(load).toHaveBeenCalledTimes(1)
})

// Fails when a part that cannot be had takes the screen with it, or is never asked for again.
test('a part whose code cannot be had says so, and comes the next time', async () => {
  let there = false
  const Part = part(() => (there ? Promise.resolve(Menu) : Promise.reject(new Error('no network'))))
  const missing = vi.fn()
  const { unmount } = render(
    <>
      <Part label="menu" until={<p>soon</p>} onMissing={missing} />
      <Toasts />
    </>,
  )
  await screen.findByText(/the server cannot be reached/)
  expect(missing).toHaveBeenCalledOnce()
  unmount()
  there = true
  render(<Part label="menu" onMissing={missing} />)
  await waitFor(() => screen.getByText('menu'))
})
