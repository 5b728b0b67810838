import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import type { Task } from '../src/api/client'
import { open, password, type App, type Complaints, type Person } from './app'
import { Program } from './program'

/**
 * Every screen, and what opens over it. What all of them have to do (axe, hostile text,
 * pictures) is asked of each: a new one is a line here.
 */
export type Screen = {
  name: string
  path: (at: At) => string | Promise<string>
  /** Looked for before anything is asked of the screen. */
  ready: string
  /** Who sees it, if not somebody with tasks: nobody who is signed in, or somebody without any. */
  who?: 'nobody' | 'newcomer'
  /** What is opened over it. */
  open?: (at: At) => Promise<unknown>
}

/** Whose screen it is, and where it is shown. */
type At = { page: Page; person: Person; tasks: Task[] }

const first = ({ tasks }: At) => `/tasks/${tasks[0]!.id}`
const last = ({ tasks }: At) => tasks.at(-1)!

const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: true })

/** A task of its own, that is gone from the lists again once the screen is seen. */
const another = async ({ person, tasks }: At) => {
  const { id } = await person.add({ title: last({ tasks } as At).title })
  return `/tasks/${id}`
}

/** A few of them in the trash, one with steps. */
const thrown = async (at: At) => {
  for (const { title } of at.tasks.slice(0, 6)) {
    const { id } = await at.person.add({ title })
    await at.person.call(`/api/tasks/${id}`, 'DELETE')
  }
  const above = await at.person.add({ title: 'Move to the new flat' })
  await at.person.add({ title: 'Order the van', parent_id: above.id })
  await at.person.call(`/api/tasks/${above.id}`, 'DELETE')
  return '/trash'
}

/** A project with another in it, an archived one and an empty one; a task with steps, and one that waits for another. */
type Garden = Record<'project' | 'archived' | 'empty' | 'trip' | 'step' | 'waits', string>

const gardens = new WeakMap<Person, Promise<Garden>>()

/** Theirs, made when it is first asked for. */
function garden(at: At): Promise<Garden> {
  const known = gardens.get(at.person) ?? plant(at)
  gardens.set(at.person, known)
  return known
}

async function plant({ person, tasks }: At): Promise<Garden> {
  const title = (i: number) => (tasks.at(i) ?? tasks[0]!).title
  const project = async (name: string, parent_id?: string) => {
    const body = { name: [...name].slice(0, 100).join('').trim(), ...(parent_id ? { parent_id } : {}) }
    return ((await person.call('/api/projects', 'POST', body)) as { id: string }).id
  }
  const add = async (i: number, more: object) => (await person.add({ title: title(i), priority: 1, ...more })).id
  const top = await project(title(3))
  const beds = await project(title(4), top)
  const archived = await project(title(5))
  const trip = await add(3, { project_id: top })
  const steps = []
  for (const i of [0, 3, 4, 5]) steps.push(await add(i, { parent_id: trip }))
  await add(4, { parent_id: steps[1] })
  await person.call(`/api/tasks/${steps[0]}/complete`, 'POST')
  const waits = await add(8, { project_id: top, blocked_by: [trip], due_date: tasks[0]!.due_date })
  for (const i of [9, 4]) await add(i, { project_id: beds })
  await add(10, { project_id: archived })
  await person.call(`/api/projects/${archived}/archive`, 'POST')
  return { project: top, archived, empty: await project(title(0)), trip, step: steps[1]!, waits }
}

const inProject = (of: 'project' | 'archived' | 'empty') => async (at: At) => `/tasks?project=${(await garden(at))[of]}`
const task = (of: 'trip' | 'step' | 'waits') => async (at: At) => `/tasks/${(await garden(at))[of]}`

const projectMenu =
  (item?: string) =>
  async ({ page }: At) => {
    await button(page, 'Change the project').click()
    const menu = page.getByRole('menu')
    if (item) await menu.getByRole('menuitem', { name: item }).click()
    await (item ? page.getByRole('dialog') : menu).waitFor()
  }

/** A template with a title of theirs. */
const template = async ({ person, tasks }: At) => {
  const name = [...last({ tasks } as At).title].slice(0, 100).join('').trim()
  await person.call('/api/templates', 'POST', { from_task: tasks[0]!.id, name })
  return '/settings/templates'
}

/** Two tasks that remind, one with a title of theirs, as soon as the app asks for them. */
const reminders = async ({ page, person, tasks }: At) => {
  const ago = (minutes: number) => new Date(Math.floor(Date.now() / 60_000 - minutes) * 60_000).toISOString()
  const told: object[] = []
  for (const [at, fields] of [
    [ago(1), { title: last({ tasks } as At).title }],
    [ago(9), { title: 'Call Ines', due_date: ago(0) }],
  ] as const) {
    const { id, title, due_date } = await person.add({ ...fields, reminders: [{ at }] })
    told.push({ at, task_id: id, title, due_date })
  }
  await page.route('**/api/reminders', (route) => route.fulfill({ json: { reminders: told } }))
  return '/'
}

/** A task that comes again, with a title of theirs. */
const weekly = async ({ person, tasks }: At) => {
  const { id } = await person.add({
    title: last({ tasks } as At).title,
    due_date: '2099-01-01',
    recurrence: { rule: 'FREQ=WEEKLY', from: 'schedule' },
  })
  return `/tasks/${id}`
}

/** The days as columns or as a list, where there is room for both. */
const look =
  (name: 'Columns' | 'List') =>
  async ({ page }: At) => {
    const choice = button(page, name)
    if (await choice.isVisible()) await choice.click()
  }

const selectAll = async ({ page }: At) => {
  await button(page, 'Select').click()
  await page.getByRole('group', { name: 'Selected tasks' }).getByRole('button', { name: /^All/ }).click()
}

/** A table of tasks, one of which cannot be read. */
const table = (tasks: Task[]) =>
  ['title,due_date', ...tasks.slice(0, 12).map((t) => `"new: ${t.title.replaceAll('"', '""')}",`), '"the",no day'].join(
    '\n',
  )

/** A program with a name of theirs. */
const introduce = ({ person, tasks }: At, redirect: string) =>
  Program.introduce(person.url, (tasks.at(3) ?? tasks[0]!).title, redirect)

const far = 'https://assistant.with-a-rather-long-name.apps.example.com/oauth/callback'
const near = 'http://127.0.0.1/done'

export const screens: Screen[] = [
  { name: 'sign-in', path: () => '/sign-in', ready: 'form', who: 'nobody' },
  { name: 'session-ended', path: () => '/sign-in?ended=true', ready: 'form', who: 'nobody' },
  { name: 'sign-up', path: () => '/sign-up', ready: 'form', who: 'nobody' },
  {
    name: 'sign-up-refused',
    path: () => '/sign-up',
    ready: 'form',
    who: 'nobody',
    open: async ({ page }) => {
      await page.getByLabel('E-mail').fill('ada@example')
      await page.getByLabel('Password').fill('            ')
      await page.getByRole('button', { name: 'Open the account' }).click()
      await page.locator('[aria-invalid]').first().waitFor()
    },
  },
  { name: 'forgot', path: () => '/forgot', ready: 'form', who: 'nobody' },
  { name: 'reset', path: () => `/reset#${'a'.repeat(43)}`, ready: 'form', who: 'nobody' },
  { name: 'link-over', path: () => '/reset', ready: 'h1', who: 'nobody' },
  { name: 'verify', path: () => `/verify#${'a'.repeat(43)}`, ready: 'button', who: 'nobody' },
  { name: 'keep-address', path: () => `/keep-address#${'a'.repeat(43)}`, ready: 'button', who: 'nobody' },
  { name: 'leaving', path: () => '/leaving', ready: 'button' },
  { name: 'consent', path: async (at) => (await introduce(at, far)).path(), ready: 'fieldset' },
  { name: 'consent-here', path: async (at) => (await introduce(at, near)).path(), ready: 'fieldset' },
  {
    name: 'consent-narrowed',
    path: async (at) => (await introduce(at, 'https://claude.ai/api/mcp/auth_callback')).path(),
    ready: 'fieldset',
    open: async ({ page }) => {
      await page.getByLabel('Read your tasks').uncheck()
      await page.locator('button:not([aria-disabled=true])', { hasText: /^Allow$/ }).waitFor()
    },
  },
  {
    name: 'consent-refused',
    path: async (at) => (await introduce(at, far)).path({ code_challenge_method: 'plain' }),
    ready: 'h1:not(:empty)',
    open: ({ page }) => button(page, /^Back to/).waitFor(),
  },
  {
    name: 'consent-impossible',
    path: async (at) => (await introduce(at, far)).path({ redirect_uri: 'https://evil.example/' }),
    ready: 'h1',
    open: ({ page }) => page.getByRole('heading', { name: 'This link cannot be used' }).waitFor(),
  },
  { name: 'welcome', path: () => '/welcome', ready: 'form' },
  { name: 'now', path: () => '/', ready: 'article' },
  {
    name: 'now-reminders',
    path: reminders,
    ready: 'article',
    open: ({ page }) => page.getByText('Reminder: ').first().waitFor({ state: 'attached' }),
  },
  {
    name: 'now-arithmetic',
    path: () => '/',
    ready: 'article',
    open: ({ page }) => page.getByRole('button', { name: /^Deadline/ }).focus(),
  },
  {
    name: 'now-snooze',
    path: () => '/',
    ready: 'article',
    open: async ({ page }) => {
      await page.getByRole('button', { name: 'Snooze' }).click()
      await page.getByRole('menuitem').first().waitFor()
    },
  },
  {
    name: 'now-snooze-pick',
    path: () => '/',
    ready: 'article',
    open: async ({ page }) => {
      await page.getByRole('button', { name: 'Snooze' }).click()
      await page.getByRole('menuitem', { name: 'Pick a day' }).click()
      await page.getByLabel('Day').waitFor()
    },
  },
  {
    name: 'quick-add',
    path: () => '/',
    ready: 'article',
    open: async ({ page }) => {
      await page.locator('main').press('q')
      await page.getByRole('dialog').waitFor()
      await page.getByRole('button', { name: 'Tomorrow' }).click()
    },
  },
  {
    name: 'palette',
    path: () => '/',
    ready: 'article',
    open: async ({ page }) => {
      await page.locator('main').press('Control+k')
      await page.getByRole('dialog').getByRole('combobox').fill('electricity')
      await page.getByRole('option', { name: /bill/ }).waitFor()
    },
  },
  {
    name: 'help',
    path: () => '/',
    ready: 'article',
    open: async ({ page }) => {
      await page.locator('main').press('?')
      await page.getByRole('dialog').waitFor()
    },
  },
  { name: 'not-found', path: () => '/nowhere', ready: 'h1' },
  { name: 'ranked', path: () => '/ranked', ready: 'h1' },
  { name: 'tasks', path: () => '/tasks', ready: 'h1' },
  { name: 'task', path: first, ready: 'h1:visible, aside:visible, [role=dialog]' },
  {
    name: 'tasks-filter',
    path: () => '/tasks',
    ready: 'h1',
    open: async ({ page }) => {
      await page.getByRole('button', { name: /^Tag/ }).click()
      await page.getByRole('menuitemcheckbox').first().waitFor()
    },
  },
  { name: 'tasks-selected', path: () => '/tasks', ready: 'h1', open: selectAll },
  {
    name: 'tasks-selected-due',
    path: () => '/tasks',
    ready: 'h1',
    open: async (at) => {
      await selectAll(at)
      await button(at.page, 'Due…').click()
      await at.page.getByRole('dialog', { name: 'Due' }).waitFor()
    },
  },
  {
    name: 'task-done', // with a message, and the way back
    path: another,
    ready: '[data-panel] [aria-label=Title]',
    open: async ({ page }) => {
      await page.locator('[data-panel]').getByRole('checkbox', { name: 'Done' }).click()
      await button(page, 'Undo').waitFor()
    },
  },
  {
    name: 'task-more',
    path: weekly,
    ready: '[data-panel] [aria-label=Title]',
    open: async ({ page }) => {
      await page.locator('[data-panel]').getByRole('button', { name: 'More' }).click()
      await page.getByRole('menuitem').first().waitFor()
    },
  },
  {
    name: 'task-comes-again',
    path: weekly,
    ready: '[data-panel] [aria-label=Title]',
    open: async ({ page }) => {
      await page.locator('[data-panel]').getByRole('checkbox', { name: 'Done' }).click()
      await page.getByText('Comes again').waitFor()
    },
  },
  {
    name: 'task-which-times',
    path: weekly,
    ready: '[data-panel] [aria-label=Title]',
    open: async (at) => {
      const title = at.page.locator('[data-panel]').getByLabel('Title')
      await title.fill(`Again: ${last(at).title}`.slice(0, 200))
      await title.press('Enter')
      await at.page.getByRole('dialog', { name: 'For which times?' }).waitFor()
    },
  },
  {
    name: 'task-deleted',
    path: another,
    ready: '[data-panel] [aria-label=Title]',
    open: async ({ page }) => {
      await page.locator('[data-panel]').getByRole('button', { name: 'Delete' }).click()
      await button(page, 'Restore').waitFor()
    },
  },
  { name: 'task-unknown', path: () => '/tasks/01933b3e-0000-7000-8000-000000000000', ready: '[data-panel] h2' },
  { name: 'trash', path: thrown, ready: 'ul[aria-label=Deleted]' },
  {
    name: 'trash-for-good',
    path: thrown,
    ready: 'ul[aria-label=Deleted]',
    open: async ({ page }) => {
      await page
        .getByRole('button', { name: /^Delete for good/ })
        .nth(4)
        .click()
      await page.getByRole('dialog', { name: 'Delete for good?' }).waitFor()
    },
  },
  {
    name: 'conflict',
    path: async (at) => {
      await at.person.edit(last(at).id, { description: null })
      return `/tasks/${last(at).id}`
    },
    ready: '[data-panel] [aria-label=Title]',
    open: async (at) => {
      await at.person.edit(last(at).id, { description: `Theirs: ${last(at).title}` })
      const notes = at.page.locator('[data-panel]').getByLabel('Description')
      await notes.fill(`Mine: ${last(at).title}`)
      await notes.blur()
      await at.page.getByRole('dialog', { name: 'This task was changed meanwhile' }).waitFor()
    },
  },
  { name: 'project', path: inProject('project'), ready: '[data-tasks] [data-id]' },
  { name: 'project-menu', path: inProject('project'), ready: '[data-tasks] [data-id]', open: projectMenu() },
  {
    name: 'project-rename',
    path: inProject('project'),
    ready: '[data-tasks] [data-id]',
    open: projectMenu('New sub-project…'),
  },
  { name: 'project-delete', path: inProject('project'), ready: '[data-tasks] [data-id]', open: projectMenu('Delete…') },
  { name: 'project-archived', path: inProject('archived'), ready: '[data-tasks] [data-id]' },
  { name: 'project-empty', path: inProject('empty'), ready: 'h2' },
  {
    name: 'projects-filter',
    path: inProject('project'),
    ready: '[data-tasks] [data-id]',
    open: async ({ page }) => {
      await page.getByRole('button', { name: /^Project:/ }).click()
      await page.getByRole('menuitem', { name: 'New project…' }).waitFor()
    },
  },
  {
    name: 'project-move',
    path: inProject('project'),
    ready: '[data-tasks] [data-id]',
    open: async ({ page }) => {
      const row = page.locator('[data-tasks] [data-id]').first()
      await row.locator('a[data-title]').focus()
      await row.getByRole('button', { name: /^Move:/ }).click()
      await page.getByRole('menuitem', { name: 'Move down' }).waitFor()
    },
  },
  { name: 'task-steps', path: task('trip'), ready: '[data-step]' },
  {
    name: 'task-step-menu',
    path: task('trip'),
    ready: '[data-step]',
    open: async ({ page }) => {
      const step = page.locator('[data-step]').nth(1)
      await step.getByRole('link').focus()
      await step.getByRole('button', { name: /^Move:/ }).click()
      await page.getByRole('menuitem', { name: 'Move down' }).waitFor()
    },
  },
  { name: 'task-step', path: task('step'), ready: '[data-step]' },
  {
    name: 'task-steps-open',
    path: task('trip'),
    ready: '[data-step]',
    open: async ({ page, person, tasks }) => {
      const { trip } = await garden({ page, person, tasks })
      await page.locator('[data-panel]').getByRole('checkbox', { name: 'Done', exact: true }).click()
      await button(page, 'Complete its steps too').waitFor()
      await settle(page)
      await person.call(`/api/tasks/${trip}/reopen`, 'POST')
    },
  },
  {
    name: 'task-waits',
    path: task('waits'),
    ready: '[data-panel] ul[aria-label="Waits for"] a',
    open: async ({ page }) => {
      await page.locator('[data-panel]').getByRole('checkbox', { name: 'Done', exact: true }).click()
      await button(page, 'Complete anyway').waitFor()
    },
  },
  { name: 'upcoming', path: () => '/upcoming', ready: 'h1', open: look('Columns') },
  { name: 'upcoming-list', path: () => '/upcoming', ready: 'h1', open: look('List') },
  { name: 'settings', path: () => '/settings', ready: 'h1' },
  { name: 'settings-templates', path: template, ready: 'ul[aria-label=Templates]' },
  {
    name: 'template-use',
    path: template,
    ready: 'ul[aria-label=Templates]',
    open: async ({ page }) => {
      await page.getByRole('button', { name: /^Use / }).first().click()
      await page.getByRole('dialog', { name: 'Use a template' }).getByLabel('Template').waitFor()
    },
  },
  {
    name: 'template-save',
    path: first,
    ready: '[data-panel] [aria-label=Title]',
    open: async ({ page }) => {
      await page.locator('[data-panel]').getByRole('button', { name: 'More' }).click()
      await page.getByRole('menuitem', { name: 'Save as template…' }).click()
      await page.getByRole('dialog', { name: 'Save as template' }).waitFor()
    },
  },
  { name: 'settings-score', path: () => '/settings/score', ready: 'h1' },
  { name: 'settings-tokens', path: () => '/settings/tokens', ready: 'form' },
  {
    name: 'settings-tokens-made',
    path: () => '/settings/tokens',
    ready: 'form',
    open: async ({ page }) => {
      await page.getByLabel('Name', { exact: true }).fill('Nightly script')
      await page.getByRole('button', { name: 'Make the token' }).click()
      await page.getByLabel('The token Nightly script').waitFor()
      await page.getByRole('button', { name: 'Revoke Nightly script…' }).first().click()
      await page.getByRole('button', { name: 'Keep' }).waitFor()
    },
  },
  {
    name: 'settings-assistants',
    path: async (at) => {
      await (await introduce(at, far)).letInBy(at.person)
      return '/settings/assistants'
    },
    ready: 'ul[aria-label="Connected assistants"]',
    open: async ({ page }) => {
      await page
        .getByRole('button', { name: /^Cut off/ })
        .first()
        .click()
      await page.getByRole('button', { name: 'Keep' }).waitFor()
    },
  },
  { name: 'settings-theme', path: () => '/settings/theme', ready: '[role=radiogroup]' },
  { name: 'settings-account', path: () => '/settings/account', ready: 'h1' },
  {
    name: 'settings-second-factor',
    path: () => '/settings/account',
    ready: 'h1',
    open: async ({ page }) => {
      const factor = page.getByRole('region', { name: 'Second factor' })
      await factor.getByRole('button', { name: 'Set up an app' }).click()
      await factor.getByLabel('Your password').fill(password)
      await factor.getByRole('button', { name: 'Go on' }).click()
      await factor.getByRole('img').waitFor()
    },
  },
  { name: 'data', path: () => '/settings/data', ready: 'h1' },
  {
    name: 'data-report',
    path: () => '/settings/data',
    ready: 'input[type=file]',
    open: async ({ page, tasks }) => {
      const buffer = Buffer.from(table(tasks))
      await page.locator('input[type=file]').setInputFiles({ name: 'tasks.csv', mimeType: 'text/csv', buffer })
      await button(page, 'See what would come of it').click()
      await page.getByRole('region', { name: 'What would come of it' }).waitFor()
    },
  },
  {
    name: 'offline',
    path: () => '/',
    ready: 'article',
    open: async ({ page }) => {
      await page.context().setOffline(true)
      await page.getByText('Offline. This is what was last known').waitFor()
    },
  },
  { name: 'now-empty', path: () => '/', ready: 'h1', who: 'newcomer' },
  { name: 'settings-assistants-empty', path: () => '/settings/assistants', ready: 'input', who: 'newcomer' },
  { name: 'tasks-empty', path: () => '/tasks', ready: 'h2', who: 'newcomer' },
  { name: 'trash-empty', path: () => '/trash', ready: 'h2', who: 'newcomer' },
  { name: 'upcoming-empty', path: () => '/upcoming', ready: '[data-board]', who: 'newcomer' },
]

export const sizes = {
  desk: { width: 1280, height: 860 },
  phone: { width: 360, height: 740 },
}

export const themes = ['light', 'dark'] as const

/** Who sees the screens, each in a window of their own: somebody with tasks, somebody without, and nobody. */
export class Visit {
  private constructor(
    private readonly url: string,
    private readonly at: Record<'somebody' | 'newcomer' | 'nobody', At>,
    readonly complaints: Complaints,
  ) {}

  static async begin(
    app: App,
    browser: Browser,
    settle: (person: Person) => Promise<Task[]>,
    options: BrowserContextOptions = {},
  ): Promise<Visit> {
    const [person, newcomer] = [await app.person(), await app.person()]
    const tasks = await settle(person)
    const [somebody, other, nobody] = [
      await open(browser, options),
      await open(browser, options),
      await open(browser, options),
    ]
    await person.signIn(somebody.page)
    await newcomer.signIn(other.page)
    return new Visit(
      app.url,
      {
        somebody: { page: somebody.page, person, tasks },
        newcomer: { page: other.page, person: newcomer, tasks: [] },
        nobody: { page: nobody.page, person, tasks: [] },
      },
      somebody.complaints,
    )
  }

  /** Shows a screen; answers the page it is on. */
  async show(screen: Screen, size?: { width: number; height: number }): Promise<Page> {
    const at = this.at[screen.who ?? 'somebody']
    if (size) await at.page.setViewportSize(size)
    await show(at, this.url, screen)
    return at.page
  }
}

/** Shows a screen. */
export async function show(at: At, url: string, screen: Screen) {
  const { page } = at
  await page.context().setOffline(false)
  await page.goto(url + (await screen.path(at)))
  await page.locator(screen.ready).first().waitFor()
  await settle(page)
  if (!screen.open) return
  await screen.open(at)
  await settle(page)
}

/** Waits for what is still coming: answers, fonts, code. */
export async function settle(page: Page) {
  await page.waitForFunction(() => !document.querySelector('[aria-busy=true]'))
  await page.waitForLoadState('networkidle')
  await page.evaluate(() => document.fonts.ready.then(() => null))
}
