import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { Task } from '../api/client'
import { taskQuery } from '../api/queries'

/** The task that this one is a step of, and the way there. Its room is kept until it is known. */
export function StepOf({ task, className = '' }: { task: Task; className?: string }) {
  const { data: parent, error } = useQuery({ ...taskQuery(task.parent_id ?? ''), enabled: task.parent_id !== null })
  if (task.parent_id === null || error) return null
  return (
    <p className={`flex min-h-11 items-center text-[13px] text-ink-3 fine:min-h-7 ${className}`}>
      {parent && <OfTask parent={parent} />}
    </p>
  )
}

/** What a task is a step of, in words, and the way there. */
export function OfTask({ parent }: { parent: Task }) {
  return (
    <span className="flex min-w-0 gap-1.5">
      <span className="flex-none">Step of</span>
      <Link
        to="/tasks/$id"
        params={{ id: parent.id }}
        search
        dir="auto"
        className="relative min-w-0 truncate rounded-sm font-medium text-ink-2 underline-offset-4 before:absolute before:-inset-x-2 before:-inset-y-3 before:content-[''] hover:underline"
      >
        {parent.title}
      </Link>
    </span>
  )
}
