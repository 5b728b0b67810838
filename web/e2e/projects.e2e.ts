import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
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

async function at(path: string, titles: string[], options: Parameters<typeof open>[1] = {}) {
  const person = await app.person()
  const tasks = []
  for (const title of titles) tasks.push(await person.add({ title }))
  const { page, complaints } = await open(browser, options)
  onTestFinished(async () => {
    await page.context().close()
    expect(complaints).toEqual([])
  })
  await person.signIn(page)
  await page.goto(app.url + path.replace('$id', tasks[0]?.id ?? ''))
  return { page, person, tasks }
}

const titles = (page: Page) => page.locator('[data-tasks] a[data-title]').allTextContents()
const panel = (page: Page) => page.locator('[data-panel]')

test('a project is made by keyboard, a task is put into it, and it shows that alone', async () => {
  const { page, person, tasks } = await at('/tasks/$id', ['Paint the fence', 'Pay the bill'])
  const nav = page.getByRole('region', { name: 'Projects' })
  await nav.getByRole('button', { name: 'New project' }).press('Enter')
  await page.getByLabel('Name of the project').fill('Garden')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Garden' }).waitFor()
  await expect.poll(() => titles(page)).toEqual([])

  await page.goto(`${app.url}/tasks/${tasks[0]!.id}`)
  await panel(page).getByLabel('Project').selectOption('Garden')
  await nav.getByRole('link', { name: 'Garden 1 open' }).waitFor()
  await expect.poll(async () => (await person.task(tasks[0]!.id)).project_id).not.toBeNull()
  await page.getByRole('listitem').filter({ hasText: 'Paint the fence' }).getByText('Garden').last().waitFor()

  await nav.getByRole('link', { name: 'Garden' }).press('Enter')
  await page.getByRole('heading', { name: 'Garden' }).waitFor()
  await expect.poll(() => titles(page)).toEqual(['Paint the fence'])
})

test('by thumb a project is picked above the list', async () => {
  const { page, person, tasks } = await at('/tasks', ['Paint the fence', 'Pay the bill'], { viewport: sizes.phone })
  const { id } = (await person.call('/api/projects', 'POST', { name: 'Garden' })) as { id: string }
  await person.edit(tasks[0]!.id, { project_id: id })
  await page.reload()
  await page.getByRole('button', { name: 'Project' }).click()
  await page.getByRole('menuitemradio', { name: 'Garden' }).click()
  await expect.poll(() => titles(page)).toEqual(['Paint the fence'])
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360)
})

test('what a task waits for is found by its words; then it is marked, and done only where that is said', async () => {
  const { page, person, tasks } = await at('/tasks/$id', ['Paint the fence', 'Buy paint'])
  const [fence, paint] = [tasks[0]!, tasks[1]!]
  await panel(page).getByRole('combobox', { name: 'Waits for' }).fill('buy')
  await page.getByRole('option', { name: 'Buy paint' }).waitFor()
  await page.keyboard.press('Enter')
  await expect.poll(() => person.task(fence.id)).toMatchObject({ blocked_by: [paint.id] })
  await panel(page).getByRole('link', { name: 'Buy paint' }).waitFor()
  await page.getByRole('listitem').filter({ hasText: 'Paint the fence' }).getByText('Waiting').last().waitFor()

  await panel(page).getByRole('checkbox', { name: 'Done' }).press('Space')
  await page.getByRole('alert').filter({ hasText: 'Buy paint' }).waitFor()
  expect(await person.task(fence.id)).toMatchObject({ status: 'pending' })
  await page.getByRole('button', { name: 'Complete anyway' }).press('Enter')
  await expect.poll(() => person.task(fence.id)).toMatchObject({ status: 'completed' })
})
