import { useState, type FormEvent } from 'react'
import { explain, Problem } from '../api/errors'
import type { KnownPreferences, Weights } from '../api/queries'
import { Button } from '../ui/button'
import { Failure } from '../ui/field'
import { say } from '../ui/toast'
import { WithPreferences } from './known'
import { MeanwhileNotice } from './meanwhile'
import { Preview } from './preview'
import { useSaving } from './saving'
import { Section } from './section'
import { WeightField } from './weight-field'
import { readWeights, sameWeights, standard, weightNames, type WeightName } from './weights'

/** How much each term of a score counts, with the ranking it would make. */
export default function ScoreSettings() {
  return <WithPreferences>{(known) => <ScoreForm known={known} />}</WithPreferences>
}

type Texts = Record<WeightName, string>
type Draft = { seen: KnownPreferences; texts: Texts }

const weightsOf = (p: Weights): Weights => ({
  weight_urgency: p.weight_urgency,
  weight_priority: p.weight_priority,
  weight_effort: p.weight_effort,
  time_of_day_bonus: p.time_of_day_bonus,
})

const textsOf = (p: Weights): Texts => Object.fromEntries(weightNames.map((name) => [name, String(p[name])])) as Texts

function ScoreForm({ known }: { known: KnownPreferences }) {
  const { save, takeBack, busy, error, meanwhile, forget } = useSaving()
  const [draft, setDraft] = useState<Draft | null>(null)
  const saved = weightsOf(known)
  const texts = draft?.texts ?? textsOf(known)
  const { weights, wrong } = readWeights(texts)
  const changed = draft !== null && !(weights && sameWeights(weights, saved))

  const set = (to: Partial<Texts>) => setDraft({ seen: draft?.seen ?? known, texts: { ...texts, ...to } })

  const put = async (seen: KnownPreferences, to: Weights) => {
    const before = weightsOf(seen)
    const now = await save(seen, to)
    if (!now) return
    setDraft(null)
    say('Weights are saved', () => void takeBack(now, before))
  }

  const back = () => {
    setDraft(null)
    forget()
  }

  const submit = (e: FormEvent) => {
    e.preventDefault()
    if (weights && draft) void put(draft.seen, weights)
  }

  const refused = error instanceof Problem && error.fields.length > 0 ? error : null
  return (
    <>
      <div>
        <Section
          title="What counts"
          hint="The score of a task is urgency, priority and effort, each times its weight, and all of it times the time of day."
        >
          <form noValidate onSubmit={submit}>
            <div className="flex flex-col gap-5 desk:gap-3">
              {weightNames.map((name) => (
                <WeightField
                  key={name}
                  name={name}
                  text={texts[name]}
                  wrong={wrong[name] ?? refused?.field(name)}
                  onChange={(text) => set({ [name]: text })}
                />
              ))}
            </div>
            <Failure>{error !== null && !refused && explain(error)}</Failure>
            <div className="mt-5 flex flex-wrap gap-2">
              <Button kind="primary" type="submit" disabled={busy || !changed || !weights}>
                Save
              </Button>
              <Button disabled={!changed} onClick={back}>
                Reset
              </Button>
              <Button
                kind="ghost"
                disabled={weights !== null && sameWeights(weights, standard)}
                onClick={() => set(textsOf(standard))}
              >
                Standard weights
              </Button>
            </div>
            {meanwhile && (
              <MeanwhileNotice
                meanwhile={meanwhile}
                leave={back}
                keep={() => void put(meanwhile.theirs, meanwhile.mine as Weights)}
              />
            )}
          </form>
        </Section>
      </div>
      <Preview saved={saved} weights={weights ?? saved} changed={changed} />
    </>
  )
}
