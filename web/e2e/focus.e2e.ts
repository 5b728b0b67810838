import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { App, launch, open } from './app'
import { add } from './seed'

/** Where the focus is after each act, and what the window is called: nobody is thrown back to the top of the page. */

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

async function desk(path = '/', options: BrowserContextOptions = {}) {
  const ada = await app.person()
  const tasks = await add(ada, [
    { title: 'First', priority: 5 },
    { title: 'Second', priority: 4 },
    { title: 'Third', priority: 3 },
    { title: 'Fourth', priority: 2 },
  ])
  const { page, complaints } = await open(browser, options)
  onTestFinished(async () => {
    await page.context().close()
    expect(complaints).toEqual([])
  })
  await ada.signIn(page)
  if (path !== '/') await page.goto(app.url + path)
  await page.getByText('First').first().waitFor()
  return { page, ada, tasks }
}

const focused = (page: Page) =>
  page.evaluate(() => {
    const at = document.activeElement!
    return at === document.body ? 'nowhere' : (at.getAttribute('aria-label') ?? at.textContent)
  })
const press = async (page: Page, ...keys: string[]) => {
  for (const key of keys) await page.keyboard.press(key)
}

describe('on Now', () => {
  test.each([
    ['Done', []],
    ['Not now', []],
    ['Snooze', ['ArrowDown', 'Enter']],
  ])('%s leaves it on the task that is best then', async (name, then) => {
    const { page } = await desk()
    await page.getByRole('button', { name, exact: true }).focus()
    await press(page, 'Enter')
    if (then.length > 0) await page.getByRole('menuitem').first().waitFor()
    await press(page, ...then)
    await page.getByRole('heading', { level: 1, name: 'Second' }).waitFor()
    await expect.poll(() => focused(page)).toBe('Second')
  })

  test('a ring that is pressed leaves it on the next', async () => {
    const { page } = await desk()
    await page.getByRole('checkbox', { name: 'Done: Second' }).focus()
    await press(page, 'Space')
    await expect.poll(() => focused(page)).toBe('Done: Third')
  })

  test('Undo and Dismiss give it back', async () => {
    const { page } = await desk()
    await page.getByRole('checkbox', { name: 'Done: Second' }).focus()
    await press(page, 'Space')
    await page.getByRole('button', { name: 'Undo' }).focus()
    await press(page, 'Enter')
    await expect.poll(() => focused(page)).toBe('Done: Third')
  })
})

describe('in Tasks', () => {
  test('a ring leaves it on what takes its place', async () => {
    const { page } = await desk('/tasks')
    await press(page, 'j', 'j')
    await page.getByRole('checkbox', { name: 'Done: Third' }).focus()
    await press(page, 'Space')
    await expect.poll(() => page.getByText('Third', { exact: true }).count()).toBe(0)
    await expect.poll(() => focused(page)).toBe('Second')
  })

  test('Delete of several leaves it in the list', async () => {
    const { page } = await desk('/tasks')
    await press(page, 'j', 'x', 'j', 'x')
    const bar = page.getByRole('group', { name: 'Selected tasks' })
    await bar.getByRole('button', { name: 'Delete' }).focus()
    await press(page, 'Enter')
    await page.getByText('Deleted: 2 tasks').waitFor()
    await expect.poll(() => focused(page)).toBe('First')
  })

  test('Delete in the panel leaves it there', async () => {
    const { page, tasks } = await desk('/tasks')
    await page.goto(`${app.url}/tasks/${tasks[1]!.id}`)
    await page.locator('[data-panel]').getByRole('button', { name: 'Delete' }).focus()
    await press(page, 'Enter')
    await page.locator('[data-panel]').getByRole('button', { name: 'Restore' }).waitFor()
    await expect.poll(() => focused(page)).toBe('Task: Second')
  })
})

test('what a task waits for hands it on when it is taken out, the last to the field', async () => {
  const { page, ada, tasks } = await desk('/tasks')
  await ada.edit(tasks[0]!.id, { blocked_by: [tasks[1]!.id, tasks[2]!.id] })
  await page.goto(`${app.url}/tasks/${tasks[0]!.id}`)
  const out = (title: string) => page.getByRole('button', { name: `Wait no longer for ${title}` })
  await out('Second').press('Enter')
  await expect.poll(() => focused(page)).toBe('Third')
  await out('Third').press('Enter')
  await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('placeholder'))).toBe('Find a task')
})

test('a project that is made, given up, taken up again or deleted leaves it in a place', async () => {
  const { page, ada } = await desk('/tasks')
  await page.getByRole('button', { name: 'New project' }).press('Enter')
  await page.getByLabel('Name of the project').fill('Garden')
  await press(page, 'Escape')
  await expect.poll(() => focused(page)).toBe('New project')
  await press(page, 'Enter')
  await page.getByLabel('Name of the project').fill('Garden')
  await press(page, 'Enter')
  await page.getByRole('heading', { level: 1, name: 'Garden' }).waitFor()
  await expect.poll(() => focused(page)).toBe('Garden')

  const { projects } = (await ada.call('/api/projects')) as { projects: { id: string }[] }
  await ada.call(`/api/projects/${projects[0]!.id}/archive`, 'POST')
  await page.reload()
  await page.getByRole('button', { name: 'Take it up again' }).press('Enter')
  await expect.poll(() => focused(page)).toBe('Garden')

  await page.getByRole('button', { name: 'Change the project' }).press('Enter')
  await page.getByRole('menuitem', { name: 'Delete…' }).press('Enter')
  await page.getByRole('button', { name: 'Delete', exact: true }).press('Enter')
  await page.getByRole('heading', { level: 1, name: 'Tasks' }).waitFor()
  await expect.poll(() => focused(page)).toBe('Tasks')
})

test('on Upcoming a ring leaves it on the next', async () => {
  const { page, ada, tasks } = await desk()
  const today = new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/Berlin' }).format()
  for (const task of tasks) await ada.edit(task.id, { due_date: today })
  await page.goto(`${app.url}/upcoming`)
  await page.getByRole('checkbox', { name: 'Done: Second' }).focus()
  await press(page, 'Space')
  await expect.poll(() => focused(page)).toBe('Done: Third')
})

test('each screen has a name, and who came by a key goes on from it', async () => {
  const { page, tasks } = await desk()
  expect(await page.title()).toBe('Now · MindFlow')
  await page.reload()
  await page.getByRole('heading', { level: 1, name: 'First' }).waitFor()
  await page.locator('[inert]').waitFor({ state: 'detached' })
  await press(page, 'Tab')
  expect(await focused(page)).toBe('Skip to the content')
  await page.evaluate(() => (document.activeElement as HTMLElement).blur())
  for (const [key, name] of [
    ['t', 'Tasks'],
    ['u', 'Upcoming'],
    ['s', 'Settings'],
  ] as const) {
    await press(page, 'g', key)
    await expect.poll(() => page.title()).toBe(`${name} · MindFlow`)
    await expect.poll(() => focused(page)).toBe(name)
    await page.evaluate(() => (document.activeElement as HTMLElement).blur())
  }
  await page.goto(`${app.url}/tasks/${tasks[2]!.id}`)
  await expect.poll(() => page.title()).toBe('Third · MindFlow')
  await press(page, 'Escape')
  await expect.poll(() => page.title()).toBe('Tasks · MindFlow')
  await page.goto(`${app.url}/nowhere`)
  await expect.poll(() => page.title()).toBe('Not found · MindFlow')
})

test('a dialog without a shown name has no stop that cannot be seen', async () => {
  const { page } = await desk()
  for (const key of ['q', 'Control+k']) {
    await press(page, key)
    await page.getByRole('dialog').waitFor()
    const close = page.getByRole('dialog').getByRole('button', { name: 'Close' })
    expect(await close.count()).toBe(1)
    const box = await close.boundingBox()
    expect(Math.min(box!.width, box!.height)).toBeGreaterThanOrEqual(32)
    await close.click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
  }
})

test('Back closes what is open over a screen', async () => {
  const { page } = await desk()
  await press(page, 'g', 't')
  await page.waitForURL(`${app.url}/tasks`)
  await press(page, 'q')
  await page.getByRole('dialog').waitFor()
  await page.goBack()
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  expect(new URL(page.url()).pathname).toBe('/')
})
