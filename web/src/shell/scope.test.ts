import { act, renderHook } from '@testing-library/react'
import { expect, test } from 'vitest'
import { task } from '../test/tasks'
import { scopeOf, useScopeAsked } from './scope'

const weekly = {
  rule: 'FREQ=WEEKLY;BYDAY=FR',
  from: 'schedule' as const,
  series_id: 's',
  slot: '2026-11-27',
  start: '2026-11-27',
  timezone: 'Europe/Berlin',
}
const again = task('Water the plants', { due_date: '2026-11-27', recurrence: weekly })

test('a date is asked about with this time first, a title with all that follow', async () => {
  const asked = renderHook(useScopeAsked).result
  let date: Promise<unknown> = Promise.resolve()
  act(() => {
    date = scopeOf(again, { due_date: '2026-11-28' })
  })
  expect(asked.current).toMatchObject({ usual: 'occurrence', fields: { due_date: '2026-11-28' } })
  act(() => asked.current!.answer('following'))
  expect(await date).toBe('following')
  let title: Promise<unknown> = Promise.resolve()
  act(() => {
    title = scopeOf(again, { title: 'Water them' })
  })
  expect(asked.current).toMatchObject({ usual: 'following' })
  act(() => asked.current!.answer(null))
  expect(await title).toBeNull()
  expect(asked.current).toBeNull()
})

test.each([
  ['what does not repeat', task('a'), { title: 'b' }],
  ['what is over', { ...again, status: 'completed' as const }, { title: 'b' }],
  ['a field that is meant for all', again, { priority: 5 }],
  ['another rule', again, { due_date: '2026-11-28', recurrence: null }],
  ['no date any more, which a repeat needs', again, { due_date: null }],
])('nothing is asked about %s', async (_, of, fields) => {
  expect(await scopeOf(of, fields)).toBeUndefined()
})
