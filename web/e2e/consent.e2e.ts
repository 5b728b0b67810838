import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { App, launch, open, password, type Person } from './app'
import { Program, Waiting } from './program'

/** A program asks to be let in; the person sees who it is, gives it less, and cuts it off. */

let app: App
let browser: Browser
let waiting: Waiting
let ada: Person

beforeAll(async () => {
  app = await App.start()
  browser = await launch()
  waiting = await Waiting.begin()
  ada = await app.person()
})

afterAll(async () => {
  waiting?.end()
  await browser?.close()
  await app?.stop()
})

const introduce = (name: string) => Program.introduce(app.url, name, `${waiting.url}/done`)

const allow = (page: Page) => page.getByRole('button', { name: 'Allow', exact: true })
const deny = (page: Page) => page.getByRole('button', { name: 'Deny', exact: true })

/** Waits until a press counts. */
const calm = (page: Page) => page.locator('button:not([aria-disabled=true])', { hasText: /^Allow$/ }).waitFor()

const signInHere = async (page: Page, person: Person) => {
  await page.getByLabel('E-mail').fill(person.email)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

test('somebody signs in on the way, allows less than is asked for, and cuts it off', async () => {
  const task = await ada.add({ title: 'Water the plants' })
  const name = '<b>Claws</b>'
  const program = await introduce(name)
  const { page, complaints } = await open(browser)
  await page.goto(app.url + program.path())
  await page.waitForURL(/\/sign-in\?/)
  await signInHere(page, ada)

  await page.getByRole('heading', { name: `Let “${name}” use your MindFlow?` }).waitFor()
  expect(new URL(page.url()).pathname + new URL(page.url()).search, 'to the letter').toBe(program.path())
  await page.getByText(ada.email).waitFor()
  await page.getByText(/It gave itself its name, and anybody can/).waitFor()
  await page.getByText('An app on this computer').waitFor()
  expect(await page.evaluate(() => document.activeElement?.tagName), 'Enter is for nothing yet').not.toBe('BUTTON')

  // By keyboard: the boxes, then Deny, then Allow. It asks for the account as well, which is of no use to it.
  expect(await page.getByRole('checkbox').count()).toBe(2)
  await page.getByLabel('Read your tasks').focus()
  await page.keyboard.press('Tab')
  await page.keyboard.press('Space')
  await page.keyboard.press('Tab')
  expect(await deny(page).evaluate((b) => b === document.activeElement)).toBe(true)
  await page.keyboard.press('Tab')
  await calm(page)
  await page.keyboard.press('Enter')
  await page.getByText('Back in the program').waitFor()
  const back = waiting.came.at(-1)!
  expect(Object.fromEntries([...back.searchParams].filter(([n]) => n !== 'code'))).toEqual({
    state: program.state,
    iss: app.url,
  })

  const token = await program.token(back.searchParams.get('code')!)
  const next = await program.use(token, 'whats_next')
  expect(next.status).toBe(200)
  expect(next.text).toContain(task.title)
  expect(await program.use(token, 'add_tasks', { tasks: [{ title: 'Too much' }] })).toMatchObject({
    text: expect.stringContaining('tasks:write') as string,
  })
  expect(JSON.stringify(await ada.call('/api/tasks'))).not.toContain('Too much')

  await page.goto(`${app.url}/settings/assistants`)
  const row = page.getByRole('listitem').filter({ hasText: name })
  await row.getByText('Read your tasks', { exact: true }).waitFor()
  await row.getByText(waiting.url).waitFor()
  await row.getByText(/used today, \d\d:\d\d · ends/).waitFor()
  await row.getByRole('button', { name: `Cut off ${name}…` }).click()
  await row.getByRole('button', { name: 'Keep' }).click()
  expect((await program.use(token, 'whats_next')).status).toBe(200)
  await row.getByRole('button', { name: `Cut off ${name}…` }).click()
  await row.getByRole('button', { name: 'Cut off', exact: true }).click()
  await page.getByText('There are none yet.').waitFor()
  expect((await program.use(token, 'whats_next')).status).toBe(401)
  expect(complaints).toEqual([])
})

// Seen red where keeping the account led to what is to be done now.
test('somebody whose account was to be erased keeps it, and comes back to the question', async () => {
  const bea = await app.person()
  await bea.call('/api/auth/delete-account', 'POST', { password })
  const program = await introduce('Patient')
  const { page, complaints } = await open(browser)
  await page.goto(app.url + program.path())
  await page.waitForURL(/\/sign-in\?/)
  await signInHere(page, bea)
  await page.getByRole('heading', { name: 'Keep your account?' }).waitFor()
  await page.getByRole('button', { name: 'Keep it' }).click()
  await page.getByRole('heading', { name: 'Let “Patient” use your MindFlow?' }).waitFor()
  expect(new URL(page.url()).pathname + new URL(page.url()).search, 'to the letter').toBe(program.path())
  expect(complaints).toEqual([])
})

test('a press that was meant for something else allows nothing', async () => {
  const program = await introduce('Hasty')
  const { page } = await open(browser)
  await ada.signIn(page)
  await page.goto(app.url + program.path())
  const before = waiting.came.length
  await allow(page).dblclick({ force: true })
  await calm(page)
  // Something was over it, and is gone: as if it had just come.
  await page.evaluate(() => window.dispatchEvent(new Event('focus')))
  await allow(page).dblclick({ force: true })
  await page.waitForTimeout(300)
  expect(waiting.came.length).toBe(before)
  await calm(page)
  for (let n = 0; n < 2; n++) await page.getByRole('checkbox').nth(n).uncheck()
  await page.getByText('Nothing is left of it.').waitFor()
  await allow(page).click({ force: true })
  await page.waitForTimeout(300)
  expect(waiting.came.length).toBe(before)
  await deny(page).click()
  await page.getByText('Back in the program').waitFor()
  const said = waiting.came.at(-1)!.searchParams
  expect([said.get('error'), said.get('state'), said.get('iss')]).toEqual(['access_denied', program.state, app.url])
  expect(said.has('code')).toBe(false)

  // Back asks anew; nothing was allowed.
  await page.goBack()
  await page.getByRole('heading', { name: /^Let “Hasty”/ }).waitFor()
  expect(await ada.call('/api/grants')).toEqual({ items: [] })
})

test('nobody is sent where no known program wants its answer', async () => {
  const program = await introduce('Known')
  const { page, complaints } = await open(browser)
  await ada.signIn(page)
  const left: string[] = []
  page.on('request', (r) => {
    if (!r.url().startsWith(app.url) && !r.url().startsWith('data:')) left.push(r.url())
  })
  const asks = [
    program.path({ client_id: '0192f1c2-0000-7000-8000-000000000000' }),
    program.path({ client_id: '' }),
    program.path({ redirect_uri: `${waiting.url}/done/../elsewhere` }),
    program.path({ redirect_uri: 'https://evil.example/done' }),
    program.path({ redirect_uri: 'javascript:alert(1)' }),
    `${program.path()}&redirect_uri=${encodeURIComponent('https://evil.example/')}`,
    `${program.path()}&state=2`,
  ]
  for (const path of asks) {
    await page.goto(app.url + path)
    await page.getByRole('heading', { name: 'This link cannot be used' }).waitFor()
    expect(await page.getByRole('button').count()).toBe(0)
  }
  // What a known program cannot get, it is told once the person goes back.
  const before = waiting.came.length
  await page.goto(app.url + program.path({ code_challenge_method: 'plain' }))
  await page.getByRole('heading', { name: '“Known” asks for what it cannot get' }).waitFor()
  expect(left).toEqual([])
  expect(waiting.came.length).toBe(before)
  await page.getByRole('button', { name: 'Back to the app on this computer' }).click()
  await page.getByText('Back in the program').waitFor()
  expect(waiting.came.at(-1)!.searchParams.get('error')).toBe('invalid_request')
  expect(complaints).toEqual([])
})

test('in a frame there is nothing', async () => {
  const program = await introduce('Framed')
  const { page } = await open(browser)
  await ada.signIn(page)
  await page.goto(waiting.url)
  const framed = await page.evaluate(async (src) => {
    const frame = document.createElement('iframe')
    frame.src = src
    document.body.append(frame)
    await new Promise((resolve) => (frame.onload = resolve))
    return frame.contentDocument === null
  }, app.url + program.path())
  expect(framed, 'of another origin').toBe(true)
  const frame = page.frames().find((f) => f !== page.mainFrame())!
  expect(frame.url()).not.toContain('/oauth/')
  expect(await frame.getByText(/Framed|Allow/).count()).toBe(0)
})

test('a window that a program has opened can still be waited for', async () => {
  const program = await introduce('Opener')
  const { page } = await open(browser)
  await page.goto(waiting.url)
  const opened = page.waitForEvent('popup')
  await page.evaluate((url) => {
    ;(window as unknown as { theirs: Window | null }).theirs = window.open(url, '', 'popup')
  }, app.url + program.path())
  const popup = await opened
  await popup.waitForURL(/\/sign-in\?/)
  await signInHere(popup, ada)
  await calm(popup)
  const closed = () => page.evaluate(() => (window as unknown as { theirs: Window }).theirs.closed)
  expect(await closed()).toBe(false)
  await allow(popup).click()
  await popup.getByText('Back in the program').waitFor()
  expect(await closed()).toBe(false)
  expect(await popup.evaluate(() => window.opener !== null)).toBe(true)
})

test('a session that ends, another account, and a server that is gone', async () => {
  const program = await introduce('Patient')
  const eve = await app.person()
  const { page, complaints } = await open(browser)
  await eve.signIn(page)
  await page.goto(app.url + program.path())
  await page.getByText(eve.email).waitFor()
  await page.getByRole('button', { name: 'Not you? Use another account' }).click()
  await page.waitForURL(/\/sign-in\?/)
  await signInHere(page, ada)
  await page.getByText(ada.email).waitFor()
  expect(page.url()).toBe(app.url + program.path())

  await calm(page)
  await page.context().setOffline(true)
  await allow(page).click()
  await page.getByText('The server cannot be reached. Nothing was allowed').waitFor()
  await page.context().setOffline(false)

  // Her sessions end elsewhere: then she is asked who she is, and comes back.
  await ada.call('/api/auth/revoke', 'POST')
  await calm(page)
  await allow(page).click()
  await page.getByRole('heading', { name: 'Welcome back. Your session has ended.' }).waitFor()
  await signInHere(page, ada)
  await page.getByRole('heading', { name: /^Let “Patient”/ }).waitFor()
  expect(page.url()).toBe(app.url + program.path())
  expect(complaints).toEqual([])
})

test('who opens an account on the way comes back, too', async () => {
  const program = await introduce('First')
  const { page } = await open(browser)
  await page.goto(app.url + program.path())
  await page.getByRole('link', { name: 'Open an account' }).click()
  await page.getByLabel('E-mail').fill(`${crypto.randomUUID()}@example.com`)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Open the account' }).click()
  await page.getByRole('heading', { name: /^Let “First”/ }).waitFor()
  expect(page.url()).toBe(app.url + program.path())
})
