/** Which tasks are selected, and from which one on a range is. */
export type Selection = { ids: ReadonlySet<string>; from: string | null }

export const noSelection: Selection = { ids: new Set(), from: null }

export function toggled({ ids }: Selection, id: string): Selection {
  const next = new Set(ids)
  if (!next.delete(id)) next.add(id)
  return { ids: next, from: id }
}

/** Selects everything from where the last selection began up to a task. */
export function extended({ ids, from }: Selection, id: string, order: string[]): Selection {
  const begin = from === null ? -1 : order.indexOf(from)
  const end = order.indexOf(id)
  if (begin < 0 || end < 0) return toggled({ ids, from }, id)
  const range = order.slice(Math.min(begin, end), Math.max(begin, end) + 1)
  return { ids: new Set([...ids, ...range]), from }
}

export const all = (order: string[]): Selection => ({ ids: new Set(order), from: order[0] ?? null })
