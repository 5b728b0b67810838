import { lazy, Suspense, useState } from 'react'
import { confirmFactor, type Setup } from '../api/factor'
import { Button } from '../ui/button'
import { Field } from '../ui/field'
import { useForm } from './form'

const QR = lazy(() => import('./qr'))

/** A secret in groups, as people type it. */
const grouped = (secret: string) => secret.replace(/(.{4})(?=.)/g, '$1 ')

/** The secret for the person's app, and the code that shows that it has it. */
export function FactorSetup({
  setup,
  done,
  cancel,
}: {
  setup: Setup
  done: (codes: string[]) => void
  cancel: () => void
}) {
  const [copied, setCopied] = useState(false)
  const { form, wrong, below, busy } = useForm(['code'], async (sent) => {
    done(await confirmFactor(String(sent.get('code')).trim()))
    return ''
  })
  const copy = () =>
    void navigator.clipboard.writeText(setup.secret).then(
      () => setCopied(true),
      () => {},
    )
  return (
    <div className="rise grid max-w-140 gap-6 rounded-card border border-line bg-surface p-5 desk:grid-cols-[208px_minmax(0,1fr)]">
      <div className="aspect-square w-52 overflow-hidden rounded-control border border-line">
        <Suspense fallback={null}>
          <QR text={setup.address} label="The secret, for an app to read" />
        </Suspense>
      </div>
      <div className="min-w-0">
        <p className="text-[14px] text-ink-2">
          Let an authenticator app on your phone read the picture. Or type this into it:
        </p>
        <p className="mt-2 font-mono text-[14px] break-words" data-testid="secret">
          {grouped(setup.secret)}
        </p>
        <Button kind="ghost" className="-ml-3.75" onClick={copy}>
          {copied ? 'Copied' : 'Copy the secret'}
        </Button>
      </div>
      <form {...form} className="flex max-w-100 flex-col gap-4 desk:col-span-2">
        <Field
          label="The six digits it shows now"
          name="code"
          required
          autoComplete="one-time-code"
          inputMode="numeric"
          maxLength={7}
          error={wrong('code')}
        />
        {below}
        <div className="flex flex-wrap gap-2">
          <Button kind="primary" type="submit" disabled={busy}>
            Turn on
          </Button>
          <Button onClick={cancel}>Cancel</Button>
        </div>
      </form>
    </div>
  )
}
