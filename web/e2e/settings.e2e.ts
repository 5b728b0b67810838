import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { App, launch, open } from './app'

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

test('other weights are tried before they are saved, and decide what is best once they are', async () => {
  const person = await app.person()
  await person.add({ title: 'Urgent but long', due_date: '2020-01-01' })
  await person.add({ title: 'Quick and of no hurry', effort_estimate_minutes: 5 })
  const { page, complaints } = await open(browser)
  await person.signIn(page)
  await page.getByRole('heading', { level: 1, name: 'Urgent but long' }).waitFor()

  await page.goto(`${app.url}/settings/score`)
  const places = () => page.locator('section[aria-labelledby="preview"] li').allInnerTexts()
  await expect.poll(async () => (await places())[0]).toContain('Urgent but long')
  await page.getByLabel('Effort, 0 to 1000').fill('200')
  await expect.poll(async () => (await places())[0]).toContain('Quick and of no hurry')
  await page.getByText('2 of the first 2 move').waitFor()
  expect((await person.preferences()).weight_effort).toBe(10)

  // By the slider too, and back.
  await page.getByLabel('Effort, roughly').focus()
  await page.keyboard.press('Home')
  expect(await page.getByLabel('Effort, 0 to 1000').inputValue()).toBe('0')
  await page.getByRole('button', { name: 'Reset' }).click()
  expect(await page.getByLabel('Effort, 0 to 1000').inputValue()).toBe('10')

  // What is wrong is said beside its field, and is not sent.
  await page.getByLabel('Effort, 0 to 1000').fill('2000')
  await page.getByText('must be from 0 to 1000').waitFor()
  expect(await page.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true)

  await page.getByLabel('Effort, 0 to 1000').fill('199.95')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Weights are saved').waitFor()
  expect((await person.preferences()).weight_effort).toBe(199.95)
  await page.getByRole('link', { name: 'Now' }).first().click()
  await page.getByRole('heading', { level: 1, name: 'Quick and of no hurry' }).waitFor()
  expect(complaints).toEqual([])
})

test('a change made elsewhere meanwhile is shown, and the person chooses', async () => {
  const person = await app.person()
  const { page, complaints } = await open(browser)
  await person.signIn(page)
  await page.goto(`${app.url}/settings/score`)
  await page.getByLabel('Priority, 0 to 1000').fill('20')
  await person.call('/api/preferences', 'PUT', { weight_priority: 30 })
  await page.getByRole('button', { name: 'Save' }).click()
  const notice = page.getByRole('alert').filter({ hasText: 'changed meanwhile' })
  await notice.waitFor()
  expect(await notice.getByRole('row', { name: 'Priority' }).innerText()).toMatch(/20\s+30/)
  expect((await person.preferences()).weight_priority).toBe(30)
  await notice.getByRole('button', { name: 'Keep mine' }).click()
  await page.getByText('Weights are saved').waitFor()
  expect((await person.preferences()).weight_priority).toBe(20)
  expect(complaints).toEqual([])
})

test('another zone shows at once, and the browser’s own is offered', async () => {
  const person = await app.person('Europe/Berlin')
  const { page, complaints } = await open(browser, { timezoneId: 'America/New_York' })
  await person.signIn(page)
  await page.goto(`${app.url}/settings`)
  await page.getByText(/, \d\d:\d\d Berlin$/).waitFor()
  await page.getByRole('combobox', { name: 'Time zone' }).fill('kathm')
  await page.keyboard.press('Enter')
  await page.getByText(/, \d\d:\d\d Kathmandu$/).waitFor()
  expect((await person.preferences()).timezone).toBe('Asia/Kathmandu')
  await page.getByRole('button', { name: 'Use New York' }).click()
  await page.getByText(/, \d\d:\d\d New/).waitFor()
  expect(await page.getByText('This browser is in').count()).toBe(0)
  expect((await person.preferences()).timezone).toBe('America/New_York')
  expect(complaints).toEqual([])
})

test('parts of the day: what the server refuses is said beside them', async () => {
  const person = await app.person()
  const { page, complaints } = await open(browser)
  await person.signIn(page)
  await page.goto(`${app.url}/settings`)
  await page.getByLabel('Evening ends').fill('18:00')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Evening must start and end at different times of the day').waitFor()
  await page.getByLabel('Evening ends').fill('00:00')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Parts of the day are saved').waitFor()
  expect((await person.preferences()).windows.evening).toEqual({ start: '18:00', end: '24:00' })
  expect(complaints).toEqual([])
})

test('signing out everywhere ends the sessions of other browsers', async () => {
  const person = await app.person()
  const { page } = await open(browser)
  await person.signIn(page)
  await page.goto(`${app.url}/settings/account`)
  await page.getByText(person.email).waitFor()
  await page.getByRole('button', { name: 'Sign out everywhere' }).click()
  await page.waitForURL('**/sign-in**')
  await expect(person.preferences()).rejects.toThrow('401')
})
