import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { beginFactor, factorQuery, renewCodes, turnOffFactor, type Factor, type Setup } from '../api/factor'
import { useZone } from '../shell/zone'
import { useMinute } from '../time/now'
import { Button } from '../ui/button'
import { say } from '../ui/toast'
import { momentWords } from './ago'
import { FactorSetup } from './factor-setup'
import { Loaded } from './loaded'
import { PasswordForm } from './password-form'
import { RecoveryCodes } from './recovery-codes'
import { Section } from './section'

/** The second factor: what is asked for besides the password. */
export function FactorSection() {
  return (
    <Section
      title="Second factor"
      hint="Besides the password, a code that an app on your phone makes anew every half minute. Who finds out the password alone does not get in."
    >
      <Loaded query={factorQuery} room={['h-11 w-60']}>
        {(factor) => <FactorState factor={factor} />}
      </Loaded>
    </Section>
  )
}

type Step =
  { at: 'rest' | 'begin' | 'renew' | 'off' } | { at: 'setup'; setup: Setup } | { at: 'codes'; codes: string[] }

function FactorState({ factor }: { factor: Factor }) {
  const client = useQueryClient()
  const [step, setStep] = useState<Step>({ at: 'rest' })
  const rest = () => setStep({ at: 'rest' })
  const codesDone = async () => {
    await client.invalidateQueries(factorQuery)
    rest()
  }
  switch (step.at) {
    case 'begin':
      return (
        <PasswordForm
          act="Go on"
          send={async (password) => setStep({ at: 'setup', setup: await beginFactor(password) })}
          cancel={rest}
        />
      )
    case 'setup':
      return <FactorSetup setup={step.setup} done={(codes) => setStep({ at: 'codes', codes })} cancel={rest} />
    case 'codes':
      return <RecoveryCodes codes={step.codes} onDone={() => void codesDone()} />
    case 'renew':
      return (
        <PasswordForm
          act="Make new codes"
          send={async (password) => setStep({ at: 'codes', codes: await renewCodes(password) })}
          cancel={rest}
        />
      )
    case 'off':
      return (
        <PasswordForm
          act="Turn off"
          kind="danger"
          send={async (password) => {
            await turnOffFactor(password)
            await client.invalidateQueries(factorQuery)
            say('The second factor is off')
            rest()
          }}
          cancel={rest}
        />
      )
    case 'rest':
      return factor.on ? (
        <FactorOn factor={factor} onRenew={() => setStep({ at: 'renew' })} onOff={() => setStep({ at: 'off' })} />
      ) : (
        <Button onClick={() => setStep({ at: 'begin' })}>Set up an app</Button>
      )
  }
}

function FactorOn({ factor, onRenew, onOff }: { factor: Factor; onRenew: () => void; onOff: () => void }) {
  const zone = useZone()
  const now = useMinute()
  const left = factor.recovery_codes
  return (
    <>
      <p>
        <span className="font-[550]">On</span>
        {factor.since && <span className="text-ink-3"> since {momentWords(factor.since, now, zone)}</span>}
      </p>
      <p className={`mt-1 text-[14px] ${left < 3 ? 'text-danger' : 'text-ink-2'}`}>
        {left === 0
          ? 'No recovery codes are left: make new ones, or a lost phone locks you out.'
          : left === 1
            ? 'One recovery code is left.'
            : `${left} recovery codes are left.`}
      </p>
      <div className="mt-4 flex flex-wrap gap-2">
        <Button onClick={onRenew}>New recovery codes…</Button>
        <Button kind="danger" onClick={onOff}>
          Turn off…
        </Button>
      </div>
    </>
  )
}
