import { useState } from 'react'
import { tokensQuery, type NewToken as Made } from '../api/grants'
import { Loaded } from './loaded'
import { MadeToken } from './made-token'
import { NewToken } from './new-token'
import { Section } from './section'
import { TokenRow } from './token-row'

/** What scripts may act for the person, and how to let one more. */
export default function TokenSettings() {
  const [made, setMade] = useState<Made | null>(null)
  return (
    <>
      <Section
        title="New token"
        hint="A token lets a script act for you, as far as you allow, until it expires or you revoke it. It can make no tokens and change no password."
      >
        {made ? <MadeToken made={made} onDone={() => setMade(null)} /> : <NewToken onMade={setMade} />}
      </Section>
      <Section title="Your tokens">
        <Loaded query={tokensQuery}>
          {(tokens) =>
            tokens.length === 0 ? (
              <p className="text-[14px] text-ink-3">There are none.</p>
            ) : (
              <ul aria-label="Your tokens" className="border-t border-line">
                {tokens.map((token) => (
                  <TokenRow key={token.id} token={token} />
                ))}
              </ul>
            )
          }
        </Loaded>
      </Section>
    </>
  )
}
