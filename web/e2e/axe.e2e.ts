import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Task } from '../src/api/client'
import { App, launch, open, type Complaints } from './app'
import { screens, show, sizes, themes, type Screen } from './screens'
import { settled } from './seed'

/** No screen has a violation, in either theme, wide and narrow. */

let app: App
let browser: Browser
let outside: Page
let inside: Page
let complaints: Complaints
let tasks: Task[]
let axe: string

beforeAll(async () => {
  app = await App.start()
  browser = await launch()
  axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
  const ada = await app.person()
  tasks = await settled(ada)
  outside = (await open(browser)).page
  const opened = await open(browser)
  inside = opened.page
  complaints = opened.complaints
  await ada.signIn(inside)
})

afterAll(async () => {
  await browser?.close()
  await app?.stop()
})

/** A menu or list that is open over the page is in no landmark: its own role says what it is. */
const floats = /role="(menu|listbox)"/

async function violations(page: Page, screen: Screen): Promise<string[]> {
  await show(page, app.url, screen, tasks)
  await page.evaluate(axe)
  const { violations } = await page.evaluate<AxeResults>(
    `axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })`,
  )
  return violations.flatMap((v) =>
    v.nodes
      .filter((n) => !(v.id === 'region' && floats.test(n.html)))
      // They hand the focus on as soon as they have it.
      .filter((n) => !(v.id === 'aria-hidden-focus' && n.html.includes('data-base-ui-focus-guard')))
      .map((n) => `${v.id} at ${n.target.join(' ')}: ${n.any[0]?.message ?? n.all[0]?.message ?? v.help}`),
  )
}

describe.each(themes)('in the %s theme', (theme) => {
  describe.each(Object.entries(sizes))('at the %s', (_, size) => {
    test.each(screens)('$name has no violation', async (screen) => {
      const page = screen.outside ? outside : inside
      await page.setViewportSize(size)
      await page.emulateMedia({ colorScheme: theme })
      expect(await violations(page, screen)).toEqual([])
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
      expect(overflow, 'nothing is wider than the window').toBeLessThanOrEqual(0)
      expect(complaints).toEqual([])
    })
  })
})
