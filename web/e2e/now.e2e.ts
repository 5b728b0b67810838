import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Draft } from '../src/api/client'
import { snoozeChoices } from '../src/now/snooze-choices'
import { addDays, dayOf, instantAt } from '../src/time/zone'
import { App, launch, open, password, type Complaints, type Person } from './app'
import { sizes } from './screens'
import { add } from './seed'

/** What people do on Now, in the built binary. */

const zone = 'Europe/Berlin'
let app: App
let browser: Browser
let complaints: Complaints = []

beforeAll(async () => {
  app = await App.start()
  browser = await launch()
})

afterAll(async () => {
  await browser?.close()
  await app?.stop()
})

afterEach(() => {
  expect(complaints).toEqual([])
})

const three: Draft[] = [
  { title: 'First', priority: 5 },
  { title: 'Second', priority: 4 },
  { title: 'Third', priority: 3 },
]

/** Somebody at a desk with some tasks on it. */
async function desk(drafts = three, options: BrowserContextOptions = {}) {
  const ada = await app.person(zone)
  const tasks = await add(ada, drafts)
  const opened = await open(browser, options)
  complaints = opened.complaints
  await ada.signIn(opened.page)
  if (drafts[0]) await best(opened.page, drafts[0].title!)
  return { page: opened.page, ada, tasks, first: tasks[0]! }
}

const best = (page: Page, title: string) => page.getByRole('heading', { level: 1, name: title, exact: true }).waitFor()
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })
const status = async (ada: Person, id: string) => (await ada.task(id)).status

describe('what is done', () => {
  test('Done completes the best task, and Undo brings it back as it was', async () => {
    const { page, ada, first } = await desk()
    await button(page, 'Done').click()
    await best(page, 'Second')
    await expect.poll(() => status(ada, first.id)).toBe('completed')
    await button(page, 'Undo').click()
    await best(page, 'First')
    await expect.poll(() => status(ada, first.id)).toBe('pending')
  })

  test('a row of the next few is done by its ring', async () => {
    const { page, ada, tasks } = await desk()
    await page.getByRole('checkbox', { name: 'Done: Second' }).click()
    await page.getByText('1 of 2').waitFor()
    expect(await page.getByRole('checkbox', { name: 'Done: Second' }).count()).toBe(0)
    await expect.poll(() => status(ada, tasks[1]!.id)).toBe('completed')
  })

  test('Start takes it up, and Put down puts it down', async () => {
    const { page, ada, first } = await desk()
    await button(page, 'Start').click()
    await page.getByText('You are doing this').waitFor()
    await expect.poll(() => status(ada, first.id)).toBe('in_progress')
    await button(page, 'Put down').click()
    await page.getByText('Do this now').waitFor()
    await expect.poll(() => status(ada, first.id)).toBe('pending')
  })

  test('the last one leaves a clear desk', async () => {
    const { page } = await desk([{ title: 'Only' }])
    await button(page, 'Done').click()
    await page.getByRole('heading', { name: 'Your desk is clear' }).waitFor()
  })
})

describe('Snooze', () => {
  test.each(snoozeChoices(Date.now(), zone).map((c) => c.label))('%s', async (label) => {
    const { page, ada, first } = await desk()
    const expected = snoozeChoices(Date.now(), zone).find((c) => c.label === label)!.until
    await button(page, 'Snooze').click()
    await page.getByRole('menuitem', { name: new RegExp(`^${label}`) }).click()
    await best(page, 'Second')
    await expect.poll(() => status(ada, first.id)).toBe('snoozed')
    const until = Date.parse((await ada.task(first.id)).snoozed_until!)
    expect(Math.abs(until - expected)).toBeLessThan(30_000)
    await button(page, 'Undo').click()
    await best(page, 'First')
    await expect.poll(() => status(ada, first.id)).toBe('pending')
  })

  test('until any other moment, but none that has passed', async () => {
    const { page, ada, first } = await desk()
    await page.keyboard.press('z')
    await page.getByRole('menuitem', { name: 'Pick a day' }).click()
    const today = dayOf(Date.now(), zone)
    await page.getByLabel('Day').fill(today)
    await page.getByLabel('Time').fill('00:00')
    await page.getByRole('dialog').getByRole('button', { name: 'Snooze' }).click()
    await page.getByText('This moment has passed.').waitFor()
    const day = addDays(today, 3)
    await page.getByLabel('Day').fill(day)
    await page.getByLabel('Time').fill('07:45')
    await page.keyboard.press('Enter')
    await best(page, 'Second')
    await expect.poll(() => status(ada, first.id)).toBe('snoozed')
    expect(Date.parse((await ada.task(first.id)).snoozed_until!)).toBe(instantAt(day, '07:45', zone))
  })
})

describe('Not now', () => {
  const later = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString()

  test('is until the answer would change', async () => {
    // It changes when the first one is overdue.
    const due = later(200)
    const { page, ada, first } = await desk([{ title: 'First', priority: 5, due_date: due }, three[1]!])
    const { valid_until } = (await ada.call('/api/tasks/best')) as { valid_until: string }
    await button(page, 'Not now').click()
    await best(page, 'Second')
    await expect.poll(() => status(ada, first.id)).toBe('snoozed')
    const until = Date.parse((await ada.task(first.id)).snoozed_until!)
    expect(until).toBe(Math.max(Math.ceil(Date.parse(valid_until) / 1000) * 1000, until))
    expect(until).toBeGreaterThanOrEqual(Date.now() + 3_590_000)
  })

  test('is an hour at the least', async () => {
    const { page, ada, first } = await desk([{ title: 'First', priority: 5, due_date: later(20) }, three[1]!])
    const from = Date.now()
    await page.keyboard.press('n')
    await best(page, 'Second')
    await expect.poll(() => status(ada, first.id)).toBe('snoozed')
    const until = Date.parse((await ada.task(first.id)).snoozed_until!)
    expect(until - from).toBeGreaterThanOrEqual(3_600_000)
    expect(until - from).toBeLessThan(3_660_000)
  })
})

test('quick add: a task in one breath, the next one after it, and the way back', async () => {
  const { page, ada } = await desk([])
  await page.getByRole('heading', { name: 'Your desk is clear' }).waitFor()
  await page.keyboard.press('q')
  await page.getByLabel('Title').waitFor()
  await page.keyboard.type('Pay the bill')
  await button(page, 'Tomorrow').click()
  await button(page, '5 highest').click()
  await button(page, '15 min').click()
  await page.keyboard.press('Enter')
  await page.getByText('Added: Pay the bill').waitFor()
  await page.keyboard.type('Call grandmother')
  await page.keyboard.press('Enter')
  await page.getByText('Added: Call grandmother').waitFor()
  await page.keyboard.press('Escape')
  await best(page, 'Pay the bill')
  const { tasks } = (await ada.call('/api/tasks?sort=created_at')) as { tasks: Draft[] }
  expect(tasks).toMatchObject([
    { title: 'Pay the bill', due_date: addDays(dayOf(Date.now(), zone), 1), priority: 5, effort_estimate_minutes: 15 },
    { title: 'Call grandmother', due_date: null, priority: 3, effort_estimate_minutes: null },
  ])
  await page.keyboard.press('u')
  await expect.poll(async () => ((await ada.call('/api/tasks')) as { tasks: Draft[] }).tasks.length).toBe(1)
})

test('the palette finds a task, goes places, and sets the theme for good', async () => {
  const { page, tasks } = await desk()
  await page.keyboard.press('Control+k')
  await page.getByRole('dialog').getByRole('combobox').waitFor()
  await page.keyboard.type('third')
  await page.getByRole('option', { name: 'Third' }).waitFor()
  await page.keyboard.press('Enter')
  await page.waitForURL(`${app.url}/tasks/${tasks[2]!.id}`)
  await page.keyboard.press('Control+k')
  await page.getByRole('dialog').getByRole('combobox').fill('theme: dark')
  await page.keyboard.press('Enter')
  await expect.poll(() => page.locator('html').getAttribute('data-theme')).toBe('dark')
  await page.reload()
  expect(await page.locator('html').getAttribute('data-theme')).toBe('dark')
})

test('the palette shows the newest of many that are found, and the way to all', async () => {
  const { page, ada } = await desk()
  for (let i = 1; i <= 13; i++) await ada.add({ title: `Chapter ${i}` })
  await page.keyboard.press('Control+k')
  await page.getByRole('dialog').getByRole('combobox').fill('chapter')
  const all = page.getByRole('option', { name: /^All tasks with .*chapter/ })
  await all.waitFor()
  expect(await page.getByRole('option', { name: /^Chapter/ }).count()).toBe(12)
  await all.click()
  await page.waitForURL(`${app.url}/tasks?q=chapter`)
  await page.locator('[data-tasks]').getByText('Chapter 1', { exact: true }).waitFor()
})

test('in the palette Enter means what is found for what was typed, and what keeps it from being found is said', async () => {
  const { page, tasks } = await desk()
  let slow = Promise.resolve()
  let fails = false
  await page.route(/\/api\/tasks\?q=/, async (route) => {
    await slow
    await (fails ? route.abort() : route.continue())
  })
  const status = page.getByRole('dialog').getByRole('status')
  await page.keyboard.press('Control+k')
  await page.getByRole('dialog').getByRole('combobox').fill('third')
  await page.getByRole('option', { name: 'Third' }).waitFor()
  await expect.poll(() => status.textContent()).toBe('1 task found')
  let answer = () => {}
  slow = new Promise((resolve) => (answer = resolve))
  await page.getByRole('dialog').getByRole('combobox').fill('secon')
  await page.keyboard.press('Enter')
  expect(new URL(page.url()).pathname, 'nothing is found yet').toBe('/')
  await expect.poll(() => status.textContent()).toContain('Looking')
  answer()
  await page.getByRole('option', { name: 'Second' }).waitFor()
  fails = true
  await page.getByRole('dialog').getByRole('combobox').fill('firs')
  await expect.poll(() => status.textContent()).toContain('could not be looked for')
  fails = false
  await page.getByRole('dialog').getByRole('combobox').fill('second')
  await page.getByRole('option', { name: 'Second' }).waitFor()
  await page.keyboard.press('Enter')
  await page.waitForURL(`${app.url}/tasks/${tasks[1]!.id}`)
})

test('the palette does what can be done with the best task, or with the one that is open', async () => {
  const { page, ada, tasks, first } = await desk()
  const type = async (text: string) => {
    await page.keyboard.press('Control+k')
    await page.getByRole('dialog').getByRole('combobox').fill(text)
    await page.keyboard.press('Enter')
  }
  await type('start')
  await expect.poll(() => status(ada, first.id)).toBe('in_progress')
  await type('put')
  await expect.poll(() => status(ada, first.id)).toBe('pending')
  await page.goto(`${app.url}/tasks/${tasks[2]!.id}`)
  await page.locator('[data-panel]').getByLabel('Title').waitFor()
  await type('snooze next')
  await expect.poll(() => status(ada, tasks[2]!.id)).toBe('snoozed')
  await page.goto(`${app.url}/settings`)
  await page.getByRole('heading', { level: 1 }).waitFor()
  await page.keyboard.press('Control+k')
  await page.getByRole('option', { name: 'Add a task' }).waitFor()
  expect(await page.getByRole('option', { name: 'Done' }).count()).toBe(0)
})

test('the app’s own menu adds a task', async () => {
  const { page } = await desk()
  await page.goto(`${app.url}/?add=1`)
  await page.getByRole('dialog', { name: 'Add a task' }).waitFor()
  expect(page.url()).toBe(`${app.url}/`)
})

test('? shows every shortcut, and g goes places', async () => {
  const { page, ada, first } = await desk()
  await page.keyboard.press('?')
  await page.getByRole('dialog', { name: 'Keyboard' }).waitFor()
  await page.keyboard.press('e')
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await page.keyboard.press('g')
  await page.keyboard.press('s')
  await page.waitForURL(`${app.url}/settings**`)
  await page.keyboard.press('g')
  await page.keyboard.press('n')
  await page.waitForURL(`${app.url}/`)
  await best(page, 'First')
  expect(await status(ada, first.id)).toBe('pending')
})

test('from sign-in to done by the keyboard alone, with the focus always seen', async () => {
  const ada = await app.person(zone)
  const [first] = await add(ada, three)
  const opened = await open(browser)
  const { page } = opened
  complaints = opened.complaints
  await page.goto(app.url)
  await page.getByLabel('E-mail').waitFor()
  await page.keyboard.type(ada.email)
  await page.keyboard.press('Tab')
  await page.keyboard.type(password)
  await page.keyboard.press('Enter')
  await best(page, 'First')
  await page.reload() // who comes to a page begins at its top
  await best(page, 'First')
  // What is drawn first is to be looked at only; the app, which can be used, takes its place.
  await page.locator('[inert]').waitFor({ state: 'detached' })
  const reached: string[] = []
  for (let i = 0; i < 30 && reached.at(-1) !== 'Done'; i++) {
    await page.keyboard.press('Tab')
    const { name, seen } = await page.evaluate(() => {
      const at = document.activeElement as HTMLElement
      const style = getComputedStyle(at)
      return { name: (at.innerText || at.ariaLabel || '').split('\n')[0]!.trim(), seen: style.outlineStyle !== 'none' }
    })
    reached.push(name)
    expect(seen, `the focus on ${name} is seen`).toBe(true)
  }
  expect(reached.at(-1)).toBe('Done')
  expect(reached[0]).toBe('Skip to the content')
  await page.keyboard.press('Enter')
  await best(page, 'Second')
  await expect.poll(() => status(ada, first!.id)).toBe('completed')
})

test('by thumb, on a phone', async () => {
  const { page, ada, first } = await desk(three, { viewport: sizes.phone, hasTouch: true, isMobile: true })
  await page.getByRole('button', { name: 'Add', exact: true }).tap()
  await page.getByLabel('Title').fill('On the way')
  await page.getByRole('dialog').getByRole('button', { name: 'Add', exact: true }).tap()
  await page.getByText('Added: On the way').waitFor()
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().tap()
  await page.getByText('1 of 4').waitFor()
  await page.getByRole('button', { name: /^Priority/ }).tap()
  await page.getByText('Priority: 5 × weight 10 = 50').waitFor()
  await button(page, 'Done').tap()
  await best(page, 'Second')
  await expect.poll(() => status(ada, first.id)).toBe('completed')
  await page.getByRole('navigation').getByRole('link', { name: 'Tasks' }).tap()
  await page.waitForURL(`${app.url}/tasks`)
  const small = await page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('nav a, nav button, main button, main input')]
      .filter((e) => e.offsetParent !== null || e.closest('nav'))
      .map((e) => ({ name: e.innerText || e.ariaLabel, height: e.getBoundingClientRect().height }))
      .filter((e) => e.height > 0 && e.height < 22),
  )
  expect(small).toEqual([])
})

test('a link leads there, through the sign-in too; Back leads back; and what is nowhere says so', async () => {
  const ada = await app.person(zone)
  const [first] = await add(ada, three)
  const opened = await open(browser)
  const { page } = opened
  complaints = opened.complaints
  await page.goto(`${app.url}/tasks/${first!.id}`)
  await page.getByLabel('E-mail').fill(ada.email)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL(`${app.url}/tasks/${first!.id}`)
  await page.goto(app.url)
  await best(page, 'First')
  await page.getByRole('link', { name: 'First', exact: true }).click()
  await page.waitForURL(`${app.url}/tasks/${first!.id}`)
  await page.goBack()
  await best(page, 'First')
  await page.goForward()
  await page.waitForURL(`${app.url}/tasks/${first!.id}`)
  await page.goto(`${app.url}/nowhere`)
  await page.getByRole('heading', { name: 'There is nothing here' }).waitFor()
  await page.getByRole('link', { name: 'To what is to do now' }).click()
  await best(page, 'First')
})

test('a link of somebody else’s leads nowhere else', async () => {
  const ada = await app.person(zone)
  const opened = await open(browser)
  complaints = opened.complaints
  for (const next of ['https://evil.example', '//evil.example', '/\\evil.example', 'javascript:alert(1)']) {
    await opened.page.goto(`${app.url}/sign-in?next=${encodeURIComponent(JSON.stringify(next))}`)
    await opened.page.getByLabel('E-mail').waitFor()
  }
  await opened.page.goto(`${app.url}/sign-in?next=${encodeURIComponent('//evil.example')}`)
  await opened.page.getByLabel('E-mail').fill(ada.email)
  await opened.page.getByLabel('Password').fill(password)
  await opened.page.getByRole('button', { name: 'Sign in' }).click()
  await opened.page.waitForURL(`${app.url}/`)
})

describe('before the app is there', () => {
  /**
   * Loads the page anew, the app only once the best task is seen, and tells what was seen first and what is seen in the end.
   * Projects come with the app, below all that.
   */
  async function reload(page: Page, key = '') {
    await page.addInitScript((key) => {
      const own = 'article > :not([aria-labelledby=then])'
      const seen = () =>
        [
          ...document.querySelectorAll(
            `${own}, ${own} *, nav *:not([aria-label=Projects], [aria-label=Projects] *, span:empty)`,
          ),
        ].map((e) => {
          const text = e.childElementCount ? '' : e.textContent
          return `${e.tagName} ${JSON.stringify(e.getBoundingClientRect())} ${text}`
        })
      const watch = Object.assign(window, { seen, first: null as string[] | null, moved: 0 })
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) watch.moved += (entry as PerformanceEntry & { value: number }).value
      }).observe({ type: 'layout-shift', buffered: true })
      const look = () => {
        if (!document.querySelector('[inert] article')) return void requestAnimationFrame(look)
        watch.first = seen()
        if (key) document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }))
      }
      look()
    }, key)
    await page.route('**/assets/app-*.js', async (route) => {
      await page.waitForFunction(() => (window as unknown as { first: unknown }).first)
      await route.continue()
    })
    await page.goto(app.url)
    await page.getByRole('heading', { name: 'Then', exact: true }).waitFor()
    return page.evaluate(() => {
      const { seen, first, moved } = window as unknown as { seen: () => string[]; first: string[]; moved: number }
      return { first, last: seen(), moved }
    })
  }

  const late: Draft[] = [
    { title: 'First', priority: 5, tags: ['home', 'phone'], due_date: '2026-01-02', effort_estimate_minutes: 90 },
    ...three.slice(1),
  ]

  // Fails where the two differ in a word, a place or a size.
  test.each([sizes.desk, sizes.phone])('the best task is drawn where it stays', async (viewport) => {
    const { page } = await desk(late, { viewport, serviceWorkers: 'block' })
    const { first, last, moved } = await reload(page)
    expect(first.length).toBeGreaterThan(60)
    expect(first).toEqual(last)
    expect(moved).toBe(0)
  })

  test('a key counts as soon as it is', async () => {
    const { page, ada, first } = await desk(late, { serviceWorkers: 'block' })
    await reload(page, 'e')
    await best(page, 'Second')
    await expect.poll(() => status(ada, first.id)).toBe('completed')
  })
})
