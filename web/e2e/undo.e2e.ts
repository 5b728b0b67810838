import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import type { Draft } from '../src/api/client'
import { App, launch, open } from './app'
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

/** Somebody with a task, whose page is open. */
async function at(draft: Draft, options: Parameters<typeof open>[1] = {}) {
  const person = await app.person()
  const { id } = await person.add(draft)
  const { page, complaints } = await open(browser, options)
  onTestFinished(async () => {
    await page.context().close()
    expect(complaints).toEqual([])
  })
  await person.signIn(page)
  await page.goto(`${app.url}/tasks/${id}`)
  await panel(page).getByLabel('Title').waitFor()
  return { page, person, id }
}

const panel = (page: Page) => page.locator('[data-panel]')
const priority = (page: Page, n: number) =>
  panel(page)
    .getByRole('button', { name: String(n), exact: true })
    .first()
const undo = (page: Page) => page.getByRole('button', { name: 'Undo', exact: true })

test('what was done last in this tab is taken back by keyboard, the last first, though no message speaks of it', async () => {
  const { page, person, id } = await at({ title: 'Pay the bill' })
  await priority(page, 5).press('Enter')
  await expect.poll(() => person.task(id)).toMatchObject({ priority: 5 })
  await priority(page, 1).press('Enter')
  await expect.poll(() => person.task(id)).toMatchObject({ priority: 1 })
  await page.keyboard.press('Control+z')
  await expect.poll(() => person.task(id)).toMatchObject({ priority: 5 })
  await page.keyboard.press('Control+z')
  await expect.poll(() => person.task(id)).toMatchObject({ priority: 3 })
})

test('what was done is taken back though other fields were changed since', async () => {
  const { page, person, id } = await at({ title: 'Pay the bill' }, { viewport: sizes.phone })
  await panel(page).getByRole('checkbox', { name: 'Done' }).click()
  await expect.poll(() => person.task(id)).toMatchObject({ status: 'completed' })
  await person.edit(id, { title: 'Pay both bills' })
  await undo(page).click()
  await expect.poll(() => person.task(id)).toMatchObject({ status: 'pending', title: 'Pay both bills' })
})

test('a later edit that stands in the way is named, and stays', async () => {
  const { page, person, id } = await at({ title: 'Pay the bill' })
  await priority(page, 5).click()
  await expect.poll(() => person.task(id)).toMatchObject({ priority: 5 })
  await person.edit(id, { priority: 2 })
  await page.keyboard.press('u')
  const why = page.getByRole('alert').filter({ hasText: 'Not undone' })
  await why.waitFor()
  expect((await why.textContent())?.replace(/[\u2066-\u2069]/g, '')).toMatch(
    /^Not undone, since it was changed later: priority of “Pay the bill” changed at \d\d:\d\d, through the API\./,
  )
  expect(await person.task(id)).toMatchObject({ priority: 2 })
})
