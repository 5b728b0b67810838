import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, test } from 'vitest'
import type { Task } from '../src/api/client'
import { App, launch, open } from './app'
import { screens, show, sizes, themes } from './screens'
import { settled } from './seed'

/** Takes a picture of each screen, in both themes, wide and narrow. SCREENS chooses some, by name. */

const folder = join(import.meta.dirname, '../../docs/screens')
const wanted = process.env.SCREENS?.split(',')

let app: App
let browser: Browser
let outside: Page
let inside: Page
let tasks: Task[]

beforeAll(async () => {
  await mkdir(folder, { recursive: true })
  app = await App.start()
  browser = await launch()
  const ada = await app.person()
  tasks = await settled(ada)
  outside = (await open(browser)).page
  inside = (await open(browser)).page
  await ada.signIn(inside)
})

afterAll(async () => {
  await browser?.close()
  await app?.stop()
})

describe.each(themes)('%s', (theme) => {
  describe.each(Object.entries(sizes))('%s', (size, viewport) => {
    test.each(screens.filter((s) => !wanted || wanted.includes(s.name)))('$name', async (screen) => {
      const page = screen.outside ? outside : inside
      await page.setViewportSize(viewport)
      await page.emulateMedia({ colorScheme: theme })
      await show(page, app.url, screen, tasks)
      await page.mouse.move(0, 0)
      await page.screenshot({ path: join(folder, `${screen.name}-${theme}-${size}.png`) })
    })
  })
})
