import type { Task } from '../api/client'
import { useZone } from '../shell/zone'
import { useWords } from '../time/now'
import { momentWords } from '../time/words'

/** When it was made, changed, done. */
export function Times({ task }: { task: Task }) {
  return (
    <p className="tnum mt-8 flex flex-wrap gap-x-4 text-[13px] text-ink-3">
      <Time label="Created" at={task.created_at} />
      {task.completed_at ? (
        <Time label="Done" at={task.completed_at} />
      ) : (
        task.updated_at !== task.created_at && <Time label="Changed" at={task.updated_at} />
      )}
    </p>
  )
}

function Time({ label, at }: { label: string; at: string }) {
  const zone = useZone()
  const words = useWords((now) => momentWords(Date.parse(at), now, zone))
  return (
    <span>
      {label} <time dateTime={at}>{words.text}</time>
    </span>
  )
}
