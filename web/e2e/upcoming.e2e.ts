import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { App, launch, open, type Person } from './app'

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

const zone = 'Europe/Berlin'
const day = (n: number) => new Intl.DateTimeFormat('en-CA', { timeZone: zone }).format(Date.now() + n * 86_400_000)

async function upcoming(person: Person, options = {}) {
  const { page, complaints } = await open(browser, options)
  await person.signIn(page)
  await page.goto(`${app.url}/upcoming`)
  await page.getByRole('heading', { name: 'Today' }).waitFor()
  return { page, complaints }
}

const place = (page: Page, at: string) => page.locator(`[data-place="${at}"]`)
const titles = (page: Page, at: string) => place(page, at).locator('[data-task] a').allTextContents()
const link = (page: Page, title: string) => page.getByRole('link', { name: title, exact: true })

test('days side by side, each in its order, overdue apart, later last', async () => {
  const ada = await app.person(zone)
  for (const [title, due_date, priority] of [
    ['Late', day(-3), 3],
    ['Lunch', `${day(1)}T12:30:00`, 5],
    ['Small', day(1), 1],
    ['Great', day(1), 5],
    ['Far', day(30), 3],
  ] as const)
    await ada.add({ title, due_date, priority })
  await ada.add({ title: 'Undated' })
  const { page, complaints } = await upcoming(ada)
  await link(page, 'Lunch').waitFor()
  expect(await titles(page, 'overdue')).toEqual(['Late'])
  expect(await titles(page, day(1))).toEqual(['Great', 'Small', 'Lunch'])
  expect(await titles(page, 'later')).toEqual(['Far'])
  expect(await link(page, 'Undated').count()).toBe(0)
  expect(
    await page
      .getByRole('link', { name: /^Upcoming/ })
      .first()
      .textContent(),
  ).toBe('Upcoming3')
  // As a list, and so again after a reload.
  await page.getByRole('button', { name: 'List' }).click()
  await page.reload()
  expect(await page.getByRole('button', { name: 'List' }).getAttribute('aria-pressed')).toBe('true')
  expect(complaints).toEqual([])
})

test('dragged to another day, and back by undo', async () => {
  const ada = await app.person(zone)
  const lunch = await ada.add({ title: 'Lunch', due_date: `${day(1)}T12:30:00` })
  const { page, complaints } = await upcoming(ada)
  await link(page, 'Lunch').dragTo(place(page, day(2)))
  await expect.poll(() => titles(page, day(2))).toEqual(['Lunch'])
  await page.getByRole('status').filter({ hasText: 'Lunch' }).waitFor()
  await expect
    .poll(async () => Date.parse((await ada.task(lunch.id)).due_date!) - Date.parse(lunch.due_date!))
    .toBe(86_400_000)
  expect(await place(page, day(2)).getByText('12:30').count()).toBe(1)
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect.poll(() => titles(page, day(1))).toEqual(['Lunch'])
  await expect.poll(async () => (await ada.task(lunch.id)).due_date).toBe(lunch.due_date)
  expect(complaints).toEqual([])
})

test('moved by keyboard alone: a day on, by the menu, to no date; done', async () => {
  const ada = await app.person(zone)
  const bill = await ada.add({ title: 'Bill', due_date: day(-1) })
  const walk = await ada.add({ title: 'Walk', due_date: day(0) })
  const { page, complaints } = await upcoming(ada)
  await link(page, 'Bill').focus()
  await page.keyboard.press('Shift+ArrowRight')
  await expect.poll(() => titles(page, day(0))).toContain('Bill')
  await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe('Bill')
  await page.keyboard.press('m')
  await page.getByRole('menuitem', { name: 'Tomorrow' }).waitFor()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await expect.poll(() => titles(page, day(1))).toEqual(['Bill'])
  await expect.poll(async () => (await ada.task(bill.id)).due_date).toBe(day(1))
  await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe('Bill')
  await page.keyboard.press('ArrowLeft')
  await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe('Walk')
  await page.keyboard.press('e')
  await expect.poll(async () => (await ada.task(walk.id)).status).toBe('completed')
  await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe('Bill')
  await page.keyboard.press('m')
  await page.getByRole('menuitem', { name: 'No date' }).waitFor()
  await page.keyboard.press('End')
  await page.keyboard.press('Enter')
  await expect.poll(async () => (await ada.task(bill.id)).due_date).toBe(null)
  await expect.poll(() => link(page, 'Bill').count()).toBe(0)
  expect(complaints).toEqual([])
})

test('a task is added on a day; one that cannot be moved goes back and says why', async () => {
  const ada = await app.person(zone)
  const trip = await ada.add({ title: 'Trip', due_date: day(5), start_date: day(4) })
  const { page, complaints } = await upcoming(ada)
  await place(page, day(2)).getByRole('button', { name: /^Add/ }).click()
  await page.keyboard.type('Buy flowers')
  await page.keyboard.press('Enter')
  await expect.poll(() => titles(page, day(2))).toEqual(['Buy flowers'])
  await page.keyboard.press('Escape')
  await place(page, day(5)).getByRole('button', { name: 'Move: Trip' }).click()
  await page.getByRole('menuitem', { name: 'Today' }).click()
  await page.getByRole('alert').filter({ hasText: 'start' }).waitFor()
  await expect.poll(() => titles(page, day(5))).toEqual(['Trip'])
  expect((await ada.task(trip.id)).due_date).toBe(day(5))
  expect(complaints).toEqual([])
})

test('all that is overdue moves to today, with one way back', async () => {
  const ada = await app.person(zone)
  const late = await Promise.all(
    Array.from({ length: 12 }, (_, i) => ada.add({ title: `Late ${i}`, due_date: day(-1 - i) })),
  )
  const { page, complaints } = await upcoming(ada)
  await page.getByRole('button', { name: 'All to today' }).click()
  await page.getByText('Moved to today: 12 tasks').waitFor()
  expect(await titles(page, day(0))).toHaveLength(12)
  expect((await ada.task(late[11]!.id)).due_date).toBe(day(0))
  await page.getByRole('button', { name: 'Undo' }).click()
  await page.getByText('Put back: 12 tasks').waitFor()
  for (const task of late) expect((await ada.task(task.id)).due_date).toBe(task.due_date)
  expect(complaints).toEqual([])
})

test('all that is overdue goes in one request, waits its turn where the server takes no more, and can be stopped', async () => {
  const ada = await app.person(zone)
  for (let i = 0; i < 5; i++) await ada.add({ title: `Late ${i}`, due_date: day(-1) })
  const { page } = await open(browser)
  await ada.signIn(page)
  await page.goto(`${app.url}/upcoming`)
  await page.route('**/api/tasks/bulk', (route) =>
    route.fulfill({ status: 429, headers: { 'Retry-After': '60' }, json: { title: 'No' } }),
  )
  await page.getByRole('button', { name: 'All to today' }).click()
  await page.getByText('0 of 5', { exact: true }).waitFor()
  expect(await titles(page, day(0))).toHaveLength(5)
  await page.getByRole('button', { name: 'Stop' }).click()
  await expect.poll(() => titles(page, 'overdue')).toHaveLength(5)
})

test('the day turns over at its midnight, without a reload', async () => {
  const ada = await app.person(zone)
  await ada.add({ title: 'Walk', due_date: day(0) })
  await ada.add({ title: 'Swim', due_date: day(1) })
  const { page } = await open(browser)
  await page.clock.install({ time: new Date() })
  await ada.signIn(page)
  await page.goto(`${app.url}/upcoming`)
  await link(page, 'Walk').waitFor()
  expect(await titles(page, 'overdue')).toEqual([])
  await page.clock.fastForward('24:00:00')
  await expect.poll(() => titles(page, 'overdue')).toEqual(['Walk'])
  expect(await place(page, day(1)).getByRole('heading').textContent()).toMatch(/^Today/)
  await place(page, day(14)).waitFor()
})

test('on a phone, one day below the other', async () => {
  const ada = await app.person(zone)
  await ada.add({ title: 'x'.repeat(200), due_date: day(1) })
  await ada.add({ title: 'קנה חלב ולחם', due_date: day(1) })
  const { page, complaints } = await upcoming(ada, { viewport: { width: 360, height: 740 }, hasTouch: true })
  await place(page, day(1)).locator('[data-task]').first().waitFor()
  expect(await page.getByRole('button', { name: 'Columns' }).isVisible()).toBe(false)
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360)
  expect(complaints).toEqual([])
})
