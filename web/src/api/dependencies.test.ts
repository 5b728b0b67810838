import { QueryClient } from '@tanstack/react-query'
import { expect, test, vi } from 'vitest'
import { task } from '../test/tasks'
import { waitingQuery } from './dependencies'

const pages = vi.hoisted(() => ({ of: 0, asked: [] as (string | undefined)[] }))

vi.mock('./client', async (original) => ({
  ...(await original<object>()),
  data: (answer: unknown) => answer,
  api: {
    GET: (_: string, { params }: { params: { query: { cursor?: string } } }) => {
      const { cursor } = params.query
      pages.asked.push(cursor)
      const page = Number(cursor ?? 1)
      return Promise.resolve({ tasks: [task(`${page}`)], next_cursor: page < pages.of ? `${page + 1}` : null })
    },
  },
}))

// Seen red with the first page alone: of a hundred and one that wait, one was not marked.
test.each([
  [1, [undefined]],
  [3, [undefined, '2', '3']],
  [9, [undefined, '2', '3', '4', '5']],
])('what waits is known over pages, within bounds: of %i', async (of, asked) => {
  Object.assign(pages, { of, asked: [] })
  const ids = await new QueryClient().fetchQuery(waitingQuery)
  expect(pages.asked).toEqual(asked)
  expect(ids).toEqual(asked.map((cursor) => `id-${cursor ?? 1}`))
})
