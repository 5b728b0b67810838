import { expect, test } from 'vitest'
import { pick, sizeWords } from './picked'
import { grouped, placesWords } from './remarks'
import { guessFormat, headerOf, recognised } from './sheet'

test.each([
  ['a,b,c\n1,2,3', ['a', 'b', 'c']],
  ['\uFEFF\r\n\r\nTask;Due on;"Who, if anybody"\r\n', ['Task', 'Due on', 'Who, if anybody']],
  ['a\tb\n', ['a', 'b']],
  ['"say ""hi""", b ,"two\nlines",\n1', ['say "hi"', 'b', 'two\nlines', '']],
  ['sep=;\na;b,c\n', ['a', 'b,c']],
  ['"sep=|"\r\na|b\r\n', ['a', 'b']],
  ['', ['']],
  ['"never closed', ['never closed']],
])('the header of %j', (text, columns) => {
  expect(headerOf(text)).toEqual(columns)
})

test('columns are recognised by their fields’ names, in any form, the exact one first', () => {
  expect([...recognised(['Due Date', 'TITLE', 'title', 'Owner', 'start-date'])]).toEqual([
    ['title', 'title'],
    ['due_date', 'Due Date'],
    ['start_date', 'start-date'],
  ])
})

test.each([
  ['tasks.json', '[]', 'taskwarrior'],
  ['export', '{"description": "x"}\n', 'taskwarrior'],
  ['todo.txt', '(A) Call, Ann, soon\n', 'todotxt'],
  ['Work.csv', 'TYPE,CONTENT,PRIORITY\n', 'todoist'],
  ['Work.csv', '\uFEFFTYPE,CONTENT,DESCRIPTION\n', 'todoist'],
  ['sheet.csv', 'Task;Due\n', 'csv'],
  ['sheet.tsv', 'Task\n', 'csv'],
  ['unknown', 'title,due\n', 'csv'],
  ['unknown', 'just a line\n', 'todotxt'],
  ['mindflow-2026-11-27.json', '{"exported_at":"2026-11-27T08:00:00.000000Z","preferences":{', null],
])('%s with %j is %s', (name, text, format) => {
  expect(guessFormat(name, text)).toBe(format)
})

test('a file that cannot be imported is refused before it is sent', async () => {
  expect(await pick(new File([], 'none.csv'))).toEqual({ wrong: 'none.csv is empty.' })
  const large = new File(['x'], 'large.csv')
  Object.defineProperty(large, 'size', { value: 50 * 2 ** 20 + 1 })
  expect(await pick(large)).toHaveProperty('wrong', expect.stringContaining('50 MiB'))
  expect(await pick(new File(['{"exported_at":"'], 'own.json'))).toHaveProperty('wrong', expect.stringContaining('CSV'))
  expect(await pick(new File(['a,,b\n'], 'sheet.csv'))).toMatchObject({ format: 'csv', columns: ['a', 'b'] })
})

test('sizes in words', () => {
  expect([12, 3400, 34_567, 52_428_800].map(sizeWords)).toEqual(['12 B', '3.4 KB', '35 KB', '52 MB'])
})

test('a remark that is made many times is said once, the worst first', () => {
  const remarks = [
    { kind: 'changed', place: 'line 1', message: 'a' },
    { kind: 'failed', place: 'line 2', message: 'b' },
    { kind: 'failed', place: 'line 3', message: 'b' },
    { kind: 'lost', place: 'line 4', message: 'b' },
  ] as const
  expect(grouped([...remarks])).toEqual([
    { kind: 'failed', message: 'b', places: ['line 2', 'line 3'] },
    { kind: 'lost', message: 'b', places: ['line 4'] },
    { kind: 'changed', message: 'a', places: ['line 1'] },
  ])
  expect(placesWords(['line 2', 'line 3'])).toBe('line 2, line 3')
  expect(placesWords(['1', '2', '3', '4'])).toBe('1, 2, 3 and 1 more')
})
