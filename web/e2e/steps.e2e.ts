import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import type { Task } from '../src/api/client'
import { App, launch, open, type Person } from './app'
import { sizes } from './screens'

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

/** Somebody with a trip of these steps, who looks at it. */
async function trip(steps: string[], options: Parameters<typeof open>[1] = {}) {
  const person = await app.person()
  const trip = await person.add({ title: 'Trip to Lisbon', priority: 5 })
  const made: Task[] = []
  for (const title of steps) made.push(await person.add({ title, parent_id: trip.id }))
  const { page, complaints } = await open(browser, options)
  onTestFinished(async () => {
    await page.context().close()
    expect(complaints).toEqual([])
  })
  await person.signIn(page)
  await page.goto(`${app.url}/tasks/${trip.id}`)
  await field(page).waitFor()
  return { page, person, trip, steps: made }
}

const panel = (page: Page) => page.locator('[data-panel]')
const field = (page: Page) => panel(page).getByRole('textbox', { name: 'Add a step' })
const shown = (page: Page) => panel(page).locator('[data-step] a').allTextContents()
const progress = (page: Page, words: string) => panel(page).getByRole('region', { name: 'Steps' }).getByText(words)
const step = (page: Page, title: string) => panel(page).locator('[data-step]').filter({ hasText: title })
const there = async (person: Person, trip: Task) =>
  ((await person.call(`/api/tasks/${trip.id}/steps`)) as { tasks: Task[] }).tasks.map((t) => t.title)
const row = (page: Page, title: string) =>
  page.locator('[data-tasks] [data-id]').filter({ has: page.getByRole('link', { name: title, exact: true }) })

test('steps are added by typing alone, checked off, and the row tells how far they are', async () => {
  const { page, person, trip: top } = await trip([])
  await field(page).focus()
  for (const title of ['Book the flight', 'Pack', 'Water the plants']) {
    await page.keyboard.type(title)
    await page.keyboard.press('Enter')
  }
  await expect.poll(() => shown(page)).toEqual(['Book the flight', 'Pack', 'Water the plants'])
  await expect.poll(() => there(person, top)).toEqual(['Book the flight', 'Pack', 'Water the plants'])
  await progress(page, '0 of 3').waitFor()

  await step(page, 'Pack').getByRole('checkbox').press('Space')
  await progress(page, '1 of 3').waitFor()
  await row(page, 'Trip to Lisbon').getByText('1 of 3').last().waitFor()
  await expect.poll(async () => (await person.task(top.id)).steps).toEqual({ total: 3, done: 1 })

  await page.keyboard.press('u')
  await progress(page, '0 of 3').waitFor()
})

/** Pastes into what has the focus. */
const paste = (page: Page, text: string) =>
  page.evaluate((text) => {
    const clipboardData = new DataTransfer()
    clipboardData.setData('text', text)
    document.activeElement!.dispatchEvent(
      new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }),
    )
  }, text)

test('several lines that are pasted are several steps, in their order', async () => {
  const { page, person, trip: top } = await trip([])
  await field(page).focus()
  await paste(page, 'one\n\n  two\r\nthree')
  await expect.poll(() => there(person, top)).toEqual(['one', 'two', 'three'])
  await expect.poll(() => shown(page)).toEqual(['one', 'two', 'three'])
})

test('lines that cannot be sent stay, and are steps once they are tried again; each can be taken back', async () => {
  const { page, person, trip: top } = await trip(['zero'])
  await expect.poll(() => shown(page)).toEqual(['zero'])
  await page.context().setOffline(true)
  await field(page).focus()
  await paste(page, 'one\ntwo\nthree')
  const kept = panel(page).getByRole('list', { name: 'Not added' })
  await expect.poll(() => kept.getByRole('button').allTextContents()).toEqual(['one', 'two', 'three'])
  await expect.poll(() => shown(page)).toEqual(['zero'])
  await page.context().setOffline(false)
  await panel(page).getByRole('button', { name: 'Try again' }).press('Enter')
  await expect.poll(() => there(person, top)).toEqual(['zero', 'one', 'two', 'three'])
  await kept.waitFor({ state: 'hidden' })

  await expect.poll(() => shown(page)).toEqual(['zero', 'one', 'two', 'three'])
  await page.keyboard.press('Escape')
  await page.keyboard.press('u')
  await expect.poll(() => there(person, top)).toEqual(['zero', 'one', 'two'])
  await expect.poll(() => shown(page)).toEqual(['zero', 'one', 'two'])
})

// Seen red while the panel's search held an empty list: what is open over the page has the keyboard, so u was not heard.
test('steps are put in order by keyboard, by mouse and by the menu, and put back', async () => {
  const { page, person, trip: top } = await trip(['one', 'two', 'three'])
  await step(page, 'three').getByRole('link').focus()
  await page.keyboard.press('Alt+ArrowUp')
  await expect.poll(() => shown(page)).toEqual(['one', 'three', 'two'])
  await page.keyboard.press('Alt+ArrowUp')
  await expect.poll(() => shown(page)).toEqual(['three', 'one', 'two'])
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('three')
  await page.keyboard.press('Alt+ArrowUp')
  await expect.poll(() => there(person, top)).toEqual(['three', 'one', 'two'])

  await step(page, 'three').dragTo(step(page, 'two'), { targetPosition: { x: 100, y: 36 } })
  await expect.poll(() => shown(page)).toEqual(['one', 'two', 'three'])
  await expect.poll(() => there(person, top)).toEqual(['one', 'two', 'three'])

  await step(page, 'two').hover()
  await step(page, 'two').getByRole('button', { name: 'Move: two' }).click()
  await page.getByRole('menuitem', { name: 'To the top' }).click()
  await expect.poll(() => there(person, top)).toEqual(['two', 'one', 'three'])
  const has = () => page.evaluate(() => document.activeElement?.closest('[data-step]')?.textContent)
  await expect.poll(has).toContain('two')
  await page.keyboard.press('u')
  await expect.poll(() => there(person, top)).toEqual(['one', 'two', 'three'])
  await step(page, 'two').getByRole('button', { name: 'Move: two' }).press('Enter')
  await page.getByRole('menuitem', { name: 'Move down' }).press('Enter')
  await expect.poll(() => there(person, top)).toEqual(['one', 'three', 'two'])
  await page.waitForLoadState('networkidle')
  await expect.poll(has).toContain('two')
  await page.keyboard.press('u')
  await expect.poll(() => there(person, top)).toEqual(['one', 'two', 'three'])
  await expect.poll(() => shown(page)).toEqual(['one', 'two', 'three'])
})

test('a step is opened, says what it is a step of, and goes no deeper than five', async () => {
  const { page, person, steps } = await trip(['Pack'])
  await step(page, 'Pack').getByRole('link').press('Enter')
  await panel(page).getByText('Step of').waitFor()
  let parent = steps[0]!
  for (const title of ['two', 'three', 'four', 'five']) parent = await person.add({ title, parent_id: parent.id })
  await page.goto(`${app.url}/tasks/${parent.id}`)
  await field(page).fill('six')
  await field(page).press('Enter')
  await panel(page).getByText('Steps nest at most 5 deep.').waitFor()
  await panel(page).getByRole('button', { name: 'Change: six' }).press('Enter')
  expect(await field(page).inputValue()).toBe('six')
  await panel(page).getByRole('link', { name: 'four' }).click()
  await page.waitForURL((url) => !url.pathname.endsWith(parent.id))
  await step(page, 'five').waitFor()
})

test('what is done while steps are open says so; they are done too, and both come back together', async () => {
  const { page, person, trip: top, steps } = await trip(['one', 'two'])
  await panel(page).getByRole('checkbox', { name: 'Done', exact: true }).press('Space')
  await page.getByRole('status').filter({ hasText: '2 of its steps are open' }).waitFor()
  await expect.poll(async () => (await person.task(top.id)).status).toBe('completed')
  expect((await person.task(steps[0]!.id)).status).toBe('pending')
  await page.getByRole('button', { name: 'Complete its steps too' }).click()
  await expect.poll(async () => (await person.task(steps[1]!.id)).status).toBe('completed')
  await progress(page, '2 of 2').waitFor()
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect.poll(async () => (await person.task(steps[1]!.id)).status).toBe('pending')
  await expect.poll(async () => (await person.task(top.id)).status).toBe('pending')
})

test('on Now a task tells how far its steps are, and a step what it is one of', async () => {
  const { page, person, trip: top, steps } = await trip(['one', 'two'])
  await page.goto(app.url)
  await page.getByRole('heading', { name: 'Trip to Lisbon' }).waitFor()
  await page.getByText('0 of 2 steps').first().waitFor()
  await person.edit(top.id, { priority: 1 })
  await person.edit(steps[0]!.id, { priority: 5 })
  await page.reload()
  await page.getByRole('heading', { level: 1, name: 'one' }).waitFor()
  await page.getByText('Step of').waitFor()
  await page.locator('article').getByRole('link', { name: 'Trip to Lisbon' }).first().click()
  await page.waitForURL(`**/tasks/${top.id}`)
})

test('by thumb', async () => {
  const {
    page,
    person,
    trip: top,
  } = await trip(['one', 'two'], { viewport: sizes.phone, hasTouch: true, isMobile: true })
  await step(page, 'two').getByRole('button', { name: 'Move: two' }).tap()
  await page.getByRole('menuitem', { name: 'Move up' }).tap()
  await expect.poll(() => there(person, top)).toEqual(['two', 'one'])
  await step(page, 'one').getByRole('button', { name: 'Move: one' }).tap()
  await page.getByRole('menuitem', { name: 'Take it out of this task' }).tap()
  await expect.poll(() => shown(page)).toEqual(['two'])
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360)
})
