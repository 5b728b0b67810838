import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Best, Draft } from '../src/api/client'
import { points } from '../src/now/score'
import { addDays, dayOf, startOf } from '../src/time/zone'
import { App, launch, open } from './app'
import { add } from './seed'

/** What Now says of a score is the server's, adds up, and turns over when the server says so. */

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

const cents = (text: string) => Math.round(Number(text.replace('−', '-').replaceAll(' ', '')) * 100)

/** What the bar and the line below it make of a score, in cents. */
const drawn = (page: Page) =>
  page.evaluate(() => {
    const section = document.querySelector('section[aria-label="Why this task"]')!
    const parts = [...section.querySelectorAll<HTMLElement>('[role=img] [data-part]')].map((i) => ({
      name: i.dataset.part!,
      width: parseFloat(i.style.width),
      box: i.getBoundingClientRect().toJSON() as { left: number; right: number; width: number },
    }))
    return {
      title: document.querySelector('h1')!.textContent,
      sentence: document.querySelector('h1 + p')!.textContent,
      score: section.querySelector('header span')!.textContent,
      line: section.querySelector('#arithmetic')!.textContent,
      bar: section.querySelector('[role=img]')!.getAttribute('aria-label'),
      width: section.querySelector('[role=img]')!.getBoundingClientRect().width,
      parts,
    }
  })

test('the parts of the bar add up to the score, to the cent, whatever the weights', async () => {
  const ada = await app.person(zone)
  const preferences = await ada.preferences()
  await ada.call('/api/preferences', 'PUT', {
    ...preferences,
    weight_urgency: 33.33,
    weight_priority: 7.77,
    weight_effort: 11.11,
    time_of_day_bonus: 0.07,
  })
  const today = dayOf(Date.now(), zone)
  const dues = [null, addDays(today, -3), today, addDays(today, 1), addDays(today, 4), addDays(today, 40)]
  const efforts = [null, 10, 25, 45, 300]
  const times = [null, 'morning', 'afternoon', 'evening'] as const
  const drafts: Draft[] = Array.from({ length: 60 }, (_, i) => ({
    title: `Task ${i}`,
    priority: 1 + ((i * 7) % 5),
    due_date: dues[i % dues.length]!,
    effort_estimate_minutes: efforts[(i * 3) % efforts.length]!,
    preferred_time: times[(i * 5 + 1) % times.length]!,
  }))
  await add(ada, drafts)
  const { page } = await open(browser)
  await ada.signIn(page)
  let notches = 0
  for (let i = 0; i < drafts.length; i++) {
    const best = (await ada.call('/api/tasks/best')) as Best
    await page.getByRole('heading', { level: 1, name: best.task.title, exact: true }).waitFor()
    const full = Math.max(100, best.score)
    await expect.poll(async () => (await drawn(page)).sentence).toBe(best.reasoning.recommendation)
    const now = await drawn(page)
    expect(cents(now.score), now.title).toBe(Math.round(best.score * 100))
    // The line: a + b − c = total, each number as it is written.
    const [sum, total] = now.bar!.replace(/^Score [^:]*: /, '').split(' = ') as [string, string]
    if (/^[\d. +−]+$/.test(sum)) {
      const added = sum
        .replaceAll('− ', '+ -')
        .split('+')
        .reduce((s, n) => s + cents(n), 0)
      expect(added, now.bar!).toBe(cents(total))
    }
    // The bar: its widths, less the notch.
    const points = now.parts.reduce((s, p) => s + (p.name === 'notch' ? -p.width : p.width), 0)
    expect(Math.abs((points * full) / 100 - best.score), `${now.title}: ${JSON.stringify(now.parts)}`).toBeLessThan(
      0.006,
    )
    const notch = now.parts.find((p) => p.name === 'notch')
    expect(notch !== undefined, now.title).toBe(best.reasoning.time_of_day_score < 0)
    if (notch) {
      notches++
      const end = Math.max(...now.parts.filter((p) => p !== notch).map((p) => p.box.right))
      expect(Math.abs(notch.box.right - end), 'the notch ends where the parts end').toBeLessThan(1)
    }
    await page.keyboard.press('e')
    await expect.poll(async () => (await ada.task(best.task.id)).status).toBe('completed')
  }
  expect(notches).toBeGreaterThan(5)
}, 180_000)

test('the arithmetic of each term is read by pointer, keyboard and touch, and is the server’s', async () => {
  const ada = await app.person(zone)
  await add(ada, [{ title: 'Only', priority: 4, effort_estimate_minutes: 20, due_date: dayOf(Date.now(), zone) }])
  const { reasoning } = (await ada.call('/api/tasks/best')) as Best
  const { page } = await open(browser)
  await ada.signIn(page)
  const line = page.locator('#arithmetic')
  await page.getByRole('button', { name: /^Priority/ }).hover()
  await expect.poll(() => line.textContent()).toBe(`Priority: 4 × weight 10 = ${points(reasoning.priority_score)}`)
  await page.mouse.move(0, 0)
  await expect.poll(() => line.textContent()).toContain(` = ${points(reasoning.total_score)}`)
  await page.getByRole('button', { name: /^Quick win/ }).focus()
  await expect.poll(() => line.textContent()).toBe('Effort: bonus 0.75 × weight 10 = 7.5')
})

test('the answer turns over at the moment it is valid until, without a reload', async () => {
  const ada = await app.person(zone)
  const soon = Date.now() + 15_000
  await add(ada, [
    { title: 'Steady', priority: 3 },
    { title: 'Due in a moment', priority: 1, due_date: new Date(soon).toISOString() },
  ])
  const { page } = await open(browser)
  await ada.signIn(page)
  await page.getByText('In 1 min').waitFor()
  const before = await drawn(page)
  await page.evaluate(() => Object.assign(window, { sameDocument: true }))
  await page.getByText(/^Overdue since/).waitFor({ timeout: 20_000 })
  expect(Date.now()).toBeGreaterThan(soon - 1_000)
  await expect
    .poll(async () => (await drawn(page)).sentence)
    .toBe(((await ada.call('/api/tasks/best')) as Best).reasoning.recommendation)
  await expect.poll(async () => (await drawn(page)).score).not.toBe(before.score)
  expect(Date.now() - soon).toBeLessThan(15_000)
  expect(await page.evaluate(() => 'sameDocument' in window)).toBe(true)
})

test('a snooze that ends brings the task back by itself', async () => {
  const ada = await app.person(zone)
  const [only] = await add(ada, [{ title: 'Only' }])
  await ada.call(`/api/tasks/${only!.id}/snooze`, 'POST', { until: new Date(Date.now() + 9_000).toISOString() })
  const { page } = await open(browser)
  await ada.signIn(page)
  await page.getByRole('heading', { name: /^Nothing until/ }).waitFor()
  await page.getByRole('heading', { level: 1, name: 'Only' }).waitFor({ timeout: 20_000 })
})

test('at midnight, by the person’s own zone, tomorrow is today; the answer is asked for anew', async () => {
  const ada = await app.person(zone)
  const tomorrow = addDays(dayOf(Date.now(), zone), 1)
  await add(ada, [{ title: 'Only', due_date: tomorrow }])
  const { page } = await open(browser, { timezoneId: 'Pacific/Auckland' })
  await page.clock.install()
  await ada.signIn(page)
  await page.getByRole('listitem').getByText('Tomorrow').waitFor()
  let asked = 0
  page.on('request', (r) => (asked += r.url().endsWith('/api/tasks/best') ? 1 : 0))
  await page.clock.pauseAt(startOf(tomorrow, zone) - 2_000)
  await page.getByRole('listitem').getByText('Tomorrow').waitFor()
  const before = asked
  await page.clock.runFor(3_000)
  await page.getByRole('listitem').getByText('Today').waitFor()
  await expect.poll(() => asked).toBeGreaterThan(before)
})
