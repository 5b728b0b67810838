import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { meQuery } from '../api/queries'
import { Button } from '../ui/button'
import { Field } from '../ui/field'
import { useForm } from './form'

/** Asks for the password once more, before something that whoever sits here must not do without it. */
export function PasswordForm({
  act,
  kind = 'primary',
  send,
  cancel,
  children,
}: {
  act: string
  kind?: 'primary' | 'danger'
  send: (password: string, form: FormData) => Promise<void>
  cancel: () => void
  children?: ReactNode
}) {
  const me = useQuery(meQuery).data
  const { form, wrong, below, busy } = useForm(['password'], async (sent) => {
    await send(String(sent.get('password')), sent)
    return ''
  })
  return (
    <form {...form}>
      <input type="text" name="username" autoComplete="username" value={me?.email ?? ''} readOnly hidden />
      {children}
      <Field
        label="Your password"
        name="password"
        type="password"
        autoComplete="current-password"
        required
        autoFocus={!children}
        error={wrong('password')}
      />
      {below}
      <div className="flex flex-wrap gap-2">
        <Button kind={kind} type="submit" disabled={busy}>
          {act}
        </Button>
        <Button onClick={cancel}>Cancel</Button>
      </div>
    </form>
  )
}
