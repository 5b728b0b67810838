import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import type { Browser, Page, Response } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Task } from '../src/api/client'
import { App, kept, launch, open as openWindow, type Person } from './app'

/** Reminders come to whoever has the app open, in the app and by the system. */

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

/** So many seconds from now, by the server's clock. */
const inSeconds = (n: number) => new Date(Math.ceil(Date.now() / 1000 + n) * 1000).toISOString().replace('.000', '')
const soon = 600

/** A window whose clock can be put forward: nobody has to wait. */
async function open(browser: Browser) {
  const opened = await openWindow(browser)
  await opened.page.context().clock.install()
  return opened
}

/** The moments come that are soon. */
const come = (page: Page) => page.context().clock.fastForward((soon + 60) * 1_000)

/** Adds a task that reminds at a moment of its own. */
const reminding = (person: Person, title: string, at: string): Promise<Task> =>
  person.add({ title, reminders: [{ at }] })

const cards = (page: Page) => page.getByRole('status').filter({ hasText: 'Reminder: ' })
const card = (page: Page, title: string) => cards(page).filter({ hasText: title })

/** Waits for all of an answer: one on its way when the clock goes forward has taken too long. */
async function arrived(page: Page, told: Promise<Response>) {
  await (await told).finished()
  await page.waitForLoadState('networkidle')
}

/** Opens the app once the server has told it of what is to come. */
async function opened(page: Page, path = '/') {
  const told = page.waitForResponse(`${app.url}/api/reminders`)
  await page.goto(app.url + path)
  await arrived(page, told)
}

test('of two tabs one reminds, of what was not done or moved elsewhere, and none does after a reload', async () => {
  const person = await app.person()
  const { page, complaints } = await open(browser)
  await person.signIn(page)
  const other = await page.context().newPage()
  const at = inSeconds(soon)
  await reminding(person, 'Call Ines', at)
  const done = await reminding(person, 'Done elsewhere', at)
  const moved = await reminding(person, 'Moved elsewhere', at)
  await opened(page)
  await opened(other, '/tasks')
  await person.call(`/api/tasks/${done.id}/complete`, 'POST')
  await person.edit(moved.id, { reminders: [{ at: inSeconds(2 * soon) }] })
  const count = async () => (await cards(page).count()) + (await cards(other).count())
  expect(await count()).toBe(0)
  await come(page)
  await expect.poll(count).toBe(1)
  await page.waitForTimeout(1_000)
  expect([...(await cards(page).allInnerTexts()), ...(await cards(other).allInnerTexts())]).toEqual([
    expect.stringContaining('Call Ines'),
  ])
  for (const tab of [page, other]) await opened(tab)
  await page.waitForTimeout(1_500)
  expect(await count()).toBe(0)
  expect(complaints).toEqual([])
})

test('it is done, put off or opened from there, and hostile titles are text', async () => {
  const person = await app.person()
  const { page, complaints } = await open(browser)
  await person.signIn(page)
  const hostile = '<img src=x onerror="document.title=1"> \u202ekcab'
  const first = await reminding(person, hostile, inSeconds(soon))
  const second = await reminding(person, 'Water the plants', inSeconds(soon - 1))
  const daily = { rule: 'FREQ=DAILY', from: 'schedule' as const }
  const pill = {
    title: 'Take the pill',
    due_date: inSeconds(soon - 2),
    reminders: [{ before_minutes: 0 }],
    recurrence: daily,
  }
  const third = await person.add(pill)
  const fourth = await reminding(person, 'Read the letter', inSeconds(soon - 3))
  await opened(page)
  await page.getByRole('link', { name: 'Now' }).first().focus()
  await come(page)
  await card(page, hostile).waitFor()
  await card(page, 'Water the plants').waitFor()
  expect(await cards(page).count()).toBe(2)
  await page.getByText('2 more').waitFor()
  expect(await page.locator('img').count()).toBe(0)

  // Done, and the focus is where it was.
  await card(page, hostile).getByRole('button', { name: 'Done' }).focus()
  await page.keyboard.press('Enter')
  await card(page, hostile).waitFor({ state: 'detached' })
  await expect.poll(async () => (await person.task(first.id)).status).toBe('completed')
  await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toContain('Now')
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect.poll(async () => (await person.task(first.id)).status).toBe('pending')
  expect(await card(page, hostile).count()).toBe(0)

  // Put off: it reminds again, once; of what repeats, this one alone.
  const putOff = async (title: string) => {
    await card(page, title).getByRole('button', { name: 'Snooze' }).click()
    await page.getByRole('menuitem', { name: /^In 1 hour/ }).click()
    await card(page, title).waitFor({ state: 'detached' })
  }
  await putOff('Water the plants')
  await expect.poll(async () => (await person.task(second.id)).status).toBe('snoozed')
  const asleep = await person.task(second.id)
  expect(asleep.reminders).toEqual([{ at: asleep.snoozed_until }])
  await putOff('Take the pill')
  await expect.poll(async () => (await person.task(third.id)).reminders.length).toBe(2)
  await person.call(`/api/tasks/${third.id}/complete`, 'POST')
  const { recurrence } = await person.task(third.id)
  expect((await person.task(recurrence!.next!.id)).reminders).toEqual([{ before_minutes: 0 }])

  await card(page, 'Read the letter').getByRole('link', { name: 'Open' }).click()
  await page.waitForURL(`${app.url}/tasks/${fourth.id}`)
  expect(await cards(page).count()).toBe(0)
  expect(complaints).toEqual([])
})

test('without a server it reminds of what was known', async () => {
  const own = await App.start()
  try {
    const person = await own.person()
    const { page } = await open(browser)
    await person.signIn(page)
    await reminding(person, 'Call Ines', inSeconds(soon))
    const told = page.waitForResponse(`${own.url}/api/reminders`)
    await page.reload()
    await arrived(page, told)
    await page.context().route('**/api/**', (route) => route.abort())
    await come(page)
    await card(page, 'Call Ines').waitFor({ timeout: 20_000 })
  } finally {
    await own.stop()
  }
})

const settings = (page: Page) => page.getByRole('region', { name: 'Reminders' })
const turn = (page: Page) => settings(page).getByRole('switch', { name: 'Notifications on this device' })

type Notice = { title: string; body: string; tag: string; task: string }

const notices = (page: Page): Promise<Notice[]> =>
  page.evaluate(async () => {
    const there = await navigator.serviceWorker.getRegistration()
    const all = (await there?.getNotifications()) ?? []
    return all.map(({ title, body, tag, data }) => ({ title, body, tag, task: (data as { task: string }).task }))
  })

test('who turns it on is told by the system too, while they look elsewhere', async () => {
  const person = await app.person()
  const { page, complaints } = await open(browser)
  await page.context().grantPermissions(['notifications'], { origin: app.url })
  // The tests' browser holds every tab to be looked at.
  await page.context().addInitScript(() => {
    document.hasFocus = () => !Object.hasOwn(window, 'away')
  })
  const away = () => page.evaluate(() => void Object.assign(window, { away: true }))
  await person.signIn(page)
  await kept(page)

  // Allowed by the browser is not yet wanted.
  await reminding(person, 'Not wanted', inSeconds(soon))
  await opened(page)
  await away()
  await come(page)
  await card(page, 'Not wanted').waitFor()
  await page.waitForTimeout(1_000)
  expect(await notices(page)).toEqual([])

  await page.goto(`${app.url}/settings`)
  expect(await turn(page).isChecked()).toBe(false)
  await turn(page).click()
  await expect.poll(() => turn(page).isChecked()).toBe(true)
  const task = await reminding(person, '<b>Call</b> Ines', inSeconds(2 * soon + 60))
  await opened(page, '/settings')
  expect(await turn(page).isChecked()).toBe(true)
  await away()
  await come(page)
  await expect
    .poll(async () => (await notices(page)).map((n) => n.title), { timeout: 15_000 })
    .toEqual(['<b>Call</b> Ines'])
  const [notice] = await notices(page)
  expect(notice).toMatchObject({
    task: task.id,
    body: expect.stringMatching(/^Reminder for today \d\d:\d\d$/) as string,
  })

  // Pressed, the task is shown in the tab that is there, and nothing is left to be done.
  const [worker] = page.context().serviceWorkers()
  await worker!.evaluate(async () => {
    const self = globalThis as unknown as ServiceWorkerGlobalScope
    const [notification] = await self.registration.getNotifications()
    self.dispatchEvent(new NotificationEvent('notificationclick', { notification: notification! }))
  })
  await page.waitForURL(`${app.url}/tasks/${task.id}`)
  await expect.poll(() => notices(page)).toEqual([])
  await expect.poll(() => cards(page).count()).toBe(0)

  // Nothing of one person is left for the next.
  await reminding(person, 'A secret', inSeconds(3 * soon + 120))
  await opened(page, '/settings/account')
  await away()
  await come(page)
  await expect.poll(async () => (await notices(page)).length).toBe(1)
  await page.getByRole('button', { name: 'Sign out', exact: true }).first().click()
  await page.waitForURL(/sign-in/)
  await expect.poll(() => notices(page)).toEqual([])
  expect(complaints).toEqual([])
})

test('a browser that refuses, or has none, is explained and asked for nothing', async () => {
  const person = await app.person()
  const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
  const { page, complaints } = await open(browser)
  await page.context().addInitScript(() => {
    const permission = () => localStorage.getItem('test.permission') as NotificationPermission
    Object.defineProperty(Notification, 'permission', { get: permission })
    Notification.requestPermission = () => {
      localStorage.setItem('test.asked', '1')
      localStorage.setItem('test.permission', 'default')
      return Promise.resolve('default')
    }
    if (permission() === null) localStorage.setItem('test.permission', 'denied')
    if (localStorage.getItem('test.none')) Reflect.deleteProperty(window, 'Notification')
  })
  const clean = async () => {
    await page.evaluate(axe)
    const { violations } = await page.evaluate<AxeResults>(`axe.run(document.querySelector('main'))`)
    return violations.map((v) => v.id)
  }
  await person.signIn(page)
  await page.goto(`${app.url}/settings`)
  await settings(page).getByText('This browser refuses notifications').waitFor()
  expect(await turn(page).isDisabled()).toBe(true)
  expect(await clean()).toEqual([])

  await page.evaluate(() => localStorage.setItem('test.permission', 'default'))
  await page.reload()
  await turn(page).waitFor()
  expect(await page.evaluate(() => localStorage.getItem('test.asked'))).toBeNull()
  await turn(page).click()
  await settings(page).getByText('Turn this on again').waitFor()
  expect(await turn(page).isChecked()).toBe(false)
  expect(await clean()).toEqual([])

  await page.evaluate(() => localStorage.setItem('test.none', '1'))
  await page.reload()
  await settings(page).getByText('This browser has no notifications here').waitFor()
  expect(complaints).toEqual([])
})
