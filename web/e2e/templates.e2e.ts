import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import type { Task } from '../src/api/client'
import { addDays, dayOf } from '../src/time/zone'
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
const today = dayOf(Date.now(), zone)

/** Somebody with a task of two steps. */
async function trip(options: Parameters<typeof open>[1] = {}) {
  const person = await app.person(zone)
  const task = await person.add({ title: 'Trip to Lisbon', due_date: today, priority: 4 })
  for (const [i, title] of ['Book the train', 'Pack'].entries())
    await person.add({ title, parent_id: task.id, due_date: addDays(today, i) })
  const { page, complaints } = await open(browser, options)
  onTestFinished(async () => {
    await page.context().close()
    expect(complaints).toEqual([])
  })
  await person.signIn(page)
  return { page, person, task }
}

const use = (page: Page) => page.getByRole('dialog', { name: 'Use a template' })
const names = async (person: Person) =>
  ((await person.call('/api/templates')) as { templates: { name: string }[] }).templates.map((t) => t.name)
const dues = async (person: Person) =>
  ((await person.call('/api/tasks?sort=due_date')) as { tasks: Task[] }).tasks.map((t) => `${t.title} ${t.due_date}`)

test('a task with its steps is saved, and made again on another day, with one undo', async () => {
  const { page, person, task } = await trip()
  await page.goto(`${app.url}/tasks/${task.id}`)
  await page.locator('[data-panel]').getByRole('button', { name: 'More' }).click()
  await page.getByRole('menuitem', { name: 'Save as template…' }).click()
  const save = page.getByRole('dialog', { name: 'Save as template' })
  await save.getByLabel('Name').fill('A trip')
  await page.keyboard.press('Enter')
  await page.getByText(/^Saved as template:/).waitFor()
  expect(await names(person)).toEqual(['A trip'])

  const before = await dues(person)
  await page.keyboard.press('Escape')
  await page.keyboard.press('Control+k')
  await page.getByRole('dialog').getByRole('combobox').fill('use template')
  await page.keyboard.press('Enter')
  await use(page).getByText('Makes a task with 2 steps').waitFor()
  const day = addDays(today, 10)
  await use(page).getByLabel('Day').fill(day)
  await use(page).getByLabel('Name, if another one').fill('Trip to Porto')
  await use(page).getByRole('button', { name: 'Use it' }).click()
  await page.getByText('3 tasks').waitFor()
  const made = [`Book the train ${day}`, `Pack ${addDays(day, 1)}`, `Trip to Porto ${day}`]
  await expect.poll(async () => (await dues(person)).filter((d) => !before.includes(d)).toSorted()).toEqual(made)
  await page.getByRole('button', { name: 'Undo' }).last().click()
  await expect.poll(() => dues(person)).toEqual(before)
})

test('templates are used, renamed and deleted in the settings, and a deletion is undone', async () => {
  const { page, person, task } = await trip()
  await person.call('/api/templates', 'POST', { from_task: task.id, name: 'A trip' })
  await page.goto(`${app.url}/settings/templates`)
  await page.getByRole('button', { name: 'Rename A trip' }).click()
  await page.getByLabel('Name').fill('A journey')
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Rename A journey' }).waitFor()
  const has = (name: string) => page.getByRole('button', { name }).evaluate((b) => b === document.activeElement)
  await expect.poll(() => has('Rename A journey')).toBe(true)
  expect(await names(person)).toEqual(['A journey'])
  await page.getByRole('button', { name: 'Use A journey…' }).click()
  await use(page).getByLabel('Template').waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Delete A journey' }).click()
  await page.getByText('There are none.').waitFor()
  expect(await names(person)).toEqual([])
  await page.getByRole('button', { name: 'Undo' }).last().click()
  await page.getByRole('button', { name: 'Rename A journey' }).waitFor()
})

test('where a task is added there is a way to the templates, and words where there are none', async () => {
  const { page } = await trip()
  await page.keyboard.press('q')
  await page.getByRole('button', { name: 'From a template…' }).click()
  await use(page).getByText('There is none yet').waitFor()
})

test('what was typed where a task is added is what the one from a template is to be called', async () => {
  const { page, person, task } = await trip()
  await person.call('/api/templates', 'POST', { from_task: task.id, name: 'A trip' })
  await page.keyboard.press('q')
  await page.getByRole('textbox', { name: 'Title' }).fill('Trip to Porto')
  await page.getByRole('button', { name: 'From a template…' }).click()
  await expect.poll(() => use(page).getByLabel('Name, if another one').inputValue()).toBe('Trip to Porto')
})
