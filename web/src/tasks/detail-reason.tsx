import { useQuery } from '@tanstack/react-query'
import type { Scored, Task } from '../api/client'
import { bestQuery, preferencesQuery, topQuery } from '../api/queries'
import { points, Score, termsOf, Why } from '../now/score'

/** Why the task stands where it does, where it is among the first. */
export function Reason({ task }: { task: Task }) {
  const best = useQuery(bestQuery).data?.best
  const top = useQuery(topQuery).data
  const preferences = useQuery(preferencesQuery).data
  const place = top?.tasks.findIndex((s) => s.task.id === task.id) ?? -1
  const scored: Scored | undefined = best?.task.id === task.id ? best : top?.tasks[place]
  if (!scored || scored.task.version !== task.version) return null
  return (
    <section aria-label="Why this task" className="mt-8 border-t border-line pt-5">
      <p className="mb-1 flex items-baseline gap-2.5">
        <span className="tnum text-[20px] font-[640] tracking-[-0.02em]">{points(scored.score)}</span>
        {place >= 0 && top && (
          <span className="tnum text-[13px] text-ink-3">
            {place + 1} of {top.total}
          </span>
        )}
      </p>
      <p className="mb-3 text-[14px] text-ink-2">
        <Why of={scored.reasoning} />
      </p>
      <Score
        terms={termsOf(scored.reasoning, task, preferences)}
        total={scored.reasoning.total_score}
        full={Math.max(100, scored.score)}
      />
    </section>
  )
}
