import type { Task } from '../api/client'
import { repeatWords } from '../time/repeats'
import { Icon } from './icon'

/** That a task comes again; how is said in words. Nothing for one that does not. */
export function RepeatMark({ repeat }: { repeat: Task['recurrence'] }) {
  if (!repeat) return null
  const words = repeatWords(repeat, repeat.start)
  return (
    <span title={words} className="inline-flex flex-none items-center self-center">
      <Icon name="repeat" className="size-3.25" />
      <span className="sr-only">{words}</span>
    </span>
  )
}
