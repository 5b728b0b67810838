import { useState } from 'react'
import type { Reasoning } from '../api/client'
import type { Weights } from '../api/queries'

type Term = {
  name: 'deadline' | 'priority' | 'effort' | 'time'
  label: string
  points: number
  value: string
  sum: string
}

const colours = { deadline: 'bg-deadline', priority: 'bg-priority', effort: 'bg-effort', time: 'bg-time' }

/** A number of points: two decimals at the most, a minus that is one. */
export const points = (n: number): string => String(Math.round(n * 100) / 100).replace('-', '−')

/** A score: one decimal at the least, so that scores stand below one another. */
export const scoreText = (n: number): string => (Number.isInteger(n * 10) ? n.toFixed(1) : points(n))

/** The terms of a score. Their points add up to it, to the cent. */
export function termsOf(r: Reasoning, task: { priority: number }, p: Weights | undefined): Term[] {
  const times = (value: number, weight: number | undefined, sum: number) =>
    weight === undefined ? points(sum) : `${points(value)} × weight ${points(weight)} = ${points(sum)}`
  const base = r.deadline_urgency_score + r.priority_score + r.effort_bonus_score
  return [
    {
      name: 'deadline',
      label: 'Deadline',
      points: r.deadline_urgency_score,
      value: points(r.deadline_urgency_score),
      sum: `Deadline: urgency ${times(r.deadline_urgency, p?.weight_urgency, r.deadline_urgency_score)}`,
    },
    {
      name: 'priority',
      label: 'Priority',
      points: r.priority_score,
      value: points(r.priority_score),
      sum: `Priority: ${times(task.priority, p?.weight_priority, r.priority_score)}`,
    },
    {
      name: 'effort',
      label: r.effort_bonus >= 0.75 ? 'Quick win' : 'Effort',
      points: r.effort_bonus_score,
      value: points(r.effort_bonus_score),
      sum: `Effort: bonus ${times(r.effort_bonus, p?.weight_effort, r.effort_bonus_score)}`,
    },
    {
      name: 'time',
      label: 'Time of day',
      points: r.time_of_day_score,
      value: `× ${r.time_of_day_multiplier.toFixed(r.time_of_day_multiplier * 10 === Math.round(r.time_of_day_multiplier * 10) ? 1 : 2)}`,
      sum: `Time of day: ${points(base)} × ${points(r.time_of_day_multiplier)} = ${points(r.total_score)}, which is ${r.time_of_day_score < 0 ? '' : '+'}${points(r.time_of_day_score)}`,
    },
  ]
}

const additive = (terms: Term[]) => terms.filter((t) => t.points > 0)

/** The whole sum, as one line. */
export function sumOf(terms: Term[], total: number): string {
  const parts = terms.filter((t) => t.points !== 0)
  if (parts.length < 2) return parts[0]?.sum ?? 'Nothing adds to it: 0'
  const text = parts.map((t, i) =>
    t.points < 0 ? `− ${points(-t.points)}` : `${i > 0 ? '+ ' : ''}${points(t.points)}`,
  )
  return `${text.join(' ')} = ${points(total)}`
}

/** The sentence that says why. The title in it is somebody's words, and may run the other way. */
export function Why({ of: { recommendation, inherited_from: from } }: { of: Reasoning }) {
  const because = from && `, because “${from.title}” waits for it`
  if (!because || !recommendation.endsWith(because)) return recommendation
  return (
    <>
      {recommendation.slice(0, -because.length)}, because “<bdi>{from.title}</bdi>” waits for it
    </>
  )
}

/** One stacked bar: a width for each term, and a notch for what is taken off. Full is a score of full points. */
export function Bar({ terms, full, thin, label }: { terms: Term[]; full: number; thin?: boolean; label?: string }) {
  const gross = additive(terms).reduce((sum, t) => sum + t.points, 0)
  const penalty = terms.reduce((sum, t) => sum - Math.min(t.points, 0), 0)
  const of = (n: number) => `${(100 * n) / Math.max(full, gross, 1)}%`
  return (
    <div
      {...(label ? { role: 'img', 'aria-label': label } : { 'aria-hidden': true })}
      className={`relative flex overflow-hidden rounded-full bg-line ${thin ? 'h-1.5' : 'h-2.5'}`}
    >
      {additive(terms).map((t) => (
        // The gap is a part's own: a width is its points, and the notch ends where they end.
        <i
          key={t.name}
          data-part={t.name}
          className={`block not-first:shadow-[inset_2px_0_var(--line)] ${colours[t.name]}`}
          style={{ width: of(t.points) }}
        />
      ))}
      {penalty > 0 && (
        <i
          data-part="notch"
          className="notch absolute inset-y-0 min-w-0.5 shadow-[inset_2px_0_var(--surface)]"
          style={{ right: of(Math.max(full, gross, 1) - gross), width: of(penalty) }}
        />
      )}
    </div>
  )
}

/** The bar, its terms, and the arithmetic of the one that is looked at. */
export function Score(props: { terms: Term[]; total: number; full: number }) {
  const [at, setAt] = useState<Term['name'] | null>(null)
  return <ScoreView {...props} at={at} onLook={setAt} />
}

/** It uses no hook, so that it can be drawn before React is there. */
export function ScoreView({
  terms,
  total,
  full,
  at,
  onLook,
}: {
  terms: Term[]
  total: number
  full: number
  at?: Term['name'] | null
  onLook?: (at: Term['name'] | null) => void
}) {
  const looked = terms.find((t) => t.name === at)
  const whole = sumOf(terms, total)
  return (
    <>
      <Bar terms={terms} full={full} label={`Score ${points(total)}: ${whole}`} />
      <div className="tnum mt-1 -ml-1.5 desk:mt-3 grid grid-cols-2 text-[13px] text-ink-2 desk:flex desk:flex-wrap desk:gap-x-2.5">
        {terms.map((t) => (
          <button
            key={t.name}
            type="button"
            aria-describedby="arithmetic"
            aria-pressed={at === t.name}
            onMouseEnter={() => onLook?.(t.name)}
            onMouseLeave={() => onLook?.(null)}
            onFocus={() => onLook?.(t.name)}
            onBlur={() => onLook?.(null)}
            onClick={() => onLook?.(t.name)}
            className="flex min-h-11 items-center gap-1.75 rounded-md px-1.5 whitespace-nowrap hover:bg-accent-soft fine:min-h-7"
          >
            <i className={`size-2 rounded-xs ${colours[t.name]}`} />
            {t.label} <b className="font-semibold text-ink">{t.value}</b>
          </button>
        ))}
      </div>
      <p id="arithmetic" aria-live="polite" className="tnum mt-1 min-h-5 text-[13px] text-ink-3">
        {looked?.sum ?? whole}
      </p>
    </>
  )
}
