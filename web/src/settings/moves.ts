import type { Scored } from '../api/client'

/** How many places a task moves up, by its place in the trial; null where it comes from beyond what is known. */
export function movesOf(saved: Scored[], trial: Scored[]): (number | null)[] {
  const places = new Map(saved.map((s, i) => [s.task.id, i]))
  return trial.map((s, i) => {
    const was = places.get(s.task.id)
    return was === undefined ? null : was - i
  })
}
