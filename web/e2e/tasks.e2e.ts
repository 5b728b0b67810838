import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
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

/** Somebody with tasks, who looks at the list. */
async function at(path: string, titles: string[], options: Parameters<typeof open>[1] = {}) {
  const person = await app.person()
  for (const title of titles) await person.add({ title })
  const { page, complaints } = await open(browser, options)
  onTestFinished(async () => {
    await page.context().close()
    expect(complaints).toEqual([])
  })
  await person.signIn(page)
  await page.goto(app.url + path)
  if (titles[0]) await row(page, titles[0]).first().waitFor()
  return { page, person }
}

const rows = (page: Page) => page.locator('[data-tasks] a[data-title]')
const row = (page: Page, title: string) => rows(page).filter({ hasText: title })
const titles = (page: Page) => rows(page).allTextContents()
const line = (page: Page, title: string) =>
  page.getByRole('listitem').filter({ has: page.locator('a[data-title]', { hasText: title }) })

async function find(person: Person, title: string) {
  const { tasks } = (await person.call(`/api/tasks?q=${encodeURIComponent(title)}`)) as { tasks: { id: string }[] }
  return person.task(tasks[0]!.id)
}

test('a task is added, edited in its row, done, and open again by undo', async () => {
  const { page, person } = await at('/tasks', ['Water the plants'])
  await page.keyboard.press('q')
  await page.getByRole('textbox', { name: 'Title' }).fill('Pay the bill')
  await page.keyboard.press('Enter')
  await row(page, 'Pay the bill').waitFor()
  expect(await titles(page)).toEqual(['Pay the bill', 'Water the plants'])
  await page.keyboard.press('Escape')

  await line(page, 'Pay the bill').getByRole('button', { name: 'Change the title' }).click()
  await page.getByRole('textbox', { name: 'Title' }).fill('Pay the electricity bill')
  await page.keyboard.press('Enter')
  await row(page, 'Pay the electricity bill').waitFor()

  await line(page, 'Pay the electricity bill').getByRole('button', { name: 'Priority 3' }).click()
  await page.getByRole('button', { name: '5 highest' }).click()
  await line(page, 'Pay the electricity bill').getByRole('button', { name: 'Priority 5' }).waitFor()

  await line(page, 'Pay the electricity bill').getByRole('button', { name: 'Due: Pay' }).click()
  await page.getByRole('button', { name: /^Tomorrow/ }).click()
  await line(page, 'Pay the electricity bill').getByRole('button', { name: 'Tomorrow' }).waitFor()

  await line(page, 'Pay the electricity bill').getByRole('button', { name: 'Effort: Pay' }).click()
  await page.getByRole('spinbutton', { name: 'Minutes' }).fill('25')
  await page.keyboard.press('Enter')
  await line(page, 'Pay the electricity bill').getByRole('button', { name: '25 min' }).waitFor()
  await expect
    .poll(() => find(person, 'Pay the electricity bill'))
    .toMatchObject({
      priority: 5,
      effort_estimate_minutes: 25,
      due_date: expect.stringMatching(/^\d{4}-\d\d-\d\d$/) as string,
    })

  await page.getByRole('checkbox', { name: 'Done: Pay the electricity bill' }).click()
  await expect.poll(() => titles(page)).toEqual(['Water the plants'])
  await expect.poll(() => find(person, 'Pay the electricity bill')).toMatchObject({ status: 'completed' })
  await page.getByRole('button', { name: 'Undo' }).last().click()
  await expect.poll(() => titles(page)).toEqual(['Pay the electricity bill', 'Water the plants'])
  await expect.poll(() => find(person, 'Pay the electricity bill')).toMatchObject({ status: 'pending' })
})

test('what is searched, sorted and filtered is in the address, and Back goes back', async () => {
  const { page, person } = await at('/tasks', ['Apples', 'pears and apples', 'Cherries'])
  await person.edit((await find(person, 'Cherries')).id, { priority: 5, tags: ['fruit'] })

  await page.keyboard.press('/')
  await page.keyboard.type('APPLES')
  await expect.poll(() => titles(page)).toEqual(['pears and apples', 'Apples'])
  expect(new URL(page.url()).search).toBe('?q=APPLES')
  await page.keyboard.press('Escape')
  await expect.poll(() => rows(page).count()).toBe(3)

  await page.getByRole('button', { name: 'Sort: Created' }).click()
  await page.getByRole('menuitemradio', { name: 'Title' }).click()
  await expect.poll(() => titles(page)).toEqual(['Apples', 'Cherries', 'pears and apples'])
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Sort: Title' }).click()
  await page.getByRole('menuitemradio', { name: 'Priority' }).click()
  await expect
    .poll(() => page.locator('main').getByRole('heading', { level: 2 }).allTextContents())
    .toEqual(['Priority 5', 'Priority 3'])

  await page.reload()
  await expect
    .poll(() => page.locator('main').getByRole('heading', { level: 2 }).allTextContents())
    .toEqual(['Priority 5', 'Priority 3'])
  await page.getByRole('button', { name: 'Tag' }).click()
  await page.getByRole('menuitemcheckbox', { name: 'fruit' }).click()
  await expect.poll(() => titles(page)).toEqual(['Cherries'])
  await page.goBack()
  await expect.poll(() => rows(page).count()).toBe(3)
  await page.goBack()
  await expect.poll(() => titles(page)).toEqual(['Apples', 'Cherries', 'pears and apples'])
})

test('many are changed at once, with one way back', async () => {
  const { page, person } = await at('/tasks', ['one', 'two', 'three', 'four'])
  await line(page, 'four').hover()
  await page.getByRole('checkbox', { name: 'Select: four' }).click()
  await page.getByRole('checkbox', { name: 'Select: two' }).click({ modifiers: ['Shift'] })
  await page.getByText('3 selected').waitFor()
  await page.getByRole('button', { name: 'Priority…' }).click()
  await page.getByRole('button', { name: '4 high' }).click()
  await page.getByText('Priority 4: 3 tasks').waitFor()
  const priorities = () =>
    Promise.all(['one', 'two', 'three', 'four'].map(async (t) => (await find(person, t)).priority))
  expect(await priorities()).toEqual([3, 4, 4, 4])
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect.poll(priorities).toEqual([3, 3, 3, 3])

  await page.getByRole('button', { name: 'Select', exact: true }).click()
  await page.getByRole('button', { name: 'All 4' }).click()
  await page.getByRole('button', { name: 'Delete' }).click()
  await page.getByText('Deleted: 4 tasks').waitFor()
  await page.getByRole('heading', { name: 'Your desk is clear' }).waitFor()
  await page.keyboard.press('u')
  await expect.poll(() => titles(page)).toEqual(['four', 'three', 'two', 'one'])
})

test('many are one request; what refuses is named, and left as it was', async () => {
  const { page, person } = await at('/tasks', ['one', 'two', 'three'])
  const [one, two] = [await find(person, 'one'), await find(person, 'two')]
  await person.edit(two.id, { blocked_by: [one.id] })
  await page.reload()
  await row(page, 'three').waitFor()
  const sent: string[] = []
  page.on('request', (r) => r.method() === 'POST' && sent.push(new URL(r.url()).pathname))
  await page.getByRole('checkbox', { name: 'Select: two' }).click()
  await page.getByRole('checkbox', { name: 'Select: three' }).click()
  await page.getByRole('button', { name: 'Done', exact: true }).click()
  await page.getByText('Done: 1 task', { exact: true }).waitFor()
  const why = page.getByRole('alert').filter({ hasText: 'left as it was' })
  expect((await why.textContent())?.replace(/[\u2066-\u2069]/g, '')).toMatch(/^“two” was left as it was\. Waits for/)
  expect(sent).toEqual(['/api/tasks/bulk', '/api/tasks/bulk'])
  expect((await find(person, 'two')).status).toBe('pending')
  expect((await find(person, 'three')).status).toBe('completed')
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect.poll(async () => (await find(person, 'three')).status).toBe('pending')
})

test('a limit on changes is waited for, and can be stopped', async () => {
  const { page, person } = await at('/tasks', ['one', 'two', 'three'])
  const refuse = (after: string, times: number) =>
    page.route(
      '**/api/tasks/bulk',
      (route) => route.fulfill({ status: 429, headers: { 'Retry-After': after }, json: { title: 'No' } }),
      { times },
    )
  await refuse('1', 1)
  await page.getByRole('button', { name: 'Select', exact: true }).click()
  await page.getByRole('button', { name: 'All 3' }).click()
  await page.getByRole('button', { name: 'Priority…' }).click()
  await page.getByRole('button', { name: '5 highest' }).click()
  await page.getByRole('progressbar').waitFor()
  await page.getByText('goes on in 1 s').waitFor()
  await page.getByText('Priority 5: 3 tasks').waitFor()
  expect((await find(person, 'one')).priority).toBe(5)

  await refuse('60', 9)
  await page.getByRole('button', { name: 'Select', exact: true }).click()
  await page.getByRole('button', { name: 'All 3' }).click()
  await page.getByRole('button', { name: 'Done', exact: true }).click()
  await page.getByRole('button', { name: 'Stop' }).click()
  await expect.poll(() => rows(page).count()).toBe(3)
  expect((await find(person, 'one')).status).toBe('pending')
})

describe('a task at the side', () => {
  test('has an address, and Back and Escape leave it', async () => {
    const { page, person } = await at('/tasks', ['one', 'two'])
    await row(page, 'two').click()
    const panel = page.getByRole('complementary', { name: 'Task: two' })
    await panel.waitFor()
    const { id } = await find(person, 'two')
    expect(new URL(page.url()).pathname).toBe(`/tasks/${id}`)
    await page.goBack()
    await panel.waitFor({ state: 'detached' })
    await page.goForward()
    await panel.waitFor()
    await page.keyboard.press('Escape')
    await panel.waitFor({ state: 'detached' })

    const done = await person.add({ title: 'Not in the list' })
    await person.call(`/api/tasks/${done.id}/complete`, 'POST')
    await page.goto(`${app.url}/tasks/${done.id}`)
    await page.getByRole('complementary', { name: 'Task: Not in the list' }).waitFor()
    await page.getByRole('checkbox', { name: 'Open again' }).click()
    await row(page, 'Not in the list').waitFor()
  })

  test('takes every field, and says what is wrong with one', async () => {
    const { page, person } = await at('/tasks', ['one'])
    const { id } = await find(person, 'one')
    await row(page, 'one').click()
    const panel = page.locator('[data-panel]')
    await panel.getByLabel('Title').fill('Another title')
    await panel.getByLabel('Title').press('Enter')
    await panel.getByLabel('Description').fill('What is to be known\nabout it')
    await panel.getByRole('button', { name: '4', exact: true }).click()
    await panel.getByLabel('Due', { exact: true }).fill('2027-03-28')
    await panel.getByLabel('Due: time').fill('17:00')
    await panel.getByLabel('Starts', { exact: true }).fill('2027-03-27')
    await panel.getByRole('button', { name: 'Effort 30 min' }).click()
    await panel.getByLabel('Best in the').selectOption('evening')
    await panel.getByLabel('Tags').fill('home, garden')
    await panel.getByLabel('Tags').press('Enter')
    await panel.getByRole('button', { name: 'Take away the tag home' }).click()
    await panel.getByLabel('Status').selectOption('in_progress')
    await expect
      .poll(() => person.task(id))
      .toMatchObject({
        title: 'Another title',
        description: 'What is to be known\nabout it',
        priority: 4,
        due_date: '2027-03-28T15:00:00Z',
        start_date: '2027-03-27',
        effort_estimate_minutes: 30,
        preferred_time: 'evening',
        tags: ['garden'],
        status: 'in_progress',
      })

    await panel.getByLabel('Effort', { exact: true }).fill('99999')
    await panel.getByText(/10080/).waitFor()
    await panel.getByLabel('Effort', { exact: true }).fill('45')
    await expect.poll(() => person.task(id)).toMatchObject({ effort_estimate_minutes: 45 })
    await expect.poll(() => panel.getByText(/10080/).count()).toBe(0)
  })

  // Seen red where a pause or leaving the field alone saved it.
  test('keeps what was typed a moment ago when the tab is closed, or read anew', async () => {
    const { page, person } = await at('/tasks', ['one'])
    const { id } = await find(person, 'one')
    await row(page, 'one').click()
    const description = page.locator('[data-panel]').getByLabel('Description')
    await description.fill('before the reload')
    await page.reload()
    await expect.poll(() => person.task(id)).toMatchObject({ description: 'before the reload' })
    await description.fill('and before the end')
    await page.close({ runBeforeUnload: true })
    await expect.poll(() => person.task(id)).toMatchObject({ description: 'and before the end' })
  })

  test('notices that somebody else was quicker, and lets one choose', async () => {
    const { page, person } = await at('/tasks', ['one'])
    const { id } = await find(person, 'one')
    await row(page, 'one').click()
    const title = page.locator('[data-panel]').getByLabel('Title')
    await title.press('End')
    await title.pressSequentially('!')
    await person.edit(id, { title: 'theirs' })
    await title.pressSequentially('!')
    await page.getByRole('dialog', { name: 'This task was changed meanwhile' }).waitFor()
    await page.getByRole('button', { name: 'Keep mine' }).click()
    await expect.poll(() => person.task(id)).toMatchObject({ title: 'one!!' })
  })

  test('is deleted, and brought back', async () => {
    const { page, person } = await at('/tasks', ['one', 'two'])
    const { id } = await find(person, 'two')
    await row(page, 'two').click()
    await page.locator('[data-panel]').getByRole('button', { name: 'Delete' }).click()
    await expect.poll(() => titles(page)).toEqual(['one'])
    await page.getByRole('button', { name: 'Restore' }).click()
    await expect.poll(() => titles(page)).toEqual(['two', 'one'])
    await page.locator('[data-panel]').getByLabel('Title').waitFor()
    await person.task(id)
  })
})

test('everything by keyboard alone', async () => {
  const { page, person } = await at('/tasks', ['one', 'two', 'three', 'four'])
  const press = async (...keys: string[]) => {
    for (const key of keys) await page.keyboard.press(key)
  }
  const focused = () => page.evaluate(() => document.activeElement?.textContent)
  await press('j')
  await expect.poll(focused).toBe('four')
  await press('j', 'ArrowDown', 'k')
  await expect.poll(focused).toBe('three')
  await press('5')
  await line(page, 'three').getByRole('button', { name: 'Priority 5' }).waitFor()
  await press('s')
  await line(page, 'three').getByText('Doing').last().waitFor()
  await press('d')
  await page.getByRole('dialog', { name: 'Due' }).waitFor()
  await press('Enter')
  await line(page, 'three').getByRole('button', { name: 'Today' }).waitFor()
  await expect.poll(focused).toBe('three')
  await press('z')
  await page.getByRole('dialog', { name: 'Snooze until' }).waitFor()
  await press('ArrowDown', 'Enter')
  await expect.poll(() => find(person, 'three')).toMatchObject({ status: 'snoozed' })
  await press('F2')
  await page.keyboard.type('drei')
  await press('Enter')
  await expect.poll(focused).toBe('drei')
  await press('e')
  await expect.poll(() => titles(page)).toEqual(['four', 'two', 'one'])
  await expect.poll(focused).toBe('two') // what took its place
  await press('x', 'j', 'Shift+X')
  await page.getByText('2 selected').waitFor()
  await press('Delete')
  await expect.poll(() => titles(page)).toEqual(['four'])
  await page.getByText('Deleted: 2 tasks').waitFor()
  await press('u')
  await expect.poll(() => titles(page)).toEqual(['four', 'two', 'one'])
  await press('j')
  const before = await focused()
  await press('Enter')
  await page.getByRole('complementary', { name: `Task: ${before}` }).waitFor()
  await press('k')
  await press('Enter')
  await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe('Title')
  await press('End')
  await page.keyboard.type('!')
  await press('Escape', 'Escape')
  await expect.poll(() => new URL(page.url()).pathname).toBe('/tasks')
  await expect.poll(() => titles(page)).toContain('two!')
  await expect.poll(focused).toBe('two!')
})

test('on a phone a task is a page of its own, and many are chosen by thumb', async () => {
  const { page } = await at('/tasks', ['one', 'two'], { viewport: { width: 360, height: 740 }, hasTouch: true })
  await row(page, 'two').tap()
  await page.getByRole('complementary', { name: 'Task: two' }).waitFor()
  expect(await row(page, 'one').isVisible()).toBe(false)
  await page.goBack()
  await expect.poll(() => row(page, 'one').isVisible()).toBe(true)
  await page.getByRole('button', { name: 'Select', exact: true }).tap()
  await page.getByRole('checkbox', { name: 'Select: one' }).tap()
  await page.getByRole('group', { name: 'Selected tasks' }).getByRole('button', { name: 'Done' }).tap()
  await expect.poll(() => titles(page)).toEqual(['two'])
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360)
})

test('all that can be done, best first', async () => {
  const { page } = await at('/tasks', ['one', 'two'])
  await page.goto(`${app.url}/ranked`)
  await page.getByText('2, best first').waitFor()
  const [one, two] = await page
    .locator('li[aria-posinset]')
    .evaluateAll((li) => li.map((l) => l.getBoundingClientRect()))
  expect(two!.top).toBeCloseTo(one!.bottom, 0) // each right below the one before
  await page.getByRole('checkbox', { name: 'Done: one' }).click()
  await page.getByText('1, best first').waitFor()
})
