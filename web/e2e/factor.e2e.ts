import { createHmac } from 'node:crypto'
import type { Browser, CDPSession, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { App, launch, open, password, type Person } from './app'

let app: App
let browser: Browser

beforeAll(async () => {
  app = await App.named()
  browser = await launch()
})

afterAll(async () => {
  await browser.close()
  await app.stop()
})

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** What an authenticator app shows that was given a secret, some half minutes from now. */
function code(secret: string, later = 0): string {
  const bits = [...secret].map((c) => alphabet.indexOf(c).toString(2).padStart(5, '0')).join('')
  const key = Buffer.from(bits.match(/.{8}/g)!.map((byte) => parseInt(byte, 2)))
  const step = Buffer.alloc(8)
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + later))
  const mac = createHmac('sha1', key).update(step).digest()
  const number = mac.readUInt32BE(mac[19]! & 15) & 0x7fffffff
  return String(number % 1_000_000).padStart(6, '0')
}

const section = (page: Page, name: string) => page.getByRole('region', { name })

/** Types the password, and leaves the rest to what comes then. */
async function passwordOf(page: Page, person: Person) {
  await page.getByLabel('E-mail').fill(person.email)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
}

async function signOut(page: Page) {
  await page.goto(`${app.url}/settings/account`)
  await section(page, 'Sign out').getByRole('button', { name: 'Sign out', exact: true }).click()
  await page.waitForURL('**/sign-in**')
}

test('a second factor is set up, asked for, and turned off', async () => {
  const person = await app.person()
  const { page, complaints } = await open(browser, { permissions: ['clipboard-read', 'clipboard-write'] })
  await person.signIn(page)
  await page.goto(`${app.url}/settings/account`)
  const factor = section(page, 'Second factor')
  await factor.getByRole('button', { name: 'Set up an app' }).click()
  await factor.getByLabel('Your password').fill('not this one')
  await factor.getByRole('button', { name: 'Go on' }).click()
  await factor.getByText('is not right').waitFor()
  await factor.getByLabel('Your password').fill(password)
  await factor.getByRole('button', { name: 'Go on' }).click()
  await factor.getByRole('img', { name: 'The secret, for an app to read' }).waitFor()
  const secret = (await factor.getByTestId('secret').innerText()).replaceAll(' ', '')
  expect(secret).toMatch(/^[A-Z2-7]{32}$/)
  await factor.getByLabel('The six digits it shows now').fill('000000')
  await factor.getByRole('button', { name: 'Turn on' }).click()
  await factor.getByText('is not right').waitFor()
  await factor.getByLabel('The six digits it shows now').fill(code(secret))
  await factor.getByRole('button', { name: 'Turn on' }).click()

  // Shown once: to be copied, saved or printed.
  const codes = await factor.getByRole('list', { name: 'Recovery codes' }).getByRole('listitem').allInnerTexts()
  expect(codes).toHaveLength(10)
  await factor.getByRole('button', { name: 'Copy', exact: true }).click()
  await factor.getByRole('button', { name: 'Copied' }).waitFor()
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(codes.join('\n') + '\n')
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    factor.getByRole('button', { name: 'Download' }).click(),
  ])
  expect(file.suggestedFilename()).toBe('mindflow-recovery-codes.txt')
  await factor.getByRole('button', { name: 'I have kept them' }).click()
  await factor.getByText('10 recovery codes are left.').waitFor()
  expect(await page.content()).not.toContain(codes[0])

  // The password alone is not enough: a wrong code, then the next one.
  await signOut(page)
  await passwordOf(page, person)
  await page.getByRole('heading', { name: 'One step more' }).waitFor()
  await page.getByLabel('Code').fill(code(secret)) // it has turned the factor on
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByText('That code is not right, or was used before.').waitFor()
  await page.getByLabel('Code').fill(code(secret, 1))
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL(`${app.url}/`)

  // Without the phone.
  await signOut(page)
  await passwordOf(page, person)
  await page.getByRole('button', { name: 'Use a recovery code' }).click()
  await page.getByLabel('Recovery code').fill(codes[2]!.toUpperCase())
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL(`${app.url}/`)
  await page.goto(`${app.url}/settings/account`)
  await factor.getByText('9 recovery codes are left.').waitFor()

  await factor.getByRole('button', { name: 'New recovery codes…' }).click()
  await factor.getByLabel('Your password').fill(password)
  await factor.getByRole('button', { name: 'Make new codes' }).click()
  await factor.getByRole('button', { name: 'I have kept them' }).click()
  await factor.getByText('10 recovery codes are left.').waitFor()
  await factor.getByRole('button', { name: 'Turn off…' }).click()
  await factor.getByLabel('Your password').fill(password)
  await factor.getByRole('button', { name: 'Turn off', exact: true }).click()
  await factor.getByRole('button', { name: 'Set up an app' }).waitFor()
  await signOut(page)
  await passwordOf(page, person)
  await page.waitForURL(`${app.url}/`)
  expect(complaints).toEqual([])
})

/** A phone or computer that keeps passkeys, and whose person says yes, once it may. */
async function device(page: Page) {
  const cdp: CDPSession = await page.context().newCDPSession(page)
  await cdp.send('WebAuthn.enable', { enableUI: false })
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
  return {
    verifies: (isUserVerified: boolean) => cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified }),
    answers: (enabled: boolean) => cdp.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled }),
    count: async () => (await cdp.send('WebAuthn.getCredentials', { authenticatorId })).credentials.length,
  }
}

test('a passkey is added, signs in, is renamed and removed', async () => {
  const person = await app.person()
  const { page, complaints } = await open(browser)
  const phone = await device(page)
  await person.signIn(page)
  await page.goto(`${app.url}/settings/account`)
  const passkeys = section(page, 'Passkeys')
  await passkeys.getByRole('button', { name: 'Add a passkey' }).click()
  await passkeys.getByLabel('What to call it').fill('Phone <b>')
  await passkeys.getByLabel('Your password').fill(password)
  await passkeys.getByRole('button', { name: 'Add it' }).click()
  await passkeys.getByText('Never used').waitFor()
  expect(await phone.count()).toBe(1)

  // Once more on the same device: it knows that it has one.
  await passkeys.getByRole('button', { name: 'Add a passkey' }).click()
  await passkeys.getByLabel('Your password').fill(password)
  await passkeys.getByRole('button', { name: 'Add it' }).click()
  await passkeys.getByText('This device has a passkey of yours already.').waitFor()
  await passkeys.getByRole('button', { name: 'Cancel' }).click()

  const use = page.getByRole('button', { name: 'Use a passkey' })
  // The device answers what is asked while it may, and lets wait what was asked before.
  const leave = async () => {
    await phone.answers(false)
    const offered = page.waitForResponse('**/passkey/begin')
    await signOut(page)
    await (await offered).finished()
    await page.waitForTimeout(300)
    await phone.answers(true)
  }
  await leave()
  await use.click()
  await page.waitForURL(`${app.url}/`)

  // Offered where the address is typed: nothing is clicked.
  await leave()
  await page.reload()
  await page.waitForURL(`${app.url}/`)

  // Whoever cannot show who they are stays outside.
  await leave()
  await phone.verifies(false)
  await use.click()
  await page.getByText('No passkey was used.').waitFor()
  await phone.verifies(true)
  await use.click()
  await page.waitForURL(`${app.url}/`)

  await page.goto(`${app.url}/settings/account`)
  await passkeys.getByText(/^Used /).waitFor()
  await passkeys.getByRole('button', { name: 'Rename Phone <b>' }).click()
  await passkeys.getByLabel('Name').fill('Old phone')
  await passkeys.getByRole('button', { name: 'Save the name' }).click()
  await passkeys.getByRole('button', { name: 'Remove Old phone…' }).click()
  await passkeys.getByLabel('Your password').fill(password)
  await passkeys.getByRole('button', { name: 'Remove', exact: true }).click()
  await expect.poll(() => passkeys.getByRole('listitem').count()).toBe(0)
  await leave()
  await use.click()
  await page.getByText('does not admit anybody here').waitFor()
  expect(complaints).toEqual([])
})
