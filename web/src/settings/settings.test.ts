import { expect, test } from 'vitest'
import type { Scored } from '../api/client'
import { movesOf } from './moves'
import { stopOf, stops } from './stops'
import { readWeight, readWeights, sameWeights, standard } from './weights'
import { nearFirst } from './zones'

test('a slider stops at the standard weights, at both ends, and everywhere but once', () => {
  for (const weight of [0, 10, 40, 50, 100, 1000]) expect(stops[stopOf(weight)]).toBe(weight)
  expect(stops).toEqual([...new Set(stops)].sort((a, b) => a - b))
  expect(stops.at(-1)).toBe(1000)
})

test('a weight between two stops is at the nearer one', () => {
  expect(stops[stopOf(10.2)]).toBe(10)
  expect(stops[stopOf(777)]).toBe(780)
})

test.each([
  ['40', 40],
  [' 12,5 ', 12.5],
  ['.5', 0.5],
  ['1000', 1000],
  ['0.00', 0],
])('%j is a weight', (text, value) => {
  expect(readWeight('weight_urgency', text)).toEqual({ value })
})

test.each(['', '-1', '1.234', '1e3', 'many', '0x10', 'Infinity', '1000.01'])('%j is none', (text) => {
  expect(readWeight('weight_urgency', text)).toHaveProperty('wrong')
})

test('the bonus ends at a half', () => {
  expect(readWeight('time_of_day_bonus', '0.5')).toEqual({ value: 0.5 })
  expect(readWeight('time_of_day_bonus', '0.51')).toEqual({ wrong: 'must be from 0 to 0.5' })
})

test('weights are tried only when all of them can be read', () => {
  const texts = { weight_urgency: '40', weight_priority: '10', weight_effort: '10', time_of_day_bonus: '0.1' }
  expect(readWeights(texts)).toEqual({ weights: standard, wrong: {} })
  expect(readWeights({ ...texts, weight_effort: 'x' })).toMatchObject({
    weights: null,
    wrong: { weight_effort: expect.stringContaining('number') as string },
  })
  expect(sameWeights(standard, { ...standard, weight_effort: 11 })).toBe(false)
})

test('moves are told by places up, and what comes from beyond has none', () => {
  const scored = (...ids: string[]) => ids.map((id) => ({ task: { id } }) as Scored)
  expect(movesOf(scored('a', 'b', 'c', 'd'), scored('c', 'a', 'x', 'd'))).toEqual([2, -1, null, 0])
})

test('zones that are near come first, each once', () => {
  const all = ['Africa/Cairo', 'America/Lima', 'Asia/Tokyo', 'Europe/Berlin', 'Europe/Paris', 'UTC']
  expect(nearFirst('Europe/Paris', 'Asia/Tokyo', all)).toEqual([
    'Europe/Paris',
    'Asia/Tokyo',
    'Europe/Berlin',
    'Africa/Cairo',
    'America/Lima',
    'UTC',
  ])
  expect(nearFirst('Etc/GMT-3', 'UTC', all)).toContain('Etc/GMT-3')
})
