import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { api, data } from '../api/client'
import { explain } from '../api/errors'
import { meQuery } from '../api/queries'
import { Button } from '../ui/button'
import { Field } from '../ui/field'
import { useForm } from './form'
import { Section } from './section'

const sentWords = (mail: string, to: string) =>
  mail === 'log' ? 'This server sends no mail: the link is printed in its log.' : to

/** Says, quietly, that an address is not confirmed yet. */
function Unverified() {
  const [said, setSaid] = useState('')
  const again = async () => {
    try {
      const { mail } = await data(api.POST('/api/auth/verify-email/resend'))
      setSaid(sentWords(mail, 'A new link is on its way.'))
    } catch (failure) {
      setSaid(explain(failure))
    }
  }
  return (
    <p className="mb-6 flex flex-wrap items-center gap-x-3 text-[14px] text-ink-2">
      <span role="status">{said || 'Your address is not confirmed yet.'}</span>
      {!said && (
        <Button kind="ghost" onClick={() => void again()}>
          Send the link again
        </Button>
      )}
    </p>
  )
}

/** Name, address, password. */
export function You() {
  const client = useQueryClient()
  const me = useQuery(meQuery).data
  const name = useForm(['full_name'], async (form) => {
    const full_name = String(form.get('name')).trim() || null
    client.setQueryData(meQuery.queryKey, await data(api.PATCH('/api/auth/me', { body: { full_name } })))
    return 'Saved.'
  })
  const address = useForm(['email', 'password'], async (form) => {
    const email = String(form.get('email')).trim()
    const body = { email, password: String(form.get('password')) }
    const { mail } = await data(api.POST('/api/auth/change-email', { body }))
    return sentWords(mail, 'A link is on its way to the new address. Once it is used, the address changes.')
  })
  const password = useForm(['current_password', 'new_password'], async (form) => {
    const body = { current_password: String(form.get('current')), new_password: String(form.get('new')) }
    await data(api.POST('/api/auth/change-password', { body }))
    return 'The password is changed. Everywhere else you are signed out.'
  })
  return (
    <>
      <Section title="Name">
        <form {...name.form} key={me?.full_name ?? ''}>
          <Field
            label="Name"
            name="name"
            autoComplete="name"
            maxLength={200}
            dir="auto"
            defaultValue={me?.full_name ?? ''}
            error={name.wrong('full_name')}
          />
          {name.below}
          <Button type="submit" className="self-start" disabled={name.busy}>
            Save the name
          </Button>
        </form>
      </Section>
      <Section title="E-mail address" hint="A link goes to the new address; the present one is told.">
        {me && !me.email_verified && <Unverified />}
        <form {...address.form}>
          <Field
            label="New address"
            name="email"
            type="email"
            inputMode="email"
            autoComplete="email"
            required
            error={address.wrong('email')}
          />
          <Field
            label="Your password"
            name="password"
            type="password"
            autoComplete="current-password"
            required
            error={address.wrong('password')}
          />
          {address.below}
          <Button type="submit" className="self-start" disabled={address.busy}>
            Change the address
          </Button>
        </form>
      </Section>
      <Section title="Password" hint="A new one signs you out everywhere else, and ends every token.">
        <form {...password.form}>
          <input type="text" name="username" autoComplete="username" value={me?.email ?? ''} readOnly hidden />
          <Field
            label="Current password"
            name="current"
            type="password"
            autoComplete="current-password"
            required
            error={password.wrong('current_password')}
          />
          <Field
            label="New password"
            name="new"
            type="password"
            autoComplete="new-password"
            minLength={12}
            maxLength={128}
            required
            error={password.wrong('new_password')}
            hint="12 characters or more. A few words are easiest to remember."
          />
          {password.below}
          <Button type="submit" className="self-start" disabled={password.busy}>
            Change the password
          </Button>
        </form>
      </Section>
    </>
  )
}

/** The account's end, with fourteen days to think again. */
export function DeleteAccount({ leave }: { leave: () => Promise<void> }) {
  const [asked, setAsked] = useState(false)
  const gone = useForm(['password'], async (form) => {
    await data(api.POST('/api/auth/delete-account', { body: { password: String(form.get('password')) } }))
    await leave()
    return 'Your account will be erased.'
  })
  return (
    <Section
      title="Delete the account"
      hint={
        <>
          Everything in it is erased after 14 days. Until then, sign in to keep it.{' '}
          <a
            href="/settings/data"
            className="relative inline-block rounded-sm font-[550] text-accent before:absolute before:-inset-y-3.5 before:inset-x-0 before:content-[''] hover:underline"
          >
            Export your tasks first
          </a>
          .
        </>
      }
    >
      {asked ? (
        <form {...gone.form}>
          <Field
            label="Your password"
            name="password"
            type="password"
            autoComplete="current-password"
            required
            autoFocus
            error={gone.wrong('password')}
          />
          {gone.below}
          <div className="flex flex-wrap gap-2">
            <Button kind="danger" type="submit" disabled={gone.busy}>
              Erase it in 14 days
            </Button>
            <Button onClick={() => setAsked(false)}>Keep it</Button>
          </div>
        </form>
      ) : (
        <Button kind="danger" onClick={() => setAsked(true)}>
          Delete the account
        </Button>
      )}
    </Section>
  )
}
