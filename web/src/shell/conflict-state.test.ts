import { renderHook, act } from '@testing-library/react'
import { expect, test } from 'vitest'
import { Conflict } from '../api/errors'
import { task } from '../test/tasks'
import { settled, showConflict, useConflict } from './conflict-state'

const a = task('a')
const b = task('b')

test('a second edit that meets another is asked about too: none is lost', () => {
  const open = renderHook(useConflict).result
  const meet = (conflict: Conflict) => act(() => showConflict(conflict))
  meet(new Conflict({ title: 'mine' }, a, { ...a, version: 2 }))
  meet(new Conflict({ title: 'also mine' }, b, { ...b, version: 2 }))
  meet(new Conflict({ priority: 5 }, { ...a, version: 2 }, { ...a, title: 'theirs', version: 3 }))
  expect(open.current).toMatchObject({
    mine: { title: 'mine', priority: 5 },
    before: a,
    theirs: { title: 'theirs', version: 3 },
  })
  act(settled)
  expect(open.current).toMatchObject({ mine: { title: 'also mine' }, before: b })
  act(settled)
  expect(open.current).toBeNull()
})
