import type { ImportReport } from '../api/client'

export type Remark = ImportReport['remarks'][number]

/** The same remark, wherever it was made. */
export type Remarks = Pick<Remark, 'kind' | 'message'> & { places: string[] }

const worstFirst: Remark['kind'][] = ['failed', 'lost', 'skipped', 'changed']

/** Each remark once, the worst first, with the places it was made about. */
export function grouped(remarks: Remark[]): Remarks[] {
  const groups = new Map<string, Remarks>()
  for (const { kind, message, place } of remarks) {
    const key = `${kind} ${message}`
    const group = groups.get(key)
    if (group) group.places.push(place)
    else groups.set(key, { kind, message, places: [place] })
  }
  return worstFirst.flatMap((kind) => [...groups.values()].filter((g) => g.kind === kind))
}

/** line 2, line 5, line 8 and 11 more. */
export function placesWords(places: string[], most = 3): string {
  const rest = places.length - most
  return rest <= 0 ? places.join(', ') : `${places.slice(0, most).join(', ')} and ${rest} more`
}
