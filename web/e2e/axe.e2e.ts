import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { App, launch } from './app'
import { screens, sizes, themes, Visit } from './screens'
import { settled } from './seed'

/** No screen has a violation, in either theme, wide and narrow. */

let app: App
let browser: Browser
let visit: Visit
let axe: string

beforeAll(async () => {
  app = await App.start()
  browser = await launch()
  axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
  visit = await Visit.begin(app, browser, settled)
})

afterAll(async () => {
  await browser?.close()
  await app?.stop()
})

/** A menu or list that is open over the page is in no landmark: its own role says what it is. Arrows go through what of it does not fit. */
const floats = /role="(menu|listbox)"/

async function violations(page: Page): Promise<string[]> {
  const { violations } = await page.evaluate<AxeResults>(
    `axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })`,
  )
  return violations.flatMap((v) =>
    v.nodes
      .filter((n) => !(/^(region|scrollable-region-focusable)$/.test(v.id) && floats.test(n.html)))
      // They hand the focus on as soon as they have it.
      .filter((n) => !(v.id === 'aria-hidden-focus' && n.html.includes('data-base-ui-focus-guard')))
      .map((n) => `${v.id} at ${n.target.join(' ')}: ${n.any[0]?.message ?? n.all[0]?.message ?? v.help}`),
  )
}

describe.each(Object.entries(sizes))('at the %s', (_, size) => {
  test.each(screens)('$name has no violation in either theme', async (screen) => {
    const page = await visit.show(screen, size)
    await page.evaluate(axe)
    for (const theme of themes) {
      await page.emulateMedia({ colorScheme: theme })
      await page.locator(`[data-theme=${theme}]`).waitFor()
      expect(await violations(page), theme).toEqual([])
    }
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
    expect(overflow, 'nothing is wider than the window').toBeLessThanOrEqual(0)
    expect(visit.complaints).toEqual([])
  })
})
