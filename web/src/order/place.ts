/** Where something goes among others that people put in order. */
export type Spot = { before: string } | { after: string }

/** One of those that are in an order by hand, and its place in it: text of digits. */
export type Placed = { id: string; key: string }

/** A place after one and before the other, until the server has said which; none is an end. */
export function between(low = '', high = ''): string {
  if (high === '' || !high.startsWith(low)) return `${low}5`
  const rest = high.slice(low.length)
  const at = rest.search(/[1-9]0*$/)
  return at < 0 ? high : `${low}${rest.slice(0, at)}${Number(rest[at]) - 1}5`
}

/** The place of what goes to a spot among the others. */
export function keyAt(others: Placed[], to: Spot): string {
  const [id, further] = 'before' in to ? [to.before, 0] : [to.after, 1]
  const at = others.findIndex((other) => other.id === id) + further
  return between(others[at - 1]?.key, others[at]?.key)
}

/** Where one of them goes that moves by one; nowhere at an end. */
export function stepped(ids: string[], id: string, by: 1 | -1): Spot | undefined {
  const beside = ids[ids.indexOf(id) + by]
  if (beside === undefined) return undefined
  return by < 0 ? { before: beside } : { after: beside }
}

/** Alt with an arrow moves what has the focus. */
export function moveOf(e: Pick<KeyboardEvent, 'key' | 'altKey' | 'ctrlKey' | 'metaKey'>): 1 | -1 | undefined {
  if (!e.altKey || e.ctrlKey || e.metaKey) return undefined
  return e.key === 'ArrowUp' ? -1 : e.key === 'ArrowDown' ? 1 : undefined
}
