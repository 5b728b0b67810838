import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core'
import { onTestFailed } from 'vitest'
import type { Draft, Preferences, Task } from '../src/api/client'

/** The built server on a database of its own, and people who use it. */
export class App {
  private constructor(
    readonly url: string,
    private readonly dir: string,
    private process: ChildProcess,
    private readonly env: Record<string, string>,
  ) {}

  /** Starts a server; settings are added to its own. */
  static start = (settings: Record<string, string> = {}): Promise<App> => App.at('127.0.0.1', () => settings)

  /** Starts a server that has a name, as passkeys ask for. */
  static named = (): Promise<App> => App.at('localhost', (url) => ({ PUBLIC_URL: url }))

  private static async at(host: string, more: (url: string) => Record<string, string>): Promise<App> {
    const dir = await mkdtemp(join(tmpdir(), 'mindflow-e2e-'))
    const port = await freePort()
    const [address, url] = [`127.0.0.1:${port}`, `http://${host}:${port}`]
    const env = {
      PATH: process.env.PATH ?? '',
      DATA_DIR: dir,
      LISTEN_ADDR: address,
      LOG_LEVEL: 'warn',
      RATE_LIMIT_USER: 'off',
      RATE_LIMIT_READ: 'off',
      RATE_LIMIT_AUTH: 'off',
      ...more(url),
    }
    const app = new App(url, dir, run(env), env)
    await app.ready()
    return app
  }

  private async ready() {
    for (let i = 0; i < 200; i++) {
      if (
        await fetch(`${this.url}/health/ready`).then(
          (r) => r.ok,
          () => false,
        )
      )
        return
      await new Promise((resolve) => setTimeout(resolve, 25))
    }
    throw new Error('the server does not answer')
  }

  /** Ends the server; its data stays for again. */
  async down() {
    const ended = new Promise((resolve) => this.process.once('exit', resolve))
    this.process.kill('SIGTERM')
    await ended
  }

  /** Starts the server again, on the same address and data. */
  async again() {
    this.process = run(this.env)
    await this.ready()
  }

  /** Runs a command beside the server, as whoever runs it does. */
  operate = (...args: string[]): string => execFileSync(binary, args, { env: this.env, encoding: 'utf8' })

  async stop() {
    await this.down()
    await rm(this.dir, { recursive: true, force: true })
  }

  /** Registers a person, who can then do things beside the browser. */
  async person(timezone = 'Europe/Berlin'): Promise<Person> {
    const email = `${crypto.randomUUID()}@example.com`
    await send(`${this.url}/api/auth/register`, 'POST', { email, password, timezone })
    const { access_token } = (await send(`${this.url}/api/auth/login`, 'POST', { email, password })) as {
      access_token: string
    }
    return new Person(this.url, email, access_token)
  }
}

export const password = 'correct horse battery'

export class Person {
  constructor(
    readonly url: string,
    readonly email: string,
    private readonly token: string,
  ) {}

  /** Asks the API as this person. */
  call = (path: string, method = 'GET', body?: object): Promise<unknown> =>
    send(`${this.url}${path}`, method, body, { Authorization: `Bearer ${this.token}` })

  add = (draft: Draft): Promise<Task> => this.call('/api/tasks', 'POST', draft) as Promise<Task>
  task = (id: string): Promise<Task> => this.call(`/api/tasks/${id}`) as Promise<Task>
  edit = (id: string, fields: object): Promise<Task> => this.call(`/api/tasks/${id}`, 'PATCH', fields) as Promise<Task>
  preferences = (): Promise<Preferences> => this.call('/api/preferences') as Promise<Preferences>

  /** Imports a file of a format. */
  async import(format: string, file: string) {
    const response = await fetch(`${this.url}/api/import/${format}`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${this.token}`, 'Content-Type': 'text/csv' },
      body: file,
    })
    if (!response.ok) throw new Error(`import: ${response.status} ${await response.text()}`)
  }

  /** Signs in on a page, by hand. */
  async signIn(page: Page) {
    await page.goto(`${this.url}/sign-in`)
    await page.getByLabel('E-mail').fill(this.email)
    await page.getByLabel('Password').fill(password)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.waitForURL(`${this.url}/`)
  }
}

async function send(
  url: string,
  method: string,
  body?: object,
  headers: Record<string, string> = {},
): Promise<unknown> {
  const response = await fetch(url, {
    method,
    headers: { ...headers, ...(body ? { 'Content-Type': 'application/json' } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${text}`)
  return text ? (JSON.parse(text) as unknown) : null
}

const binary = join(import.meta.dirname, '../../bin/mindflow')

const run = (env: Record<string, string>) => spawn(binary, ['serve'], { env, stdio: ['ignore', 'ignore', 'inherit'] })

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}

/** Debian's Chromium. */
export const launch = (): Promise<Browser> =>
  chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] })

/** What a page complained about: errors, and what its policy forbade. */
export type Complaints = string[]

/** A window of its own, in Berlin unless said otherwise, that remembers what went wrong in it. */
export async function open(
  browser: Browser,
  options: BrowserContextOptions = {},
): Promise<{ page: Page; complaints: Complaints }> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 860 },
    timezoneId: 'Europe/Berlin',
    locale: 'en-GB',
    reducedMotion: 'reduce',
    ...options,
  })
  const complaints: Complaints = []
  await context.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (e) =>
      console.error(`policy: ${e.violatedDirective} ${e.blockedURI}`),
    )
  })
  const page = await context.newPage()
  watch(page, complaints)
  tellOnFailure(page, complaints)
  return { page, complaints }
}

/** A failed test says what its page showed, and which requests came to nothing. */
function tellOnFailure(page: Page, complaints: Complaints) {
  const failed: string[] = []
  page.on('requestfailed', (r) => failed.push(`${r.method()} ${r.url()}: ${r.failure()?.errorText}`))
  page.on('response', (r) => {
    if (r.status() >= 400) failed.push(`${r.request().method()} ${r.url()}: ${r.status()}`)
  })
  try {
    onTestFailed(async () => {
      const shown = await page.locator('body').innerText({ timeout: 1_000 }).catch(String)
      console.error([`at ${page.url()}:`, shown.slice(0, 2_000), ...failed.slice(-20), ...complaints].join('\n'))
    })
  } catch {
    // Opened for a whole file: no test to listen to.
  }
}

export function watch(page: Page, complaints: Complaints) {
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    // Answers such as 404 for "nothing to do" are no complaints of ours.
    if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
      complaints.push(message.text())
  })
}

/** Waits until the app is kept in the browser and hands out its files from there. What is shown is kept within a second. */
export async function kept(page: Page) {
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null)
  await page.waitForTimeout(1_100)
}
