import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { App, launch, open, password } from './app'

let app: App
let browser: Browser
const fresh = 'another horse battery'

beforeAll(async () => {
  app = await App.start({ SIGNUP: 'invite', LOG_LEVEL: 'error' })
  browser = await launch()
})

afterAll(async () => {
  await browser.close()
  await app.stop()
})

/** The address in what a command printed, at this server's. */
const link = (printed: string) => /http\S+#\S+/.exec(printed)![0]

async function signIn(page: Page, email: string, secret: string) {
  await page.goto(`${app.url}/sign-in`)
  await page.getByLabel('E-mail').fill(email)
  await page.getByLabel('Password').fill(secret)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

test('an account from its invitation to its end, and back', async () => {
  const { page, complaints } = await open(browser)
  await page.goto(`${app.url}/sign-up`)
  await page.getByRole('heading', { name: 'By invitation' }).waitFor()
  await page.goto('about:blank')
  await page.goto(link(app.operate('user', 'invite', 'ada@example.com')))
  await page.getByLabel('E-mail').fill('ada@example.com')
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Open the account' }).click()
  await page.waitForURL('**/welcome')

  // A quiet line; a name; a wrong password, then a right one.
  await page.goto(`${app.url}/settings/account`)
  await page.getByText('Your address is not confirmed yet.').waitFor()
  await page.getByRole('textbox', { name: 'Name' }).fill('Ada Lovelace')
  await page.getByRole('button', { name: 'Save the name' }).click()
  await page.getByRole('definition').getByText('Ada Lovelace').waitFor()
  await page.getByLabel('Current password').fill('not this one')
  await page.getByLabel('New password').fill(fresh)
  await page.getByRole('button', { name: 'Change the password' }).click()
  await page.getByText('is not right').waitFor()
  await page.getByLabel('Current password').fill(password)
  await page.getByRole('button', { name: 'Change the password' }).click()
  await page.getByText('The password is changed.').waitFor()

  // Gone, and kept after all.
  await page.getByRole('button', { name: 'Delete the account' }).click()
  await page.getByLabel('Your password').last().fill(fresh)
  await page.getByRole('button', { name: 'Erase it in 14 days' }).click()
  await page.waitForURL('**/sign-in**')
  await signIn(page, 'ada@example.com', fresh)
  await page.getByRole('heading', { name: 'Keep your account?' }).waitFor()
  await page.getByRole('button', { name: 'Keep it' }).click()
  await page.waitForURL(`${app.url}/`)
  expect(complaints.filter((c) => !c.includes('422'))).toEqual([])
})

test('a forgotten password is set anew, once', async () => {
  const { page } = await open(browser)
  await page.goto(`${app.url}/sign-in`)
  await page.getByRole('link', { name: 'Forgot your password?' }).click()
  await page.getByLabel('E-mail').fill('nobody@example.com')
  await page.getByRole('button', { name: 'Send the link' }).click()
  await page.getByText('the link is printed in its log').waitFor()
  const address = link(app.operate('user', 'reset-password', 'ada@example.com', '--print'))
  await page.goto(address)
  await page.getByLabel('New password').fill('yet another battery')
  await page.getByRole('button', { name: 'Set the password' }).click()
  await page.getByRole('heading', { name: 'That is your new password' }).waitFor()
  await page.getByRole('link', { name: 'Sign in' }).click()
  await signIn(page, 'ada@example.com', 'yet another battery')
  await page.waitForURL(`${app.url}/`)
  const other = await open(browser)
  await other.page.goto(address)
  await other.page.getByLabel('New password').fill(fresh)
  await other.page.getByRole('button', { name: 'Set the password' }).click()
  await other.page.getByRole('heading', { name: 'This link is not good any more' }).waitFor()
})
