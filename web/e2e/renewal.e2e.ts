import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { App, kept, launch, open } from './app'

let browser: Browser

beforeAll(async () => {
  browser = await launch()
})

afterAll(() => browser.close())

type Rewrite = (path: string, text: string) => string

/** Stands before a server, as a proxy or a content delivery network would. */
async function before(to: () => string, path: (path: string) => string | null, rewrite: Rewrite = (_, text) => text) {
  const seen: string[] = []
  const pass = (from: IncomingMessage, answer: ServerResponse) => {
    const wanted = path(from.url ?? '/')
    seen.push(from.url ?? '/')
    if (wanted === null) {
      answer.writeHead(404).end()
      return
    }
    const headers = { ...from.headers }
    delete headers['accept-encoding']
    const onward = request(`${to()}${wanted}`, { method: from.method, headers }, (got) => {
      const chunks: Buffer[] = []
      got.on('data', (chunk: Buffer) => chunks.push(chunk))
      got.on('end', () => {
        let body = Buffer.concat(chunks)
        if (/html|javascript/.test(got.headers['content-type'] ?? ''))
          body = Buffer.from(rewrite(wanted, body.toString()))
        const said = { ...got.headers }
        delete said['content-length']
        delete said.etag
        answer.writeHead(got.statusCode ?? 500, said).end(body)
      })
    })
    onward.on('error', () => answer.destroy())
    from.pipe(onward)
  }
  const server: Server = createServer(pass)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = () => {
    server.closeAllConnections()
    server.close()
  }
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen, close }
}

test('assets may lie at another origin, and are kept from there', async () => {
  let server = ''
  const network = await before(
    () => server,
    (path) => (path.startsWith('/assets/') ? path : null),
  )
  const app = await App.start({ ASSETS_URL: network.url })
  server = app.url
  try {
    const ada = await app.person()
    await ada.add({ title: 'Write the blog post' })
    const { page, complaints } = await open(browser)
    page.context().setDefaultTimeout(10_000)
    await ada.signIn(page)
    const title = page.getByRole('heading', { level: 1, name: 'Write the blog post' })
    await title.waitFor()
    // Screens that come later, their styles and the typeface too, now by the worker's hand: still one app.
    await kept(page)
    await page.getByRole('link', { name: 'Upcoming' }).first().click()
    await page.getByRole('heading', { name: 'Today' }).waitFor()
    await page.goto(`${app.url}/upcoming`)
    await page.getByRole('heading', { name: 'Today' }).waitFor()
    expect(network.seen.filter((path) => /\.(js|css)$/.test(path)).length).toBeGreaterThan(5)
    expect(network.seen.some((path) => path.endsWith('.woff2'))).toBe(true)
    expect(network.seen.filter((path) => !path.startsWith('/assets/'))).toEqual([])
    expect(complaints).toEqual([])
    await app.down()
    network.close()
    await page.goto(`${app.url}/`)
    await title.waitFor()
    await page.getByText('Offline. This is what was last known').waitFor()
    await page.goto(`${app.url}/upcoming`)
    await page.getByRole('heading', { name: 'Today' }).waitFor()
    await app.again()
  } finally {
    network.close()
    await app.stop()
  }
})

test('a newer app says that it is there, and takes over when the page is loaded again', async () => {
  const app = await App.start()
  let newer = false
  // Another build has other names, also where one file asks for another.
  const front = await before(
    () => app.url,
    (path) => path.replace('-new.js', '.js'),
    (_, text) => (newer ? text.replace(/([\w-]+-[\w-]{8})\.js(?=["'`])/g, '$1-new.js') : text),
  )
  try {
    const { page } = await open(browser)
    page.context().setDefaultTimeout(10_000)
    await page.goto(`${front.url}/sign-up`)
    await page.getByLabel('E-mail').fill('ada@example.com')
    await page.getByLabel('Password').fill('correct horse battery')
    await page.getByRole('button', { name: 'Open the account' }).click()
    await page.waitForURL('**/welcome')
    await page.goto(`${front.url}/`)
    await page.getByText('Your desk is clear').waitFor()
    await kept(page)

    newer = true
    await page.evaluate(async () => {
      await (await navigator.serviceWorker.getRegistration())!.update()
    })
    await page.getByText('MindFlow was renewed.').waitFor()
    // The page goes on as it was, also to screens it has not shown yet.
    await page.getByRole('link', { name: 'Upcoming' }).first().click()
    await page.getByRole('heading', { name: 'Today' }).waitFor()
    await page.getByRole('button', { name: 'Reload' }).click()
    await expect
      .poll(() => page.evaluate(() => [...document.scripts].some((s) => s.src.endsWith('-new.js'))).catch(() => false))
      .toBe(true)
    await page.getByRole('heading', { name: 'Today' }).waitFor()
    await expect
      .poll(() =>
        page.evaluate(async () => {
          const registration = await navigator.serviceWorker.getRegistration()
          return [registration?.waiting?.state, registration?.active?.state]
        }),
      )
      .toEqual([undefined, 'activated'])
    await expect
      .poll(() => page.evaluate(async () => (await caches.keys()).filter((k) => k.startsWith('page')).length))
      .toBe(1)
    expect(await page.getByText('MindFlow was renewed.').count()).toBe(0)
    // And what it keeps is the newer one.
    await app.down()
    await page.reload()
    await page.getByRole('heading', { name: 'Today' }).waitFor()
    expect(await page.evaluate(() => [...document.scripts].some((s) => s.src.endsWith('-new.js')))).toBe(true)
    await app.again()
  } finally {
    front.close()
    await app.stop()
  }
})
