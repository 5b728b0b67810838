import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { createPasskey, isRefusal, takesPasskeys } from '../account/passkey'
import { optionsQuery } from '../account/links'
import { NotMade } from '../api/errors'
import { addPasskey, beginPasskey, passkeysQuery } from '../api/factor'
import { Button } from '../ui/button'
import { Field } from '../ui/field'
import { say } from '../ui/toast'
import { Loaded } from './loaded'
import { PasskeyRow } from './passkey-row'
import { PasswordForm } from './password-form'
import { Section } from './section'

/** Passkeys: each signs in by itself. */
export function PasskeysSection() {
  const here = useQuery(optionsQuery).data?.passkeys !== false && takesPasskeys()
  return (
    <Section
      title="Passkeys"
      hint="A passkey signs you in by itself: your phone, computer or password manager keeps it, and asks for your finger, face or PIN. It cannot be phished."
    >
      <Loaded query={passkeysQuery}>
        {(passkeys) =>
          passkeys.length === 0 ? null : (
            <ul aria-label="Your passkeys" className="mb-4 border-t border-line">
              {passkeys.map((passkey) => (
                <PasskeyRow key={passkey.id} passkey={passkey} />
              ))}
            </ul>
          )
        }
      </Loaded>
      {here ? (
        <AddPasskey />
      ) : (
        <p className="text-[14px] text-ink-3">
          No passkey can be added here: this browser or this server’s address takes none.
        </p>
      )}
    </Section>
  )
}

function AddPasskey() {
  const client = useQueryClient()
  const [asked, setAsked] = useState(false)
  if (!asked) return <Button onClick={() => setAsked(true)}>Add a passkey</Button>
  const add = async (password: string, form: FormData) => {
    const options = await beginPasskey(password)
    const made = await createPasskey(options).catch((error: unknown) => {
      throw error instanceof DOMException && error.name === 'InvalidStateError'
        ? new NotMade('This device has a passkey of yours already.')
        : isRefusal(error)
          ? new NotMade('No passkey was made. Try again.')
          : error
    })
    const { name } = await addPasskey(client, String(form.get('name')).trim(), made)
    say(`Added: ${name}`)
    setAsked(false)
  }
  return (
    <PasswordForm act="Add it" send={add} cancel={() => setAsked(false)}>
      <Field
        label="What to call it"
        name="name"
        maxLength={100}
        autoComplete="off"
        dir="auto"
        autoFocus
        hint="Such as “Phone” or “Work laptop”."
      />
    </PasswordForm>
  )
}
