import { expect, test } from 'vitest'
import { linesOf, meantIn, signsOf, table, type Place } from './keys'

const key = (key: string, more = {}) => ({ key, shiftKey: false, ctrlKey: false, metaKey: false, ...more })

test.each(Object.keys(table) as Place[])('%s: no key does two things, and each is named', (place) => {
  const lines = linesOf(place).map(([, line]) => line)
  const keys = lines.flatMap((line) => line.keys)
  expect(new Set(keys).size).toBe(keys.length)
  for (const line of lines) {
    expect(line.label).not.toBe('')
    expect(signsOf(line).join('')).not.toMatch(/Arrow|mod|shift|Escape/)
  }
})

test('with Shift a key is another one only where the table says so', () => {
  expect(meantIn('Upcoming', key('ArrowDown'))).toBe('next')
  expect(meantIn('Upcoming', key('ArrowDown', { shiftKey: true }))).toBe('later')
  expect(meantIn('Tasks', key('X', { shiftKey: true }))).toBe('selectTo')
  expect(meantIn('Tasks', key('E', { shiftKey: true }))).toBe('done')
  expect(meantIn('Everywhere', key('?', { shiftKey: true }))).toBe('help')
  expect(meantIn('Everywhere', key('z', { ctrlKey: true }))).toBe('undo')
  expect(meantIn('Tasks', key('e', { ctrlKey: true }))).toBeUndefined()
})

test('keys are written as they stand on the keyboard', () => {
  expect(signsOf(table.Upcoming.earlier)).toEqual(['Shift ←', 'Shift ↑'])
  expect(signsOf(table.Tasks.priority)).toEqual(['1 – 5'])
  expect(signsOf(table.Everywhere.undo)).toEqual(['U', 'Ctrl Z'])
})
