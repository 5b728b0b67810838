import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { App, launch, open, password } from './app'
import { add } from './seed'

/** What goes wrong, and what the person is told. */

let browser: Browser

beforeAll(async () => {
  browser = await launch()
})

afterAll(async () => {
  await browser?.close()
})

async function desk(app: App) {
  const ada = await app.person()
  const tasks = await add(ada, [
    { title: 'First', priority: 5 },
    { title: 'Second', priority: 4 },
  ])
  const { page } = await open(browser)
  await ada.signIn(page)
  await best(page, 'First')
  return { ada, page, first: tasks[0]! }
}

const best = (page: Page, title: string) => page.getByRole('heading', { level: 1, name: title, exact: true }).waitFor()
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })

describe('with a server', () => {
  let app: App

  beforeAll(async () => {
    app = await App.start()
  })

  afterAll(async () => {
    await app?.stop()
  })

  test('that is gone, nothing is lost, and all is well once it is back', async () => {
    const { page } = await desk(app)
    await page.waitForLoadState('networkidle') // else a list that is still asked for finds the server gone before the change does
    await app.down()
    await button(page, 'Done').click()
    await page.getByRole('alert').getByText('It may or may not have been changed').waitFor()
    await best(page, 'First')
    expect(await page.getByText('Done: First').count(), 'nobody says it was done').toBe(0)
    await page.getByText('This is what was last known').waitFor()
    await button(page, 'Done').click() // now it is known to be gone
    await page.getByRole('alert').getByText('The server cannot be reached. Nothing was changed').waitFor()
    await app.again()
    await page.getByText('This is what was last known').waitFor({ state: 'detached', timeout: 15_000 })
    await button(page, 'Done').click()
    await best(page, 'Second')
    await page.reload()
    await best(page, 'Second')
  })

  test('whose answer got lost, it is not said that nothing was changed, and what is so is shown', async () => {
    const { ada, page, first } = await desk(app)
    await page.route('**/complete', async (route) => {
      await route.fetch()
      await route.abort('connectionreset')
    })
    await button(page, 'Done').click()
    await page.getByRole('alert').getByText('It may or may not have been changed').waitFor()
    expect(await ada.task(first.id)).toMatchObject({ status: 'completed' })
    await best(page, 'Second')
  })

  test('that has ended the session, one signs in again and is where one was', async () => {
    const { ada, page } = await desk(app)
    await page.goto(`${app.url}/settings`)
    await page.getByRole('heading', { level: 1 }).waitFor()
    const at = page.url()
    await ada.call('/api/auth/revoke', 'POST')
    await page.reload()
    await page.getByRole('heading', { name: 'Welcome back. Your session has ended.' }).waitFor()
    await page.getByLabel('E-mail').fill(ada.email)
    await page.getByLabel('Password').fill(password)
    await button(page, 'Sign in').click()
    await page.waitForURL(at)
    expect(await page.evaluate(() => Object.keys(localStorage))).toContain('mindflow.signed-in')
  })

  describe('on which somebody else changed the task meanwhile', () => {
    async function meeting() {
      const { ada, page, first } = await desk(app)
      await ada.edit(first.id, { title: 'Theirs', status: 'cancelled' })
      await button(page, 'Start').click()
      const dialog = page.getByRole('dialog', { name: 'This task was changed meanwhile' })
      await dialog.waitFor()
      const row = dialog.getByRole('row', { name: /^Status/ })
      expect((await row.innerText()).split(/\s*\t\s*/)).toEqual(['Status', 'In progress', 'Cancelled'])
      expect(await dialog.getByRole('row').count(), 'what is the same on both sides is not asked about').toBe(2)
      expect(await dialog.innerText()).toContain('“Theirs”')
      return { ada, page, first, dialog }
    }

    test('mine can be kept, and takes nothing else of theirs away', async () => {
      const { ada, page, first, dialog } = await meeting()
      await dialog.getByRole('button', { name: 'Keep mine' }).click()
      await expect.poll(() => ada.task(first.id)).toMatchObject({ title: 'Theirs', status: 'in_progress' })
      await best(page, 'Theirs')
    })

    test('theirs can be left', async () => {
      const { ada, page, first, dialog } = await meeting()
      await dialog.getByRole('button', { name: 'Leave it as it is now' }).click()
      await best(page, 'Second')
      expect(await ada.task(first.id)).toMatchObject({ title: 'Theirs', status: 'cancelled' })
    })
  })

  test('that refuses an account, each field says what is wrong with it', async () => {
    const ada = await app.person()
    const { page } = await open(browser)
    await page.goto(`${app.url}/sign-up`)
    await page.getByLabel('E-mail').fill(ada.email)
    await page.getByLabel('Password').fill('password1234')
    await button(page, 'Open the account').click()
    await page.locator('[aria-invalid=true]').first().waitFor()
    const said = (label: string) =>
      page.getByLabel(label).evaluate((input) => {
        const by = input.getAttribute('aria-describedby')
        return input.ariaInvalid === 'true' && by ? document.getElementById(by)!.textContent : null
      })
    expect(await said('Password')).toMatch(/commonest/)
    await page.getByLabel('Password').fill(password)
    await button(page, 'Open the account').click()
    await page.getByRole('alert').getByText('There is an account with this e-mail address already').waitFor()
    expect(await said('Password')).toBeNull()
    expect(page.url()).toContain('/sign-up')
    await page.getByLabel('E-mail').fill(`new-${ada.email}`)
    await button(page, 'Open the account').click()
    await page.waitForURL('**/welcome')
  })

  test('that knows no such password, the sign-in says so and keeps the address', async () => {
    const ada = await app.person()
    const { page } = await open(browser)
    await page.goto(`${app.url}/sign-in`)
    await page.getByLabel('E-mail').fill(ada.email)
    await page.getByLabel('Password').fill('not the right one')
    await button(page, 'Sign in').click()
    await page.getByRole('alert').getByText('E-mail or password is wrong').waitFor()
    expect(await page.getByLabel('E-mail').inputValue()).toBe(ada.email)
  })
})

test('who does too much at once is told when to try again, and nothing is shown that is not so', async () => {
  const app = await App.start({ RATE_LIMIT_USER: '4/min' })
  try {
    const { page } = await desk(app) // two of four
    await button(page, 'Start').click()
    await page.getByText('You are doing this').waitFor()
    await button(page, 'Put down').click()
    await page.getByText('Do this now').waitFor()
    await page.waitForLoadState('networkidle')
    await button(page, 'Done').click()
    await page
      .getByRole('alert')
      .getByText(/Too many requests\. Try again in \d+ s\./)
      .waitFor()
    await best(page, 'First')
  } finally {
    await app.stop()
  }
})
