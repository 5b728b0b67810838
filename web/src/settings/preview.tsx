import { keepPreviousData, useQuery } from '@tanstack/react-query'
import type { Scored } from '../api/client'
import { explain } from '../api/errors'
import { savedQuery, trialLength, trialQuery, type Weights } from '../api/queries'
import { Bar, points, termsOf } from '../now/score'
import { Bone, Soon } from '../ui/skeleton'
import { useDebounced } from './debounced'
import { movesOf } from './moves'

/** Long enough that a moving slider asks a few times a second at the most. */
const pause = 150

/** The first tasks as other weights would rank them, held against the saved ranking. */
export function Preview({ saved, weights, changed }: { saved: Weights; weights: Weights; changed: boolean }) {
  const key = useDebounced(JSON.stringify(weights), pause)
  const tried = JSON.parse(key) as Weights
  const was = useQuery(savedQuery)
  const trial = useQuery({ ...trialQuery(tried), placeholderData: keepPreviousData })
  const tasks = trial.data?.tasks
  const moves = tasks && was.data ? movesOf(was.data.tasks, tasks) : []
  const moving = moves.filter((m) => m !== 0).length
  const full = Math.max(100, tasks?.[0]?.score ?? 0)
  const now = { ...saved, ...tried }
  return (
    <section aria-labelledby="preview" className="pb-4">
      <div className="flex items-baseline justify-between gap-4 border-b border-line pb-2 text-[13px]">
        <h2 id="preview" className="font-semibold text-ink-3">
          {changed ? 'As it would be' : 'As it is'}
        </h2>
        <p role="status" className="text-ink-3">
          {changed && (moving === 0 ? 'Nothing moves' : `${moving} of the first ${moves.length} move`)}
        </p>
      </div>
      {tasks ? (
        <ol>
          {tasks.map((s, i) => (
            <PreviewRow key={s.task.id} scored={s} place={i + 1} move={moves[i]} full={full} weights={now} />
          ))}
        </ol>
      ) : trial.error ? (
        <p role="alert" className="py-3 text-[14px] text-danger">
          {explain(trial.error)}
        </p>
      ) : (
        <Soon>
          {Array.from({ length: trialLength }, (_, i) => (
            <Bone key={i} className="mt-3 h-7" />
          ))}
        </Soon>
      )}
      {tasks?.length === 0 && (
        <p className="py-3 text-[14px] text-ink-2">Nothing can be done now, so there is nothing to rank.</p>
      )}
    </section>
  )
}

function PreviewRow({
  scored: { task, score, reasoning },
  place,
  move,
  full,
  weights,
}: {
  scored: Scored
  place: number
  move: number | null | undefined
  full: number
  weights: Weights
}) {
  const terms = termsOf(reasoning, task, weights)
  return (
    <li className="grid min-h-12 grid-cols-[16px_minmax(0,1fr)_44px_52px] items-center gap-3 border-b border-line desk:grid-cols-[16px_minmax(0,1fr)_44px_132px_52px]">
      <span className="tnum text-right text-[13px] text-ink-3">{place}</span>
      <span dir="auto" className="truncate font-medium">
        {task.title}
      </span>
      <Move by={move} />
      <span className="hidden desk:block">
        <Bar terms={terms} full={full} thin />
      </span>
      <span className="tnum text-right font-[550]">{points(score)}</span>
    </li>
  )
}

/** Up or down, by how many places. */
function Move({ by }: { by: number | null | undefined }) {
  if (by === undefined || by === 0) return <span />
  const up = by === null || by > 0
  return (
    <span className={`tnum text-right text-[13px] font-[550] ${up ? 'text-done-ink' : 'text-deadline-ink'}`}>
      <span aria-hidden="true">{up ? '↑' : '↓'} </span>
      <span className="sr-only">{up ? 'up' : 'down'} </span>
      {by === null ? 'far' : Math.abs(by)}
    </span>
  )
}
