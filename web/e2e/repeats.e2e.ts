import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import type { Draft, Task } from '../src/api/client'
import { momentOf } from '../src/time/moment'
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
const inWeek = addDays(today, 7)

/** Somebody with a task that comes again each week from today on. */
async function weekly(fields: Partial<Draft> = {}, path = (id: string) => `/tasks/${id}`) {
  const person = await app.person(zone)
  const task = await person.add({
    title: 'Water the plants',
    due_date: today,
    recurrence: { rule: 'FREQ=WEEKLY', from: 'schedule' },
    ...fields,
  })
  const { page, complaints } = await open(browser)
  onTestFinished(async () => {
    await page.context().close()
    expect(complaints).toEqual([])
  })
  await person.signIn(page)
  await page.goto(app.url + path(task.id))
  await page.getByText(task.title).first().waitFor()
  return { page, person, id: task.id }
}

const panel = (page: Page) => page.locator('[data-panel]')
const asked = (page: Page) => page.getByRole('dialog', { name: 'For which times?' })
const plain = (text: string | null) => text?.replace(/[\u2066-\u2069]/g, '')
const message = async (page: Page, begin: string) => {
  const said = page.getByRole('status').filter({ hasText: begin })
  await said.waitFor()
  return plain(await said.locator('span').first().textContent())
}
const openTasks = async (person: Person) =>
  ((await person.call('/api/tasks?status=pending&sort=due_date')) as { tasks: Task[] }).tasks.map((t) => [
    t.title,
    t.due_date,
  ])
const again = (due: string) => momentOf(due, Date.now(), zone)

test('done says when it comes again, and undo takes both back', async () => {
  const { page, person, id } = await weekly({}, () => '/')
  await page.getByRole('heading', { level: 1, name: 'Water the plants' }).waitFor()
  await page.keyboard.press('e')
  await expect.poll(() => message(page, 'Done')).toBe(`Done: Water the plants. Comes again ${again(inWeek)}`)
  await expect.poll(() => openTasks(person)).toEqual([['Water the plants', inWeek]])
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect.poll(() => openTasks(person)).toEqual([['Water the plants', today]])
  expect((await person.task(id)).status).toBe('pending')
})

test('the last time is said to be it', async () => {
  const { page } = await weekly({ recurrence: { rule: 'FREQ=WEEKLY;COUNT=1', from: 'schedule' } })
  await panel(page).getByRole('checkbox', { name: 'Done' }).click()
  await expect.poll(() => message(page, 'Done')).toBe('Done: Water the plants. That was the last time')
})

test('one time is skipped from the page of the task, and from the palette', async () => {
  const { page, person, id } = await weekly()
  await panel(page).getByRole('button', { name: 'More' }).click()
  await page.getByRole('menuitem', { name: 'Skip this time' }).click()
  await expect.poll(() => message(page, 'Skipped')).toBe(`Skipped: Water the plants. Comes again ${again(inWeek)}`)
  expect((await person.task(id)).status).toBe('cancelled')
  await page.keyboard.press('u')
  await expect.poll(() => openTasks(person)).toEqual([['Water the plants', today]])

  await page.keyboard.press('Control+k')
  await page.getByRole('dialog').getByRole('combobox').fill('skip')
  await page.getByRole('option', { name: 'Skip this time' }).waitFor()
  await page.keyboard.press('Enter')
  await expect.poll(() => openTasks(person)).toEqual([['Water the plants', inWeek]])
})

test('a date is changed for this time alone, or from here on, or not at all', async () => {
  const { page, person, id } = await weekly()
  const due = panel(page).getByLabel('Due', { exact: true })
  const tomorrow = addDays(today, 1)
  await due.fill(tomorrow)
  await asked(page).getByRole('button', { name: 'Only this time' }).waitFor()
  await page.keyboard.press('Escape')
  await expect.poll(() => due.inputValue()).toBe(today)
  expect((await person.task(id)).due_date).toBe(today)

  await due.fill(tomorrow)
  await asked(page).waitFor()
  await page.keyboard.press('Enter') // what is usually meant has the focus
  await expect.poll(() => person.task(id)).toMatchObject({ due_date: tomorrow, recurrence: { slot: today } })

  const after = addDays(today, 2)
  await due.fill(after)
  await asked(page).getByRole('button', { name: 'From here on' }).click()
  await expect.poll(() => person.task(id)).toMatchObject({ due_date: after, recurrence: { slot: after } })
})

test('a title is asked about once it is left, and from here on it is meant for all', async () => {
  const { page, person, id } = await weekly()
  const title = panel(page).getByLabel('Title')
  await title.fill('Water the cactus')
  await page.waitForTimeout(1_200) // whoever thinks in between is not asked
  expect(await asked(page).count()).toBe(0)
  await title.press('Enter')
  await asked(page).getByRole('button', { name: 'Only this time' }).click()
  await expect.poll(() => person.task(id)).toMatchObject({ title: 'Water the cactus' })
  await panel(page).getByRole('checkbox', { name: 'Done' }).click()
  await expect.poll(() => openTasks(person)).toEqual([['Water the plants', inWeek]])
})

test('words stay where they were typed when the question is closed, and are asked about again', async () => {
  const { page, person, id } = await weekly()
  const notes = panel(page).getByLabel('Description')
  await notes.fill('Not too much')
  await notes.blur()
  await asked(page).waitFor()
  await page.keyboard.press('Escape')
  await asked(page).waitFor({ state: 'detached' })
  expect(await notes.inputValue()).toBe('Not too much')
  expect((await person.task(id)).description).toBeNull()
  await notes.focus()
  await notes.blur()
  await asked(page).getByRole('button', { name: 'From here on' }).click()
  await expect.poll(() => person.task(id)).toMatchObject({ description: 'Not too much' })
})

test('a title that is changed in the list is being changed still when the question is closed', async () => {
  const { page, person, id } = await weekly({}, () => '/tasks')
  const title = page.locator('[data-tasks]').getByRole('textbox', { name: 'Title' })
  await page.keyboard.press('j')
  await page.keyboard.press('F2')
  await title.fill('Water the cactus')
  await page.keyboard.press('Enter')
  await asked(page).waitFor()
  await page.keyboard.press('Escape')
  await asked(page).waitFor({ state: 'detached' })
  await expect.poll(() => title.inputValue()).toBe('Water the cactus')
  await page.waitForTimeout(500)
  expect(await asked(page).count()).toBe(0)
  expect(await title.evaluate((field) => field === document.activeElement)).toBe(true)
  await page.keyboard.press('Enter')
  await asked(page).waitFor()
  await page.keyboard.press('Escape')
  await title.blur() // left as it is, it is given up
  await page.locator('[data-tasks]').getByText('Water the plants').waitFor()
  expect((await person.task(id)).title).toBe('Water the plants')
})

test('a day it is dragged or moved to is asked about too', async () => {
  const { page, person, id } = await weekly({}, () => '/upcoming')
  await page.locator(`[data-task="${id}"] a`).focus()
  await page.keyboard.press('Shift+ArrowRight')
  await asked(page).getByRole('button', { name: 'Only this time' }).click()
  await expect.poll(() => person.task(id)).toMatchObject({ due_date: addDays(today, 1), recurrence: { slot: today } })
})

test('undoing what quick add has made takes its project back too', async () => {
  const { page, person } = await weekly()
  await page.keyboard.press('q')
  await page.getByRole('dialog').getByRole('textbox', { name: 'Title' }).fill('Buy nails #Shed')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Escape')
  const projects = async () =>
    ((await person.call('/api/projects')) as { projects: { name: string }[] }).projects.map((p) => p.name)
  await expect.poll(projects).toEqual(['Shed'])
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect.poll(projects).toEqual([])
})
