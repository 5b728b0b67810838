import { expect, test } from 'vitest'
import { mayFollow, readAsked } from './asked'
import { isConsent } from './place'

test('what is asked is read to the letter', () => {
  const state = '12345678901234567890'
  expect(readAsked(`?client_id=a&redirect_uri=x&state=${state}&scope=&resource&more=1&more=2`)).toEqual({
    client_id: 'a',
    redirect_uri: 'x',
    state,
  })
  expect(readAsked('?state=1.0&client_id=%22a%22')).toMatchObject({ state: '1.0', client_id: '"a"' })
  expect(readAsked('')).toEqual({ client_id: '', redirect_uri: '' })
})

test.each(['redirect_uri=https://a&redirect_uri=https://b', 'state=&state=1', 'client_id=a&client_id=a'])(
  'of what is there twice none is chosen: %s',
  (search) => {
    expect(readAsked(`?${search}`)).toEqual({ twice: search.split('=')[0] })
  },
)

const follow = (redirect_uri: string, to: string) => mayFollow(to, { client_id: 'a', redirect_uri })

test.each([
  ['https://a.example/cb', 'https://a.example/cb?code=1'],
  ['https://a.example/cb?keep=1', 'https://a.example/cb?keep=1&code=1'],
  ['http://127.0.0.1:4711/done', 'http://127.0.0.1:4711/done?error=access_denied'],
  ['http://[::1]/done', 'http://[::1]/done?code=1'],
  ['http://localhost:1/', 'http://localhost:1/?code=1'],
  ['com.example.app:/done', 'com.example.app:/done?code=1'],
  ['cursor://anysphere.cursor-mcp/oauth/callback', 'cursor://anysphere.cursor-mcp/oauth/callback?code=1'],
])('an answer for %s goes there', (asked, to) => {
  expect(follow(asked, to)).toBe(true)
})

test.each([
  ['https://a.example/cb', 'https://evil.example/cb?code=1'],
  ['https://a.example', 'https://a.example.evil.example/?code=1'],
  ['https://a.example/cb', 'https://a.example/cb'],
  ['https://a.example/cb', '/cb?code=1'],
  ['http://a.example/cb', 'http://a.example/cb?code=1'],
  ['https://user@a.example/cb', 'https://user@a.example/cb?code=1'],
  ['javascript:alert(1)//', 'javascript:alert(1)//?code=1'],
  ['JavaScript:/x/', 'JavaScript:/x/?code=1'],
  ['java\nscript:/x/', 'java\nscript:/x/?code=1'],
  ['data:text/html,x', 'data:text/html,x?code=1'],
  ['blob:https://a.example/1', 'blob:https://a.example/1?code=1'],
  ['file:///etc/passwd', 'file:///etc/passwd?code=1'],
  ['/done', '/done?code=1'],
  ['', '?code=1'],
])('an answer for %j to %j is not followed', (asked, to) => {
  expect(follow(asked, to)).toBe(false)
})

test('a path is that page, or another', () => {
  expect(['/oauth/authorize', '/oauth/authorize?client_id=a'].map(isConsent)).toEqual([true, true])
  expect(['/', '/oauth/authorizes', '/x?next=/oauth/authorize?'].map(isConsent)).toEqual([false, false, false])
})
