import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { App, kept, launch, open, password, type Person } from './app'

let browser: Browser

beforeAll(async () => {
  browser = await launch()
})

afterAll(() => browser.close())

/** A server of one's own: these tests end and start it. */
async function withApp(fn: (app: App, ada: Person) => Promise<void>, settings: Record<string, string> = {}) {
  const app = await App.start(settings)
  try {
    await fn(app, await app.person())
  } finally {
    await app.stop()
  }
}

/** A window whose steps fail before their test does. */
async function tab() {
  const opened = await open(browser)
  opened.page.context().setDefaultTimeout(10_000)
  return opened
}

const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name })
const offline = (page: Page) => page.getByText('Offline. This is what was last known')
const another = async (context: BrowserContext, url: string) => {
  const page = await context.newPage()
  await page.goto(url)
  return page
}

test('without a server it opens, shows what was last known, says so, and comes back by itself', () =>
  withApp(async (app, ada) => {
    await ada.add({ title: 'Write the blog post', priority: 5 })
    const { page } = await tab()
    await ada.signIn(page)
    await heading(page, 'Write the blog post').waitFor()
    await page.goto(`${app.url}/upcoming`)
    await page.getByRole('heading', { name: 'Today' }).waitFor()
    await kept(page)
    await app.down()

    // Opened anew, also at an address that was not the first.
    const other = await another(page.context(), `${app.url}/`)
    await heading(other, 'Write the blog post').waitFor()
    await offline(other).waitFor()
    await other.goto(`${app.url}/upcoming`)
    await other.getByRole('heading', { name: 'Today' }).waitFor()
    await offline(other).waitFor()

    await app.again()
    await ada.add({ title: 'Call Ines', priority: 5, due_date: '2020-01-01' })
    await offline(other).waitFor({ state: 'hidden' })
    await other.getByRole('link', { name: 'Call Ines' }).waitFor()
  }))

test('a change without a server is taken back, and says so', () =>
  withApp(async (app, ada) => {
    const task = await ada.add({ title: 'Write the blog post', priority: 5 })
    await ada.add({ title: 'Pay the bill' })
    const { page } = await tab()
    await ada.signIn(page)
    await heading(page, 'Write the blog post').waitFor()
    await kept(page)
    await app.down()
    await page.keyboard.press('e')
    await page.getByRole('alert').filter({ hasText: 'cannot be reached' }).waitFor()
    await heading(page, 'Write the blog post').waitFor()
    await offline(page).waitFor()
    // What was typed is not lost.
    await page.keyboard.press('q')
    await page.getByLabel('Title').fill('Buy flowers')
    await page.keyboard.press('Enter')
    await expect.poll(() => page.getByLabel('Title').inputValue()).toBe('Buy flowers')

    await app.again()
    await offline(page).waitFor({ state: 'hidden' })
    await page.getByLabel('Title').press('Enter')
    await page.getByText('Added: Buy flowers').waitFor()
    await page.keyboard.press('Escape')
    expect((await ada.task(task.id)).status).toBe('pending')
    await page.keyboard.press('e')
    await expect.poll(async () => (await ada.task(task.id)).status).toBe('completed')
  }))

test('the network goes and comes back', () =>
  withApp(async (app, ada) => {
    await ada.add({ title: 'Write the blog post' })
    const { page } = await tab()
    await ada.signIn(page)
    await heading(page, 'Write the blog post').waitFor()
    const top = () => heading(page, 'Write the blog post').boundingBox()
    const before = await top()
    await page.context().setOffline(true)
    await offline(page).waitFor()
    expect(await top()).toEqual(before) // nothing moves
    await page.context().setOffline(false)
    await offline(page).waitFor({ state: 'hidden' })
    expect(app.url).not.toBe('')
  }))

test('a proxy that answers for a server that is down is no answer', () =>
  withApp(async (app, ada) => {
    await ada.add({ title: 'Write the blog post' })
    const { page } = await tab()
    await ada.signIn(page)
    await heading(page, 'Write the blog post').waitFor()
    await kept(page)
    await page.context().route('**/*', (route) => route.fulfill({ status: 502, body: '<h1>Bad gateway</h1>' }))
    await page.keyboard.press('s')
    await offline(page).waitFor()
    await page.context().unroute('**/*')
    await offline(page).waitFor({ state: 'hidden' })
    expect(app.url).not.toBe('')
  }))

/** How often a session is renewed from now on, in any tab. */
function renewals(context: BrowserContext): () => number {
  let count = 0
  context.on('request', (request) => {
    if (request.url().endsWith('/api/auth/refresh')) count++
  })
  return () => count
}

test('two tabs that wake at once renew the session once', () =>
  withApp(
    async (app, ada) => {
      await ada.add({ title: 'Write the blog post' })
      const { page } = await tab()
      await ada.signIn(page)
      const other = await another(page.context(), app.url)
      for (const tab of [page, other]) await heading(tab, 'Write the blog post').waitFor()
      await ada.add({ title: 'Call Ines', due_date: '2020-01-01', priority: 5 })
      // The token is over, and what is shown is old enough to be asked for anew.
      await page.waitForTimeout(16_000)
      const count = renewals(page.context())
      await Promise.all(
        [page, other].map((tab) =>
          tab.evaluate(() => document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))),
        ),
      )
      for (const tab of [page, other]) await heading(tab, 'Call Ines').waitFor()
      expect(count()).toBe(1)
    },
    { ACCESS_TOKEN_TTL: '12s' },
  ))

test('a session that ended leads to the sign-in, and back to where one was', () =>
  withApp(async (app, ada) => {
    await ada.add({ title: 'Write the blog post', due_date: '2020-01-01' })
    const { page } = await tab()
    await ada.signIn(page)
    await page.goto(`${app.url}/upcoming`)
    await page.getByRole('link', { name: 'Write the blog post' }).waitFor()
    await kept(page)
    await ada.call('/api/auth/revoke', 'POST')
    await page.reload()
    await page.waitForURL('**/sign-in?**')
    await page.getByText('Your session has ended').waitFor()
    expect(await knownHere(page)).toBe(0)
    await page.getByLabel('E-mail').fill(ada.email)
    await page.getByLabel('Password').fill(password)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.waitForURL(`${app.url}/upcoming`)
    await page.getByRole('link', { name: 'Write the blog post' }).waitFor()
  }))

/** How many things of a person this browser keeps. */
const knownHere = (page: Page) =>
  page.evaluate(
    () =>
      new Promise<number>((resolve, reject) => {
        const request = indexedDB.open('mindflow')
        request.onerror = () => reject(new Error('no database'))
        request.onsuccess = () => {
          const all = request.result.transaction('known').objectStore('known').count()
          all.onsuccess = () => resolve(all.result)
        }
      }),
  )

test('signed out in one tab, signed out in all; who comes next sees nothing of it, with or without a server', () =>
  withApp(async (app, ada) => {
    const ben = await app.person()
    await ada.add({ title: 'A secret of Ada', due_date: '2020-01-01' })
    await ben.add({ title: 'A task of Ben' })
    const { page } = await tab()
    await ada.signIn(page)
    await heading(page, 'A secret of Ada').waitFor()
    const other = await another(page.context(), `${app.url}/upcoming`)
    await other.getByRole('link', { name: 'A secret of Ada' }).waitFor()
    await kept(page)
    expect(await knownHere(page)).toBe(1)

    await page.goto(`${app.url}/settings/account`)
    await page.getByRole('button', { name: 'Sign out', exact: true }).click()
    await page.waitForURL(`${app.url}/sign-in`)
    await other.waitForURL('**/sign-in?**')
    await expect.poll(() => knownHere(page)).toBe(0)

    // Ben signs in, and the other tab goes in as him.
    await ben.signIn(page)
    await heading(page, 'A task of Ben').waitFor()
    await other.waitForURL((url) => !url.pathname.startsWith('/sign-in'))
    await kept(page)
    await app.down()
    for (const tab of [page, other]) {
      await tab.goto(`${app.url}/`)
      await heading(tab, 'A task of Ben').waitFor()
      expect(await tab.getByText('A secret of Ada').count()).toBe(0)
      await tab.goto(`${app.url}/upcoming`)
      await offline(tab).waitFor()
      expect(await tab.getByText('A secret of Ada').count()).toBe(0)
    }
    await app.again()
  }))

test('a tab that slept while somebody else signed in does not go on as them', () =>
  withApp(async (app, ada) => {
    const ben = await app.person()
    await ada.add({ title: 'A secret of Ada' })
    await ben.add({ title: 'A task of Ben' })
    const { page } = await tab()
    await ada.signIn(page)
    await heading(page, 'A secret of Ada').waitFor()
    // What the other tab did is not heard here; its token is refused, and the cookie is Ben's.
    await page.evaluate(() => window.addEventListener('storage', (e) => e.stopImmediatePropagation(), true))
    const login = await page.context().request.post(`${app.url}/api/auth/login`, {
      data: { email: ben.email, password },
      headers: { 'X-Session': 'cookie' },
    })
    expect(login.ok()).toBe(true)
    await ada.call('/api/auth/revoke', 'POST')
    await page.evaluate(() => localStorage.setItem('mindflow.signed-in', 'ben'))
    await page.keyboard.press('s') // asks for something
    await heading(page, 'A task of Ben').waitFor()
    expect(await page.getByText('A secret of Ada').count()).toBe(0)
  }))
