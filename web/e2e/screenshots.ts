import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { App, launch } from './app'
import { screens, sizes, themes, Visit } from './screens'
import { settled } from './seed'

/** Takes a picture of each screen, in both themes, wide and narrow. SCREENS chooses some, by name. */

const folder = join(import.meta.dirname, '../../docs/screens')
const wanted = process.env.SCREENS?.split(',')

let app: App
let browser: Browser
let visit: Visit

beforeAll(async () => {
  await mkdir(folder, { recursive: true })
  app = await App.start()
  browser = await launch()
  visit = await Visit.begin(app, browser, settled)
})

afterAll(async () => {
  await browser?.close()
  await app?.stop()
})

describe.each(themes)('%s', (theme) => {
  describe.each(Object.entries(sizes))('%s', (size, viewport) => {
    test.each(screens.filter((s) => !wanted || wanted.includes(s.name)))('$name', async (screen) => {
      const page = await visit.show(screen, viewport)
      await page.emulateMedia({ colorScheme: theme })
      await page.locator(`[data-theme=${theme}]`).waitFor()
      await page.mouse.move(0, 0)
      await page.screenshot({ path: join(folder, `${screen.name}-${theme}-${size}.png`) })
    })
  })
})
