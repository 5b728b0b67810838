import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { App, launch, open } from './app'

let app: App
let browser: Browser

beforeAll(async () => {
  app = await App.start()
  browser = await launch()
})

afterAll(async () => {
  await browser.close()
  await app.stop()
})

test('a token is made, shown once, works, and is revoked', async () => {
  const person = await app.person()
  await person.add({ title: 'Seen by a script' })
  const { page, complaints } = await open(browser)
  await person.signIn(page)
  await page.goto(`${app.url}/settings/tokens`)
  await page.getByText('There are none.').waitFor()
  await page.getByLabel('Name', { exact: true }).fill('Nightly <b>backup</b>')
  await page.getByLabel('Add and change tasks').uncheck()
  await page.getByRole('button', { name: 'Make the token' }).click()

  const shown = page.getByLabel('The token Nightly <b>backup</b>')
  const token = await shown.inputValue()
  expect(token).toMatch(/^mfp_/)
  expect(await shown.evaluate((el: HTMLInputElement) => el.selectionEnd! - el.selectionStart!)).toBe(token.length)
  const ask = (path: string, method = 'GET') =>
    fetch(`${app.url}${path}`, {
      method,
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      ...(method === 'POST' ? { body: '{"title":"x"}' } : {}),
    }).then((r) => r.status)
  expect(await ask('/api/tasks')).toBe(200)
  expect(await ask('/api/tasks', 'POST')).toBe(403)

  // It is gone from the page once that is left, and from what the browser keeps.
  await page.reload()
  await page.getByText('Nightly <b>backup</b>').waitFor()
  expect(await page.content()).not.toContain(token)
  const kept = await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }))
  expect(kept).not.toContain('mfp_')
  await page.getByText('Read your tasks', { exact: true }).last().waitFor()

  await page.getByRole('button', { name: 'Revoke Nightly <b>backup</b>…' }).click()
  await page.getByRole('button', { name: 'Keep' }).click()
  expect(await ask('/api/tasks')).toBe(200)
  await page.getByRole('button', { name: 'Revoke Nightly <b>backup</b>…' }).click()
  await page.getByRole('button', { name: 'Revoke', exact: true }).click()
  await page.getByText('There are none.').waitFor()
  expect(await ask('/api/tasks')).toBe(401)
  expect(complaints).toEqual([])
})

test('another session is signed out from here', async () => {
  const person = await app.person()
  const here = await open(browser)
  await person.signIn(here.page)
  await here.page.goto(`${app.url}/settings/account`)
  const list = here.page.getByRole('list', { name: 'Where you are signed in' })
  await list.getByText('This one').waitFor()
  expect(await list.getByRole('listitem').count()).toBe(2)
  await list.getByRole('button', { name: /^Sign out/ }).click()
  await expect.poll(() => list.getByRole('listitem').count()).toBe(1)
  await expect(person.call('/api/tasks')).rejects.toThrow('401')
  expect(here.complaints).toEqual([])
})
