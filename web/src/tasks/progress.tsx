import type { Task } from '../api/client'

/** How many of a task's steps are done, where it has any. */
export function Progress({ of: { steps }, className = '' }: { of: Task; className?: string }) {
  if (!steps || steps.total === 0) return null
  return (
    <span className={`tnum ${className}`}>
      {steps.done} of {steps.total}
      <span className="sr-only"> steps done</span>
    </span>
  )
}
