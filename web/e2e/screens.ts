import type { Page } from 'playwright-core'
import type { Task } from '../src/api/client'

/**
 * Every screen, and what opens over it. What all of them have to do (axe, hostile text,
 * pictures) is asked of each: a new one is a line here.
 */
export type Screen = {
  name: string
  path: (tasks: Task[]) => string
  /** Looked for before anything is asked of the screen. */
  ready: string
  /** Without anybody signed in. */
  outside?: boolean
  /** What is opened over it. */
  open?: (page: Page) => Promise<unknown>
}

const first = (tasks: Task[]) => `/tasks/${tasks[0]?.id}`

export const screens: Screen[] = [
  { name: 'sign-in', path: () => '/sign-in', ready: 'form', outside: true },
  { name: 'session-ended', path: () => '/sign-in?ended=true', ready: 'form', outside: true },
  { name: 'sign-up', path: () => '/sign-up', ready: 'form', outside: true },
  {
    name: 'sign-up-refused',
    path: () => '/sign-up',
    ready: 'form',
    outside: true,
    open: async (page) => {
      await page.getByLabel('E-mail').fill('ada@example')
      await page.getByLabel('Password').fill('            ')
      await page.getByRole('button', { name: 'Open the account' }).click()
      await page.locator('[aria-invalid]').first().waitFor()
    },
  },
  { name: 'forgot', path: () => '/forgot', ready: 'form', outside: true },
  { name: 'reset', path: () => `/reset#${'a'.repeat(43)}`, ready: 'form', outside: true },
  { name: 'link-over', path: () => '/reset', ready: 'h1', outside: true },
  { name: 'verify', path: () => `/verify#${'a'.repeat(43)}`, ready: 'button', outside: true },
  { name: 'keep-address', path: () => `/keep-address#${'a'.repeat(43)}`, ready: 'button', outside: true },
  { name: 'leaving', path: () => '/leaving', ready: 'button' },
  { name: 'welcome', path: () => '/welcome', ready: 'form' },
  { name: 'now', path: () => '/', ready: 'article' },
  {
    name: 'now-arithmetic',
    path: () => '/',
    ready: 'article',
    open: (page) => page.getByRole('button', { name: /^Deadline/ }).focus(),
  },
  {
    name: 'now-snooze',
    path: () => '/',
    ready: 'article',
    open: async (page) => {
      await page.getByRole('button', { name: 'Snooze' }).click()
      await page.getByRole('menuitem').first().waitFor()
    },
  },
  {
    name: 'now-snooze-pick',
    path: () => '/',
    ready: 'article',
    open: async (page) => {
      await page.getByRole('button', { name: 'Snooze' }).click()
      await page.getByRole('menuitem', { name: 'Pick a day' }).click()
      await page.getByLabel('Day').waitFor()
    },
  },
  {
    name: 'quick-add',
    path: () => '/',
    ready: 'article',
    open: async (page) => {
      await page.locator('main').press('q')
      await page.getByRole('dialog').waitFor()
      await page.getByRole('button', { name: 'Tomorrow' }).click()
    },
  },
  {
    name: 'palette',
    path: () => '/',
    ready: 'article',
    open: async (page) => {
      await page.locator('main').press('Control+k')
      await page.getByRole('combobox').fill('the')
      await page.getByRole('option', { name: /bill/ }).waitFor()
    },
  },
  {
    name: 'help',
    path: () => '/',
    ready: 'article',
    open: async (page) => {
      await page.locator('main').press('?')
      await page.getByRole('dialog').waitFor()
    },
  },
  { name: 'not-found', path: () => '/nowhere', ready: 'h1' },
  { name: 'ranked', path: () => '/ranked', ready: 'h1' },
  { name: 'tasks', path: () => '/tasks', ready: 'h1' },
  { name: 'task', path: first, ready: 'h1:visible, aside:visible, [role=dialog]' },
  { name: 'upcoming', path: () => '/upcoming', ready: 'h1' },
  { name: 'settings', path: () => '/settings', ready: 'h1' },
  { name: 'settings-score', path: () => '/settings/score', ready: 'h1' },
  { name: 'settings-tokens', path: () => '/settings/tokens', ready: 'form' },
  {
    name: 'settings-tokens-made',
    path: () => '/settings/tokens',
    ready: 'form',
    open: async (page) => {
      await page.getByLabel('Name', { exact: true }).fill('Nightly script')
      await page.getByRole('button', { name: 'Make the token' }).click()
      await page.getByLabel('The token Nightly script').waitFor()
      await page.getByRole('button', { name: 'Revoke Nightly script…' }).first().click()
      await page.getByRole('button', { name: 'Keep' }).waitFor()
    },
  },
  { name: 'settings-account', path: () => '/settings/account', ready: 'h1' },
  { name: 'data', path: () => '/settings/data', ready: 'h1' },
]

export const sizes = {
  desk: { width: 1280, height: 860 },
  phone: { width: 360, height: 740 },
}

export const themes = ['light', 'dark'] as const

/** Shows a screen. */
export async function show(page: Page, url: string, screen: Screen, tasks: Task[]) {
  await page.goto(url + screen.path(tasks))
  await page.locator(screen.ready).first().waitFor()
  await settle(page)
  await screen.open?.(page)
  await settle(page)
}

/** Waits for what is still coming: answers, fonts, code. */
export async function settle(page: Page) {
  await page.waitForFunction(() => !document.querySelector('[aria-busy=true]'))
  await page.waitForLoadState('networkidle')
  await page.evaluate(() => document.fonts.ready.then(() => null))
}
