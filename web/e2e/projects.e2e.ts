import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
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

/** Projects of these names; one after a colon is in the one before it. */
async function make(person: Person, names: string[]) {
  const ids = new Map<string, string>()
  for (const each of names) {
    const [parent, name = ''] = each.includes(':') ? each.split(':') : [undefined, each]
    const body = { name, ...(parent ? { parent_id: ids.get(parent) } : {}) }
    ids.set(name, ((await person.call('/api/projects', 'POST', body)) as { id: string }).id)
  }
  return ids
}

const nav = (page: Page) => page.getByRole('region', { name: 'Projects' })
const named = async (page: Page) =>
  (await nav(page).locator('a[data-project] span[dir=auto]').allTextContents()).map((name) => name.trim())
const stored = async (person: Person) =>
  ((await person.call('/api/projects')) as { projects: { name: string }[] }).projects.map((p) => p.name)

test('a project is renamed, gets one in it, is archived and taken up again', async () => {
  const { page, person } = await at('/tasks', [])
  const ids = await make(person, ['Garden', 'House'])
  await page.goto(`${app.url}/tasks?project=${ids.get('Garden')}`)
  const menu = async (item: string) => {
    await page.getByRole('button', { name: 'Change the project' }).press('Enter')
    await page.getByRole('menuitem', { name: item }).press('Enter')
  }
  await menu('Rename or move…')
  await page.getByLabel('Name', { exact: true }).fill('Back garden')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Back garden' }).waitFor()
  await expect.poll(() => named(page)).toEqual(['Back garden', 'House'])
  await expect.poll(() => stored(person)).toEqual(['Back garden', 'House'])

  await menu('New sub-project…')
  await page.getByLabel('Name', { exact: true }).fill('Beds')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Beds' }).waitFor()
  await expect.poll(() => named(page)).toEqual(['Back garden', 'Beds', 'House'])

  await nav(page).getByRole('link', { name: 'Back garden' }).click()
  await menu('Archive')
  await page.getByText('Archived. Its tasks are').waitFor()
  await expect.poll(() => named(page)).toEqual(['House'])
  await nav(page).getByRole('button', { name: 'Archived 2' }).click()
  await nav(page).getByRole('list', { name: 'Archived' }).getByRole('link', { name: 'Back garden' }).waitFor()
  await page.getByRole('button', { name: 'Take it up again' }).press('Enter')
  await expect.poll(() => named(page)).toEqual(['Back garden', 'Beds', 'House'])
  await page.keyboard.press('u')
  await expect.poll(() => named(page)).toEqual(['House'])
})

test('one in a project that was put away is renamed where it is; one that was just made is taken back', async () => {
  const { page, person } = await at('/tasks', [])
  const ids = await make(person, ['Garden', 'Garden:Beds', 'House'])
  await person.call(`/api/projects/${ids.get('Garden')}/archive`, 'POST')
  await page.goto(`${app.url}/tasks?project=${ids.get('Beds')}`)
  await page.getByRole('button', { name: 'Change the project' }).press('Enter')
  await page.getByRole('menuitem', { name: 'Rename or move…' }).press('Enter')
  await page.getByLabel('Name', { exact: true }).fill('Flower beds')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Flower beds' }).waitFor()
  await expect
    .poll(() => person.call(`/api/projects/${ids.get('Beds')}`))
    .toMatchObject({ name: 'Flower beds', parent_id: ids.get('Garden') })

  await nav(page).getByRole('button', { name: 'New project' }).press('Enter')
  await page.getByLabel('Name of the project').fill('Attic')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Attic' }).waitFor()
  await page.keyboard.press('u')
  await expect.poll(() => stored(person)).not.toContain('Attic')
  await expect.poll(() => named(page)).toEqual(['House'])
})

// Seen red where the list of all was asked for before the project was gone.
test('before a project is deleted it is said what goes along; undo brings all of it back', async () => {
  const { page, person, tasks } = await at('/tasks', ['Paint the fence'])
  const ids = await make(person, ['Garden', 'Garden:Beds', 'House'])
  await person.edit(tasks[0]!.id, { project_id: ids.get('Beds') })
  await page.goto(`${app.url}/tasks?project=${ids.get('Garden')}`)
  await page.getByRole('heading', { name: 'Garden' }).waitFor()
  await page.getByRole('button', { name: 'Change the project' }).click()
  await page.getByRole('menuitem', { name: 'Delete…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Delete the project?' })
  await dialog.getByText('1 sub-project and 1 open task').waitFor()
  await dialog.getByRole('button', { name: 'Delete' }).click()
  await expect.poll(() => named(page)).toEqual(['House'])
  await page.getByRole('heading', { name: 'Tasks' }).waitFor()
  await expect.poll(() => titles(page)).toEqual([])
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect.poll(() => named(page)).toEqual(['Garden', 'Beds', 'House'])
  await expect.poll(() => titles(page)).toEqual(['Paint the fence'])
})

test('projects are put in order by keyboard and by mouse, those in another among themselves', async () => {
  const { page, person } = await at('/tasks', [])
  await make(person, ['A', 'A:a1', 'A:a2', 'B', 'C'])
  await page.reload()
  await expect.poll(() => named(page)).toEqual(['A', 'a1', 'a2', 'B', 'C'])
  const link = (name: string) => nav(page).locator('a[data-project]').filter({ hasText: name })
  await link('B').focus()
  await page.keyboard.press('Alt+ArrowUp')
  await expect.poll(() => named(page)).toEqual(['B', 'A', 'a1', 'a2', 'C'])
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('B')
  await link('a1').focus()
  await page.keyboard.press('Alt+ArrowDown')
  await expect.poll(() => named(page)).toEqual(['B', 'A', 'a2', 'a1', 'C'])
  await link('C').dragTo(link('B'), { targetPosition: { x: 40, y: 4 } })
  await expect.poll(() => named(page)).toEqual(['C', 'B', 'A', 'a2', 'a1'])
  await page.reload()
  await expect.poll(() => named(page)).toEqual(['C', 'B', 'A', 'a2', 'a1'])
})

test('tasks of a project are added where they are, put in order by keyboard and by mouse, and stay so', async () => {
  const { page, person } = await at('/tasks', [])
  const ids = await make(person, ['Garden', 'Garden:Beds'])
  await page.goto(`${app.url}/tasks?project=${ids.get('Garden')}`)
  await page.getByRole('textbox', { name: 'Add a task to it' }).focus()
  for (const title of ['one', 'two', 'three']) {
    await page.keyboard.type(title)
    await page.keyboard.press('Enter')
  }
  await expect.poll(() => titles(page)).toEqual(['one', 'two', 'three'])
  const row = (title: string) =>
    page.getByRole('listitem').filter({ has: page.locator('a[data-title]', { hasText: title }) })
  await row('three').locator('a[data-title]').focus()
  await page.keyboard.press('Alt+ArrowUp')
  await expect.poll(() => titles(page)).toEqual(['one', 'three', 'two'])
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('three')
  await row('two').dragTo(row('one'), { targetPosition: { x: 300, y: 4 } })
  await expect.poll(() => titles(page)).toEqual(['two', 'one', 'three'])
  await person.add({ title: 'Weed', project_id: ids.get('Beds')! })
  const three = (await person.call('/api/tasks?q=three')) as { tasks: { id: string }[] }
  await person.add({ title: 'a step', parent_id: three.tasks[0]!.id })
  await page.reload()
  await expect.poll(() => titles(page)).toEqual(['two', 'one', 'three', 'Weed'])
  await page.getByRole('heading', { name: 'Beds', level: 2 }).waitFor()
  await row('two').hover()
  await row('two').getByRole('button', { name: 'Move: two' }).click()
  await page.getByRole('menuitem', { name: 'To the bottom' }).click()
  await expect.poll(() => titles(page)).toEqual(['one', 'three', 'two', 'Weed'])
})

test('by thumb a project is made and filled', async () => {
  const { page } = await at('/tasks', [], { viewport: sizes.phone, hasTouch: true, isMobile: true })
  await page.getByRole('button', { name: 'Project' }).tap()
  await page.getByRole('menuitem', { name: 'New project…' }).tap()
  await page.getByLabel('Name', { exact: true }).fill('Garden')
  await page.getByRole('button', { name: 'Make it' }).tap()
  await page.getByRole('heading', { name: 'Garden' }).waitFor()
  for (const title of ['one', 'two']) {
    await page.getByRole('textbox', { name: 'Add a task to it' }).fill(title)
    await page.keyboard.press('Enter')
  }
  await page.getByRole('button', { name: 'Move: two' }).tap()
  await page.getByRole('menuitem', { name: 'Move up' }).tap()
  await expect.poll(() => titles(page)).toEqual(['two', 'one'])
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360)
})
