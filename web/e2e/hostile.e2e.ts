import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Task } from '../src/api/client'
import { App, kept, launch, open, password, type Complaints, type Person } from './app'
import { corpus } from './corpus'
import { screens, show, settle } from './screens'

/** Text that has broken other programs, in every field and on every screen: it stays text. */

let app: App
let browser: Browser
let page: Page
let complaints: Complaints
let ada: Person
let tasks: Task[]
let texts: string[]
let fired = 0

beforeAll(async () => {
  texts = await corpus()
  expect(texts.length).toBeGreaterThan(60)
  app = await App.start()
  browser = await launch()
  ada = await app.person()
  tasks = []
  for (const [i, text] of texts.entries()) {
    const tag = [...text.replaceAll(',', ' ').trim()].slice(0, 50).join('').trim()
    const more = {
      description: text,
      tags: [tag || 'x'],
      priority: 5,
      due_date: new Date(Date.now() + (i % 5) * 86_400_000).toISOString().slice(0, 10),
    }
    const made = await ada
      .add({ title: text, ...more })
      .catch(() => ada.add({ title: `x${text}`, ...more, tags: ['x'] }))
    tasks.push(made)
  }
  const opened = await open(browser)
  page = opened.page
  complaints = opened.complaints
  await page.exposeFunction('canary', () => void fired++)
  await page.addInitScript(() => {
    // The policy must forbid nothing: whatever it had to forbid has become markup.
    window.addEventListener(
      'error',
      (e) => e.target instanceof HTMLElement && console.error(`fetched by ${e.target.outerHTML}`),
      true,
    )
  })
  await ada.signIn(page)
})

afterAll(async () => {
  await browser?.close()
  await app?.stop()
})

const quiet = () => {
  expect(fired, 'the canary is silent').toBe(0)
  expect(complaints).toEqual([])
}

test('the canary sings where it may: else its silence would say nothing', async () => {
  const { page } = await open(browser)
  let sung = 0
  await page.exposeFunction('canary', () => void sung++)
  await page.goto('about:blank')
  await page.evaluate((all) => all.forEach((html) => document.body.insertAdjacentHTML('beforeend', html)), texts)
  await expect.poll(() => sung).toBeGreaterThan(3)
  await page.context().close()
})

/** What is theirs alone: it has none of these texts, or is looked at below. */
const without = [
  'not-found',
  'palette',
  'now-snooze',
  'now-snooze-pick',
  'quick-add',
  'help',
  'offline',
  'settings-tokens-made',
]

describe('on every screen', () => {
  test.each(screens.filter((s) => !s.who && !without.includes(s.name)))('$name', async (screen) => {
    for (const task of screen.name === 'task' ? tasks.slice(0, 12) : [tasks[0]!]) {
      await show({ page, person: ada, tasks: screen.name === 'data-report' ? tasks : [task] }, app.url, screen)
      quiet()
    }
  })
})

test('each is the best task once, in full, as it was typed; and in the palette', async () => {
  for (const task of tasks.slice(0, 25)) {
    await page.goto(app.url)
    await page.locator('article h1').waitFor()
    await settle(page) // what was last known is shown until the server has answered
    const title = await page.locator('h1').textContent()
    const shown = tasks.find((t) => t.title === title)
    expect(shown, title!).toBeDefined()
    expect(await page.locator('article li[dir=auto]').first().textContent()).toBe(shown!.tags[0])
    await page.keyboard.press('e')
    await expect.poll(async () => (await ada.task(shown!.id)).status).toBe('completed')
    await page.getByText('Done: ').first().waitFor()
    await page.keyboard.press('Control+k')
    await page.getByRole('dialog').getByRole('combobox').fill(task.title)
    await page.getByText('Nothing found.').or(page.getByRole('option').first()).first().waitFor()
    await page.keyboard.press('Escape')
    quiet()
  }
}, 120_000)

test('as a name, and in addresses', async () => {
  const name = '<img src=x onerror=canary()>'
  const out = await open(browser)
  await out.page.exposeFunction('canary', () => void fired++)
  await out.page.goto(`${app.url}/sign-up`)
  await out.page.getByLabel('Name').fill(name)
  await out.page.getByLabel('E-mail').fill(`h-${crypto.randomUUID()}@example.com`)
  await out.page.getByLabel('Password').fill(password)
  await out.page.getByRole('button', { name: 'Open the account' }).click()
  await out.page.waitForURL('**/welcome')
  await out.page.getByLabel('Task 1').fill(texts[0]!)
  await out.page.getByRole('button', { name: 'Start' }).click()
  await out.page.getByRole('heading', { level: 1, name: texts[0]!, exact: true }).waitFor()
  for (const path of ['/settings', '/settings/account']) {
    await out.page.goto(app.url + path)
    await out.page.waitForLoadState('networkidle')
  }
  const vector = encodeURIComponent('<img src=x onerror=canary()>')
  for (const path of [
    `/${vector}`,
    `/tasks/${vector}`,
    `/?q=${vector}`,
    `/tasks?q=${vector}`,
    `/#${vector}`,
    `/sign-in?next=${encodeURIComponent('javascript:canary()')}`,
  ]) {
    await out.page.goto(app.url + path)
    await out.page.waitForLoadState('networkidle')
  }
  expect(out.complaints).toEqual([])
  quiet()
})

// Seen red with a look at the first two characters of the address alone.
test('a link to the sign-in leads nowhere else, also when one signs in in another tab', async () => {
  const { page } = await open(browser)
  const other = await page.context().newPage()
  const went: string[] = []
  page.on('request', (r) => r.isNavigationRequest() && went.push(r.url()))
  await page.goto(`${app.url}/sign-in?next=${encodeURIComponent('/\t/evil.invalid/')}`)
  await page.getByLabel('Password').waitFor()
  await ada.signIn(other)
  await expect.poll(() => page.url()).toBe(`${app.url}/`)
  expect(went.filter((url) => !url.startsWith(app.url))).toEqual([])
  await page.context().close()
})

// Seen red with what was kept for one beside what is the other's.
test('a cookie that became another account’s shows nothing of the one before', async () => {
  const { page, complaints } = await open(browser)
  const [one, other] = [await app.person(), await app.person()]
  await one.add({ title: 'Of the one' })
  await other.add({ title: 'Of the other' })
  await one.signIn(page)
  await page.goto(`${app.url}/settings/account`)
  await page.getByText(one.email).waitFor()
  await kept(page)
  const login = (body: object) =>
    fetch('/api/auth/login', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-Session': 'cookie' },
      body: JSON.stringify(body),
    }).then((r) => r.status)
  expect(await page.evaluate(login, { email: other.email, password })).toBe(200)
  await page.addInitScript((email) => {
    const look = () => document.body?.innerText.includes(email) && console.error(`seen: ${email}`)
    new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true })
  }, one.email)
  await page.goto(app.url)
  await page.getByRole('heading', { level: 1, name: 'Of the other' }).waitFor()
  await page.getByRole('link', { name: 'Settings' }).first().click()
  await page.getByRole('link', { name: 'Account' }).click()
  await page.getByText(other.email).waitFor()
  expect(complaints).toEqual([])
  await page.context().close()
})

// Seen red: nothing was drawn at all.
test('where the browser forbids to keep anything, one can sign in, and do something', async () => {
  const { page } = await open(browser)
  const bob = await app.person()
  const { id } = await bob.add({ title: 'Only this' })
  await page.addInitScript(() => {
    for (const name of ['localStorage', 'sessionStorage'])
      Object.defineProperty(window, name, {
        get() {
          throw new DOMException('denied', 'SecurityError')
        },
      })
  })
  await bob.signIn(page)
  await page.getByRole('button', { name: 'Done' }).click()
  await expect.poll(async () => (await bob.task(id)).status).toBe('completed')
  await page.context().close()
})
