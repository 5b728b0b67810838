import { kept, keepText } from '../api/kept'
import { signedIn } from '../api/session'

/**
 * What this browser has reminded of: shown in a tab, or said by the system. One tab does
 * it, and none does it again.
 */
export type Way = 'shown' | 'said'

const key = 'mindflow.reminded'
/** The latest are remembered: more than a day has. */
const most = 400

type Kept = { who: string | null; told: string[] }

/** What was kept for another sign-in is not looked at. */
function read(): string[] {
  try {
    const { who, told } = JSON.parse(kept(key) ?? '') as Partial<Kept>
    return who === signedIn() && Array.isArray(told) ? told : []
  } catch {
    return []
  }
}

const entry = (way: Way, name: string) => `${way} ${name}`
const momentOf = (entry: string) => Number(entry.split(' ')[2])

/** What of it was not told in a way yet. */
export function untold<T>(way: Way, of: T[], nameOf: (one: T) => string): T[] {
  const told = new Set(read())
  return of.filter((one) => !told.has(entry(way, nameOf(one))))
}

/** Remembers what was told; answers which of it was not told before. */
export function note(way: Way, names: string[]): string[] {
  const fresh = untold(way, names, (name) => name)
  if (fresh.length === 0) return []
  const told = [...read(), ...fresh.map((name) => entry(way, name))].sort((a, b) => momentOf(a) - momentOf(b))
  keepText(key, JSON.stringify({ who: signedIn(), told: told.slice(-most) } satisfies Kept))
  return fresh
}

/**
 * Takes on to tell of something: of several tabs one does. Where a browser has no locks, which is where the page came
 * in the clear, they do not ask at once, and what one has kept the next finds.
 */
export async function take(way: Way, names: string[]): Promise<string[]> {
  if (navigator.locks) return await navigator.locks.request(key, () => note(way, names))
  await new Promise((go) => setTimeout(go, Math.random() * 300))
  return note(way, names)
}
