import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { App, launch, open } from './app'
import { screens, Visit } from './screens'
import { settled } from './seed'

/** By thumb every control is 44 px wide and high, on a phone as on a tablet that has the room of a desk. */

let app: App
let browser: Browser

const sizes = { phone: { width: 360, height: 740 }, tablet: { width: 1024, height: 768 } }

beforeAll(async () => {
  app = await App.start()
  browser = await launch()
})

afterAll(async () => {
  await browser?.close()
  await app?.stop()
})

/** What a thumb meets: a control with what is drawn around it, or the label it stands in. Links inside a sentence are text. */
const small = (page: Page) =>
  page.evaluate(() => {
    const controls = document.querySelectorAll<HTMLElement>(
      'a, button, input, select, textarea, [role=option], [role^=menuitem]',
    )
    return [...controls].flatMap((control) => {
      const shown = control.checkVisibility({ visibilityProperty: true, opacityProperty: true })
      const label = control.matches('input') ? control.closest('label') : null
      if ((!shown && !label) || control.matches('.sr-only:not(input), [data-base-ui-focus-guard]')) return []
      const box = (label ?? control).getBoundingClientRect()
      let [width, height] = [box.width, box.height]
      for (const pseudo of ['::before', '::after']) {
        const style = getComputedStyle(control, pseudo)
        if (style.content === 'none' || style.position !== 'absolute') continue
        width = Math.max(width, parseFloat(style.width))
        height = Math.max(height, parseFloat(style.height))
      }
      if (box.width <= 1 || (width >= 43.5 && height >= 43.5)) return []
      const name = control.ariaLabel ?? (control.innerText || control.getAttribute('name'))
      return `${control.tagName} ${name?.slice(0, 40)}: ${Math.round(width)} × ${Math.round(height)}`
    })
  })

describe.each(Object.entries(sizes))('on a %s', (_, viewport) => {
  let visit: Visit

  beforeAll(async () => {
    visit = await Visit.begin(app, browser, settled, { viewport, hasTouch: true, isMobile: true })
  })

  test.each(screens)('$name', async (screen) => {
    expect(await small(await visit.show(screen))).toEqual([])
  })
})

test('on a tablet nothing waits for a pointer to be seen', async () => {
  const ada = await app.person()
  await settled(ada)
  const { page } = await open(browser, { viewport: sizes.tablet, hasTouch: true, isMobile: true })
  await ada.signIn(page)
  await page.goto(`${app.url}/upcoming`)
  const move = page.getByRole('button', { name: /^Move: / }).first()
  await move.waitFor()
  expect(await move.evaluate((e) => e.checkVisibility({ opacityProperty: true }))).toBe(true)
})
