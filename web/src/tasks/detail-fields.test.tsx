import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { render, screen } from '@testing-library/react'
import { expect, test } from 'vitest'
import type { Status } from '../api/client'
import { task } from '../test/tasks'
import { StatusField } from './detail-fields'

const editing = { save: () => Promise.resolve(true), wrong: () => undefined }

test.each<[Status, string[]]>([
  ['pending', ['Pending', 'In progress', 'Completed', 'Cancelled']],
  ['snoozed', ['Pending', 'In progress', 'Snoozed', 'Completed', 'Cancelled']],
  ['completed', ['Pending', 'In progress', 'Completed']],
  ['cancelled', ['Pending', 'In progress', 'Cancelled']],
])('what is %s can become what the server lets it become', (status, offered) => {
  render(
    <QueryClientProvider client={new QueryClient()}>
      <StatusField task={task('a', { status })} editing={editing} zone="Europe/Berlin" />
    </QueryClientProvider>,
  )
  expect(screen.getAllByRole('option').map((o) => o.textContent)).toEqual(offered)
})
