import { useSyncExternalStore } from 'react'
import { Conflict } from '../api/errors'

/** The edits that met somebody else's, until a person has chosen: the first is asked about. */
let met: Conflict[] = []
const listeners = new Set<() => void>()

function set(to: Conflict[]) {
  met = to
  for (const listener of listeners) listener()
}

/** Another edit of the same task is one question with it. */
export function showConflict(another: Conflict) {
  const i = met.findIndex((one) => one.theirs.id === another.theirs.id)
  const one = met[i]
  if (!one) return set([...met, another])
  const theirs = one.theirs.version > another.theirs.version ? one.theirs : another.theirs
  set(met.with(i, new Conflict({ ...one.mine, ...another.mine }, one.before, theirs)))
}

/** The person has chosen. */
export const settled = () => set(met.slice(1))

const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export const useConflict = () => useSyncExternalStore(subscribe, () => met[0] ?? null)
