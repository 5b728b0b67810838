import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { act, render, screen } from '@testing-library/react'
import { expect, test, vi } from 'vitest'
import { Problem } from '../api/errors'
import type { KnownPreferences } from '../api/queries'
import { Toasts } from '../ui/toast'
import { useSaving } from './saving'

vi.mock('../api/changes', async (original) => ({
  ...(await original<object>()),
  setPreferences: () => Promise.reject(new Problem(503, {})),
}))

// The screen that would have said it is gone by then.
test('an undo that fails says so, wherever one is by then', async () => {
  let undo: ReturnType<typeof useSaving>['takeBack'] | undefined
  function Setting() {
    const { takeBack } = useSaving()
    return <button type="button" onClick={() => (undo = takeBack)} />
  }
  const { rerender } = render(<Setting />, {
    wrapper: ({ children }) => (
      <QueryClientProvider client={new QueryClient()}>
        {children}
        <Toasts />
      </QueryClientProvider>
    ),
  })
  act(() => screen.getByRole('button').click())
  rerender(<></>)
  await act(() => undo!({} as KnownPreferences, {}))
  expect(screen.getByRole('alert').textContent).toContain('too much to do')
})
