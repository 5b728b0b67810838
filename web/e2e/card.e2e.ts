import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import type { Browser, BrowserContextOptions, Frame, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addDays, dayOf } from '../src/time/zone'
import { App, launch, open, type Person } from './app'
import { corpus } from './corpus'
import { longest, rightToLeft } from './seed'

/**
 * The card of the best task, read from the server as hosts read it, in a frame that may do
 * nothing but run it. The host is ours, in both kinds there are; the tools are the server's.
 */

type Result = {
  isError?: boolean
  content?: { type: 'text'; text: string }[]
  structuredContent?: Record<string, unknown>
}
type Calls = (name: string, args: object) => Promise<unknown>

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

/** Asks the server as the assistant of a person does. */
async function rpc(who: Person | string, method: string, params: object = {}): Promise<unknown> {
  const body = { jsonrpc: '2.0', id: 1, method, params }
  const answer =
    typeof who === 'string'
      ? await fetch(`${app.url}/mcp`, {
          method: 'POST',
          headers: {
            Authorization: `Bearer ${who}`,
            'Content-Type': 'application/json',
            Accept: 'application/json, text/event-stream',
          },
          body: JSON.stringify(body),
        }).then((r) => r.json() as Promise<unknown>)
      : await who.call('/mcp', 'POST', body)
  const { result, error } = answer as { result?: unknown; error?: { message: string } }
  if (error) throw new Error(error.message)
  return result
}

const callOf =
  (who: Person | string) =>
  (name: string, args: object): Promise<Result> =>
    rpc(who, 'tools/call', { name, arguments: args }) as Promise<Result>

/** The page, as the tool that shows it names it. */
async function cardOf(who: Person | string): Promise<string> {
  const { tools } = (await rpc(who, 'tools/list')) as {
    tools: { name: string; _meta?: { ui?: { resourceUri: string } } }[]
  }
  const uri = tools.find((t) => t.name === 'whats_next')!._meta!.ui!.resourceUri
  const { contents } = (await rpc(who, 'resources/read', { uri })) as { contents: { text: string }[] }
  return contents[0]!.text
}

type Host = {
  kind: 'ChatGPT' | 'MCP Apps'
  theme?: 'light' | 'dark'
  /** What answers the card's calls; null where the host passes none on. */
  calls?: Calls | null
  /** What the tool had answered when the card was shown; the server's answer when absent. */
  had?: Result | null
}

const policy = `default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'`

/** Shows the card of a person, or of whoever a token is. */
async function shown(who: Person | string, host: Host, options: BrowserContextOptions = {}) {
  const { page, complaints } = await open(browser, { viewport: { width: 600, height: 800 }, ...options })
  const made: string[] = []
  const told: string[] = []
  const calls = host.calls === undefined ? callOf(who) : host.calls
  await page.exposeFunction('callTool', async (name: string, args: object) => {
    made.push(name)
    try {
      return { good: await calls!(name, args) }
    } catch (e) {
      return { bad: (e as Error).message }
    }
  })
  await page.exposeFunction('hear', (text: string) => void told.push(text))
  const had = host.had === undefined ? await callOf(who)('whats_next', {}) : host.had
  const html = (await cardOf(who)).replace(
    '<meta',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">` +
      (host.kind === 'ChatGPT' ? chatGPT(host, calls !== null, had) : '') +
      '<meta',
  )
  await page.goto('about:blank')
  await page.setContent(
    `<body style="margin:0"><iframe title="card" sandbox="allow-scripts" style="width:100%;height:40px;border:0;display:block"></iframe>`,
  )
  if (host.kind === 'MCP Apps') await page.evaluate(playHost, { theme: host.theme, calls: calls !== null, had })
  await page.evaluate((srcdoc) => {
    const frame = document.querySelector('iframe')!
    window.addEventListener('message', ({ data }: MessageEvent<{ height?: number }>) => {
      if (data.height) frame.style.height = `${data.height}px`
    })
    frame.srcdoc = srcdoc
  }, html)
  const frame = (await (await page.waitForSelector('iframe')).contentFrame())!
  const card = page.frameLocator('iframe')
  return { page, frame, card, made, told, complaints, button: (name: string) => card.getByRole('button', { name }) }
}

/** What ChatGPT puts into the frame before the card. */
const chatGPT = (host: Host, calls: boolean, had: Result | null) => `<script>
window.openai = {
  theme: ${JSON.stringify(host.theme ?? 'light')}, locale: 'en', toolOutput: ${JSON.stringify(had?.structuredContent ?? null).replaceAll('<', '\\u003c')},
  ${calls ? `callTool: async (name, args) => { await new Promise((go) => setTimeout(go, 100)); const r = await callTool(name, args); if (r.bad) throw Error(r.bad); return r.good },` : ''}
  setWidgetState: async (state) => hear(state.changed),
  notifyIntrinsicHeight: (height) => parent.postMessage({ height }, '*'),
}
</script>`

/** A host of MCP Apps: messages between it and the frame. */
function playHost({ theme, calls, had }: { theme?: 'light' | 'dark'; calls: boolean; had: Result | null }) {
  type Message = { id?: number; method?: string; params: Record<string, unknown> }
  const outside = window as unknown as {
    callTool: (name: unknown, args: unknown) => Promise<{ good?: unknown; bad?: string }>
    hear: (text: string) => void
  }
  const frame = () => document.querySelector('iframe')!
  const post = (message: object) => frame().contentWindow!.postMessage({ jsonrpc: '2.0', ...message }, '*')
  window.addEventListener('message', ({ source, data }: MessageEvent<Message>) => {
    if (source === frame().contentWindow) void answer(data)
  })
  const answer = async ({ id, method, params }: Message) => {
    if (method === 'ui/initialize') {
      const hostCapabilities = calls ? { serverTools: {} } : {}
      const hostContext = { theme: theme ?? 'light' }
      post({ id, result: { protocolVersion: '2026-01-26', hostCapabilities, hostContext, hostInfo: { name: 'test' } } })
    } else if (method === 'ui/notifications/initialized') {
      post({ method: 'ui/notifications/tool-input', params: { arguments: {} } })
      if (had) post({ method: 'ui/notifications/tool-result', params: had })
    } else if (method === 'ui/notifications/size-changed') frame().style.height = `${params.height as number}px`
    else if (method === 'tools/call') {
      const r = await outside.callTool(params.name, params.arguments)
      if (r.bad) return post({ id, error: { code: -32000, message: r.bad } })
      // Some hosts show the answer a second time.
      post({ method: 'ui/notifications/tool-result', params: r.good })
      post({ id, result: r.good })
    } else if (method === 'ui/update-model-context') {
      outside.hear((params.content as { text: string }[])[0]!.text)
      post({ id, result: {} })
    }
  }
}

const kinds = ['ChatGPT', 'MCP Apps'] as const
const hour = 3_600_000

describe.each(kinds)('in %s', (kind) => {
  test('the best task is shown with why, done and put off, and the next is shown', async () => {
    const ada = await app.person()
    const day = dayOf(Date.now(), 'Europe/Berlin')
    const rent = await ada.add({
      title: 'Pay rent',
      due_date: day,
      priority: 5,
      effort_estimate_minutes: 15,
    })
    const bob = await ada.add({
      title: 'Call Bob',
      due_date: addDays(day, -1),
      priority: 4,
      effort_estimate_minutes: 90,
    })
    await ada.add({ title: 'Water the plants', priority: 2 })
    await ada.add({ title: 'Read', priority: 1 })
    const { card, button, made, told, complaints, page } = await shown(ada, { kind })
    const title = card.getByRole('heading', { level: 1 })
    await title.filter({ hasText: 'Pay rent' }).waitFor()
    const text = await card.locator('body').innerText()
    for (const said of [
      'Do this now',
      '1 of 4',
      'Overdue since yesterday',
      '15 min',
      'Due today with high priority, quick win',
      'holds until tomorrow 00:00',
      'Quick win 10',
      'Call Bob',
      '1 h 30 min',
      'Water the plants',
    ])
      expect(text).toContain(said)
    expect(text).not.toContain('Read')
    const parts = await card.locator('#terms b').allInnerTexts()
    const score = Number(await card.locator('#points').innerText())
    expect(parts.reduce((sum, p) => sum + Number(p.replace('−', '-')), 0)).toBeCloseTo(score, 5)
    expect(made).toEqual([])

    await button('Done').dblclick()
    await title.filter({ hasText: 'Call Bob' }).waitFor()
    expect((await ada.task(rent.id)).status).toBe('completed')
    // The second click of a double one, where the next task is there before it.
    await button('Done').dispatchEvent('click', { detail: 2 })
    expect((await ada.task(bob.id)).status, 'a double click is one').toBe('pending')
    expect(made).toEqual(['complete_task', 'whats_next'])
    await expect.poll(() => card.getByRole('status').innerText()).toBe('Done: Pay rent')
    expect(told[0]).toMatch(/^"Pay rent" \(.*\) is done\.$/)

    expect(await button('1 hour').count()).toBe(0)
    await page.keyboard.press('Tab') // on from the title, which has the focus
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await button('1 hour').waitFor()
    expect(await button('Snooze').first().getAttribute('aria-expanded')).toBe('true')
    await button('1 hour').click()
    await title.filter({ hasText: 'Water the plants' }).waitFor()
    const wakes = Date.parse((await ada.task(bob.id)).snoozed_until!)
    expect(Math.abs(wakes - Date.now() - hour)).toBeLessThan(60_000)
    expect(told[1]).toContain('"Call Bob"')
    expect(complaints).toEqual([])
  })

  test('what goes wrong is said, and can be tried again', async () => {
    const ada = await app.person()
    const task = await ada.add({ title: 'Pay rent' })
    let broken = true
    const { card, button, made, page } = await shown(ada, {
      kind,
      calls: (name, args) => (broken ? Promise.reject(new Error('The server is away.')) : callOf(ada)(name, args)),
    })
    await button('Done').click()
    await card.getByRole('alert').filter({ hasText: 'The server is away.' }).waitFor()
    expect(await button('Done').isEnabled()).toBe(true)
    await picture(page, `${kind}-wrong`)
    await button('Try again').click()
    await expect.poll(() => made).toEqual(['complete_task', 'whats_next'])
    await button('Try again').waitFor()
    broken = false
    await button('Try again').click()
    await card.getByRole('alert').waitFor({ state: 'hidden' })
    await button('Done').click()
    await card.getByRole('heading', { name: 'Nothing needs doing right now' }).waitFor()
    expect((await ada.task(task.id)).status).toBe('completed')
  })

  test('a task that has changed meanwhile is not touched: the server says why', async () => {
    const ada = await app.person()
    const task = await ada.add({ title: 'Pay rent' })
    const { card, button } = await shown(ada, { kind })
    await card.getByRole('heading', { name: 'Pay rent' }).waitFor()
    await ada.edit(task.id, { title: 'Pay rent, and the deposit' })
    for (const press of [
      () => button('Done').click(),
      () =>
        button('Snooze')
          .click()
          .then(() => button('1 week').click()),
    ]) {
      await press()
      await card.getByRole('alert').filter({ hasText: 'It has changed since you read it' }).waitFor()
      expect((await ada.task(task.id)).status).toBe('pending')
    }
    await button('Try again').click()
    await card.getByRole('heading', { name: 'Pay rent, and the deposit' }).waitFor()
    await button('Done').click()
    await expect.poll(async () => (await ada.task(task.id)).status).toBe('completed')
  })

  test('nothing to do, and until when', async () => {
    const ada = await app.person()
    const { card, button } = await shown(ada, { kind })
    await card.getByText('Time to rest').waitFor()
    expect(await button('Done').count()).toBe(0)
    await ada.add({ title: 'Later', start_date: addDays(dayOf(Date.now(), 'Europe/Berlin'), 1) })
    const later = await shown(ada, { kind })
    await later.card.getByText('The next task comes up tomorrow 00:00.').waitFor()
    await picture(later.page, `${kind}-nothing`)
  })

  test('a host that passes no calls on, and who may only read, get no buttons', async () => {
    const ada = await app.person()
    await ada.add({ title: 'Pay rent' })
    const { token } = (await ada.call('/api/tokens', 'POST', { name: 'reader', scopes: ['tasks:read'] })) as {
      token: string
    }
    for (const { card, button } of [await shown(ada, { kind, calls: null }), await shown(token, { kind })]) {
      await card.getByRole('heading', { name: 'Pay rent' }).waitFor()
      expect(await button('Done').count()).toBe(0)
      expect(await button('Snooze').count()).toBe(0)
    }
  })

  test('an answer that is old, or never comes, is asked for anew', async () => {
    const ada = await app.person()
    await ada.add({ title: 'Pay rent' })
    const had = await callOf(ada)('whats_next', {})
    had.structuredContent!.at = new Date(Date.now() - hour).toISOString()
    await ada.add({ title: 'Call Bob', priority: 5 })
    for (const known of kind === 'ChatGPT' ? [had, null] : [had]) {
      const { card, made } = await shown(ada, { kind, had: known })
      await card.getByRole('heading', { name: 'Call Bob' }).waitFor()
      expect(made).toEqual(['whats_next'])
    }
  })

  test('hostile titles stay text', async () => {
    const ada = await app.person()
    const texts = (await corpus()).filter((t) => /[<&{(]/.test(t)).slice(0, 24)
    const titles: string[] = []
    for (const title of texts)
      titles.push(
        (await ada.add({ title, priority: 5 }).catch(() => ada.add({ title: `x${title}`, priority: 5 }))).title,
      )
    const { card, button, page, complaints } = await shown(ada, { kind })
    let fired = 0
    await page.exposeFunction('canary', () => void fired++)
    for (const title of titles.slice(0, 12)) {
      await expect.poll(() => card.locator('h1').textContent()).toBe(title)
      await button('Done').click()
    }
    await expect.poll(() => card.locator('h1').textContent()).toBe(titles[12])
    expect(await card.locator('main').locator('img, svg, iframe, a, script, style, link').count()).toBe(0)
    expect(fired).toBe(0)
    expect(complaints).toEqual([])
  })

  test.each(['light', 'dark'] as const)('%s, narrow and wide, has no violation and nothing too wide', async (theme) => {
    const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
    const ada = await app.person()
    for (const title of [longest, rightToLeft, 'W'.repeat(120), 'Pay rent'])
      await ada.add({ title, priority: 4, effort_estimate_minutes: 30, due_date: dayOf(Date.now(), 'Europe/Berlin') })
    const { card, page, frame, button, complaints } = await shown(
      ada,
      { kind, theme },
      { colorScheme: theme === 'dark' ? 'light' : 'dark' },
    )
    await button('Snooze').click()
    expect(await card.locator('body').evaluate((b) => getComputedStyle(b).backgroundColor)).toBe(
      theme === 'dark' ? 'rgb(22, 21, 19)' : 'rgb(250, 248, 245)',
    )
    for (const width of [320, 600]) {
      await page.setViewportSize({ width, height: 1400 })
      expect(await violations(frame, axe), `${width}`).toEqual([])
      expect(await frame.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
      for (const b of await card.getByRole('button').all())
        expect((await b.boundingBox())!.height, await b.innerText()).toBeGreaterThanOrEqual(44)
      await picture(page, `${kind}-${theme}-${width}`)
    }
    expect(complaints).toEqual([])
  })
})

test('without a word of the host the theme is the one of the device, and changes with the host', async () => {
  const ada = await app.person()
  await ada.add({ title: 'Pay rent' })
  const { card, page, frame } = await shown(ada, { kind: 'MCP Apps', theme: 'light' }, { colorScheme: 'dark' })
  await card.getByRole('heading', { name: 'Pay rent' }).waitFor()
  const background = () => frame.evaluate(() => getComputedStyle(document.body).backgroundColor)
  expect(await background()).toBe('rgb(250, 248, 245)')
  await page.evaluate(() => {
    const params = { theme: 'dark' }
    document
      .querySelector('iframe')!
      .contentWindow!.postMessage({ jsonrpc: '2.0', method: 'ui/notifications/host-context-changed', params }, '*')
  })
  await expect.poll(background).toBe('rgb(22, 21, 19)')
  await frame.evaluate(() => (document.documentElement.style.colorScheme = ''))
  expect(await background()).toBe('rgb(22, 21, 19)')
})

test('an answer in text alone is read too, and a press while one is worked on does nothing', async () => {
  const ada = await app.person()
  await ada.add({ title: 'Pay rent' })
  await ada.add({ title: 'Call Bob' })
  let go = () => {}
  const gate = new Promise<void>((resolve) => (go = resolve))
  const { card, button, made } = await shown(ada, {
    kind: 'ChatGPT',
    calls: async (name, args) => {
      await gate
      const { content, isError } = await callOf(ada)(name, args)
      return { isError, result: content!.at(-1)!.text }
    },
  })
  await button('Done').click()
  await expect.poll(() => button('Done').isDisabled()).toBe(true)
  await button('Done').click({ force: true })
  await button('Snooze').click({ force: true })
  go()
  await card.getByRole('heading', { name: 'Call Bob' }).waitFor()
  expect(made).toEqual(['complete_task', 'whats_next'])
})

async function violations(frame: Frame, axe: string): Promise<string[]> {
  await frame.evaluate(axe)
  const { violations } = await frame.evaluate<AxeResults>(
    `axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })`,
  )
  return violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.html} ${n.failureSummary}`))
}

/** Pictures are kept where somebody wants to look at them. */
const picture = async (page: Page, name: string) => {
  const dir = process.env.PICTURES
  if (dir) await page.screenshot({ path: `${dir}/card-${name}.png` })
}
