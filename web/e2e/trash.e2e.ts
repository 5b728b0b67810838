import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
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

/** Somebody who is signed in. */
async function somebody(options: Parameters<typeof open>[1] = {}) {
  const person = await app.person()
  const { page, complaints } = await open(browser, options)
  onTestFinished(async () => {
    await page.context().close()
    expect(complaints).toEqual([])
  })
  await person.signIn(page)
  return { page, person }
}

const remove = (person: Person, id: string) => person.call(`/api/tasks/${id}`, 'DELETE')

async function thrown(person: Person, ...titles: string[]) {
  for (const title of titles) await remove(person, (await person.add({ title })).id)
}

const rows = (page: Page) => page.getByRole('list', { name: 'Deleted' }).getByRole('listitem')
const row = (page: Page, title: string) => rows(page).filter({ hasText: title })
const titles = (page: Page) => rows(page).locator('p:first-child').allTextContents()
const there = async (person: Person) =>
  ((await person.call('/api/tasks')) as { tasks: { title: string }[] }).tasks.map((t) => t.title)

test('what was deleted is there, the newest first, says how long, comes back, and goes again by undo', async () => {
  const { page, person } = await somebody()
  await thrown(person, 'Water the plants', 'Pay the bill')
  await page.getByRole('link', { name: 'Trash' }).click()
  await row(page, 'Pay the bill').waitFor()
  expect(await titles(page)).toEqual(['Pay the bill', 'Water the plants'])
  expect(await row(page, 'Pay the bill').textContent()).toMatch(/Deleted today \d\d:\d\d29 days left/)

  await page.getByRole('button', { name: 'Restore: Pay the bill' }).click()
  await expect.poll(() => titles(page)).toEqual(['Water the plants'])
  await expect.poll(() => there(person)).toEqual(['Pay the bill'])
  await expect.poll(() => page.evaluate(() => document.activeElement?.ariaLabel)).toBe('Restore: Water the plants')
  await page.keyboard.press('u')
  await expect.poll(() => titles(page)).toEqual(['Pay the bill', 'Water the plants'])
  await expect.poll(() => there(person)).toEqual([])
})

test('a task comes back with the steps that went with it, and stands in one row with them', async () => {
  const { page, person } = await somebody()
  const above = await person.add({ title: 'Move out' })
  const step = await person.add({ title: 'Order the van', parent_id: above.id })
  await person.add({ title: 'Call them', parent_id: step.id })
  await remove(person, above.id)
  await page.goto(`${app.url}/trash`)
  await row(page, 'Move out').getByText('with its 2 steps').waitFor()
  expect(await titles(page)).toEqual(['Move out'])
  await page.getByRole('button', { name: 'Restore: Move out' }).click()
  await page.getByRole('heading', { name: 'The trash is empty' }).waitFor()
  await expect.poll(async () => (await there(person)).length).toBe(3)
})

test('deleting for good asks once, and nothing brings it back', async () => {
  const { page, person } = await somebody()
  await thrown(person, 'Keep me', 'Burn me')
  await page.goto(`${app.url}/trash`)
  const ask = page.getByRole('dialog', { name: 'Delete for good?' })
  await page.getByRole('button', { name: 'Delete for good: Burn me' }).click()
  await ask.getByText('This cannot be undone').waitFor()
  await ask.getByRole('button', { name: 'Keep' }).click()
  await ask.waitFor({ state: 'detached' })
  expect(await titles(page)).toEqual(['Burn me', 'Keep me'])
  await page.getByRole('button', { name: 'Delete for good: Burn me' }).click()
  await ask.getByRole('button', { name: 'Delete for good' }).click()
  await expect.poll(() => titles(page)).toEqual(['Keep me'])
  await page.getByText(/^Deleted for good:/).waitFor()
  expect(((await person.call('/api/trash')) as { tasks: unknown[] }).tasks).toHaveLength(1)
  await page.reload()
  await row(page, 'Keep me').waitFor()
  expect(await titles(page)).toEqual(['Keep me'])
})

test('a project comes back with its tasks; what cannot come back before stays where it is, and why is said', async () => {
  const { page, person } = await somebody()
  const project = (await person.call('/api/projects', 'POST', { name: 'Garden' })) as { id: string }
  const early = await person.add({ title: 'Dig', project_id: project.id })
  await remove(person, early.id)
  await person.add({ title: 'Plant the apple tree', project_id: project.id })
  await page.waitForTimeout(1_000) // moments are told in seconds
  await person.call(`/api/projects/${project.id}`, 'DELETE')
  await page.goto(`${app.url}/trash`)
  await row(page, 'Garden').getByText('with its task').waitFor()
  expect(await titles(page)).toEqual(['Garden', 'Dig'])
  await page.getByRole('button', { name: 'Restore: Dig' }).click()
  await page.getByRole('alert').filter({ hasText: 'Its project is deleted; restore that.' }).waitFor()
  await expect.poll(() => titles(page)).toEqual(['Garden', 'Dig'])

  await page.getByRole('button', { name: 'Restore: Garden' }).click()
  await expect.poll(() => titles(page)).toEqual(['Dig'])
  expect(await there(person)).toEqual(['Plant the apple tree'])
  await page.keyboard.press('u')
  await expect.poll(() => titles(page)).toEqual(['Garden', 'Dig'])
})

test('a page of a task that is deleted offers the way back, that of another one does not', async () => {
  const { page, person } = await somebody()
  const ada = await app.person()
  const hers = await ada.add({ title: 'Somebody else’s' })
  await remove(ada, hers.id)
  const panel = page.locator('[data-panel]')
  for (const id of [hers.id, '01933b3e-0000-7000-8000-000000000000']) {
    await page.goto(`${app.url}/tasks/${id}`)
    await panel.getByRole('heading', { name: 'This task is not here' }).waitFor()
    expect(await panel.getByRole('button', { name: 'Restore' }).count()).toBe(0)
  }
  // Deleted elsewhere, and never seen here.
  const { id } = await person.add({ title: 'Call Bob' })
  await remove(person, id)
  await page.goto(`${app.url}/tasks/${id}`)
  await panel.getByRole('heading', { name: 'Call Bob' }).waitFor()
  await panel.getByRole('button', { name: 'Restore' }).click()
  await expect.poll(() => there(person)).toEqual(['Call Bob'])
  await panel.getByLabel('Title').waitFor()
})
