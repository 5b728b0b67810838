import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { App, launch, open, password } from './app'

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

test('from nothing to the best task', async () => {
  const { page, complaints } = await open(browser)
  await page.goto(app.url)
  await page.getByRole('link', { name: 'Open an account' }).click()
  await page.getByRole('heading', { name: 'Open an account' }).waitFor()
  await page.getByLabel('E-mail').fill('ada@example.com')
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Open the account' }).click()
  await page.waitForURL('**/welcome')
  await expect.poll(() => page.getByLabel('Time zone').inputValue()).toBe('Europe/Berlin')
  await page.getByLabel('Task 1').fill('Write the blog post')
  await page.getByLabel('Task 2').fill('Pay the bill')
  await page.getByRole('button', { name: 'Start' }).click()
  await page.getByRole('heading', { level: 1, name: 'Write the blog post' }).waitFor()
  expect(await page.getByText('1 of 2').isVisible()).toBe(true)

  // Stays signed in.
  await page.reload()
  await page.getByRole('heading', { level: 1, name: 'Write the blog post' }).waitFor()

  // Done, and the next one is there; and back.
  await page.getByRole('button', { name: 'Done', exact: true }).click()
  await page.getByRole('heading', { level: 1, name: 'Pay the bill' }).waitFor()
  await page.getByRole('button', { name: 'Undo' }).click()
  await page.getByRole('heading', { level: 1, name: 'Write the blog post' }).waitFor()
  expect(complaints).toEqual([])
})
