import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Task } from '../src/api/client'
import { addDays, dayOf, weekday } from '../src/time/zone'
import { App, launch, open, type Person } from './app'
import { sizes } from './screens'

const zone = 'Europe/Berlin'
let app: App
let browser: Browser

beforeAll(async () => {
  app = await App.start()
  browser = await launch()
})

afterAll(async () => {
  await browser?.close()
  await app?.stop()
})

async function desk(options: BrowserContextOptions = {}) {
  const ada = await app.person(zone)
  const { page, complaints } = await open(browser, options)
  await ada.signIn(page)
  await page.getByRole('heading', { name: 'Your desk is clear' }).waitFor()
  await page.locator('main').press('q')
  await title(page).waitFor()
  return { page, complaints, ada }
}

const title = (page: Page) => page.getByRole('dialog').getByLabel('Title')
const chips = (page: Page) => page.getByRole('list', { name: 'Understood' }).getByRole('button')
const texts = async (page: Page) => (await chips(page).allTextContents()).map((t) => t.trim())
const all = async (ada: Person) => ((await ada.call('/api/tasks?sort=created_at')) as { tasks: Task[] }).tasks
const tomorrow = () => addDays(dayOf(Date.now(), zone), 1)

test('a line says all about a task; each piece is a chip, and one of them is made text again', async () => {
  const { page, ada, complaints } = await desk()
  await page.keyboard.type('Call Bob tomorrow 5pm p1 @phone ~30m every friday')
  await expect.poll(() => chips(page).count()).toBeGreaterThanOrEqual(4)
  await title(page).fill('Water the garden tomorrow p1 @home ~30m')
  await expect.poll(() => texts(page)).toEqual(['tomorrow', 'p1', '@home', '~30m'])
  await chips(page).filter({ hasText: '@home' }).click()
  await expect.poll(() => title(page).inputValue()).toBe('Water the garden tomorrow p1 \\@home ~30m')
  await expect.poll(() => texts(page)).toEqual(['tomorrow', 'p1', '~30m'])
  await page.getByRole('dialog').getByRole('status').filter({ hasText: 'Understood: due tomorrow' }).waitFor()
  await page.keyboard.press('Enter')
  await page.getByText('Added: Water the garden @home · tomorrow').waitFor()
  expect(await all(ada)).toMatchObject([
    {
      title: 'Water the garden @home',
      due_date: tomorrow(),
      priority: 5,
      effort_estimate_minutes: 30,
      tags: [],
    },
  ])
  await page.keyboard.press('Escape')
  await page.getByRole('heading', { level: 1, name: 'Water the garden @home' }).waitFor()
  expect(complaints).toEqual([])
})

test('what repeats is shown to, on its page with the next three times, and changed there', async () => {
  const { page, ada } = await desk()
  await page.keyboard.type('Take the bins out every friday')
  await expect.poll(() => texts(page)).toEqual(['every friday'])
  await page.keyboard.press('Enter')
  await page.getByText(/^Added: .*every week on Friday/).waitFor()
  const [made] = await all(ada)
  expect(made!.recurrence).toMatchObject({ rule: 'FREQ=WEEKLY;BYDAY=FR', from: 'schedule' })
  expect(weekday(made!.due_date!)).toBe(5)
  await page.goto(`${app.url}/tasks/${made!.id}`)
  const panel = page.locator('[data-panel]')
  const repeats = panel.getByRole('button', { name: 'Repeats' })
  await expect.poll(() => repeats.textContent()).toContain('Every week on Friday')
  await expect.poll(() => panel.locator('time').count()).toBeGreaterThanOrEqual(3)

  await repeats.click()
  await page.getByRole('menuitemradio', { name: /^Every month on the/ }).click()
  await expect.poll(async () => (await ada.task(made!.id)).recurrence?.rule).toContain('FREQ=MONTHLY;BYMONTHDAY=')

  await repeats.click()
  await page.getByRole('menuitem', { name: 'In other words…' }).click()
  await panel.getByLabel('How it repeats, in words').fill('2nd thu')
  await page.keyboard.press('Enter')
  await expect.poll(async () => (await ada.task(made!.id)).recurrence?.rule).toBe('FREQ=MONTHLY;BYDAY=2TH')
  expect(weekday((await ada.task(made!.id)).due_date!), 'it is due on one of its days').toBe(4)

  await panel.getByRole('button', { name: 'Add a reminder' }).click()
  await page.getByRole('menuitem', { name: '1 h before' }).click()
  await expect.poll(async () => (await ada.task(made!.id)).reminders).toEqual([{ before_minutes: 60 }])
  await panel.getByRole('button', { name: 'Take away the reminder 1 h before' }).click()
  await expect.poll(async () => (await ada.task(made!.id)).reminders).toEqual([])

  await repeats.click()
  await page.getByRole('menuitemradio', { name: 'Does not repeat' }).click()
  await expect.poll(async () => (await ada.task(made!.id)).recurrence).toBeNull()
})

test('by keyboard alone: a chip is reached, and Backspace makes it text', async () => {
  const { page, ada } = await desk()
  await page.keyboard.type('Read 1984 tomorrow p2')
  await expect.poll(() => texts(page)).toEqual(['tomorrow', 'p2'])
  await page.keyboard.press('Tab')
  await page.keyboard.press('Backspace')
  await expect.poll(() => texts(page)).toEqual(['p2'])
  await page.keyboard.type('!')
  await page.keyboard.press('Enter')
  await page.getByText(/^Added: /).waitFor()
  const [made] = await all(ada)
  expect(made).toMatchObject({ due_date: null, priority: 4 })
  expect(made!.title).toContain('Read 1984 tomorrow')
})

test('by thumb on a narrow phone: the line wraps, and nothing is wider than it', async () => {
  const { page } = await desk({ viewport: sizes.phone, hasTouch: true, isMobile: true })
  await title(page).fill(`Water ${'the very large garden behind the house '.repeat(3)}tomorrow 5pm p1 @home ~30m`)
  await expect.poll(() => chips(page).count()).toBeGreaterThanOrEqual(4)
  const { wide, field, low } = await page.evaluate(() => {
    const field = document.querySelector('[role=dialog] textarea')!
    return {
      wide: document.documentElement.scrollWidth,
      field: field.scrollHeight - field.clientHeight,
      low: Math.min(
        ...[...document.querySelectorAll('[aria-label=Understood] button')].map(
          (b) => b.getBoundingClientRect().height,
        ),
      ),
    }
  })
  expect(wide).toBeLessThanOrEqual(360)
  expect(field, 'the field is as high as what is typed').toBeLessThanOrEqual(0)
  expect(low).toBeGreaterThanOrEqual(44)
})

test('what is typed stays text, whatever it is', async () => {
  const { page, ada, complaints } = await desk()
  let fired = 0
  await page.exposeFunction('canary', () => void fired++)
  const bad = '<img src=x onerror=canary()> @<b>x</b> "><script>canary()</script> tomorrow'
  await title(page).fill(bad)
  await expect.poll(() => texts(page)).toContain('tomorrow')
  await page.keyboard.press('Enter')
  await page.getByText(/^Added: /).waitFor()
  expect((await all(ada))[0]!.title).toContain('<img src=x onerror=canary()>')
  expect(await page.locator('img[src=x], [role=dialog] script').count()).toBe(0)
  expect(fired).toBe(0)
  expect(complaints).toEqual([])
})
