/**
 * Days and instants in a person's time zone. A day is its ISO text, 2026-11-27; an
 * instant is milliseconds since 1970. The browser's own zone plays no part.
 */

export type Day = string

const formats = new Map<string, Intl.DateTimeFormat>()

function formatOf(zone: string): Intl.DateTimeFormat {
  let format = formats.get(zone)
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      calendar: 'gregory',
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
    })
    formats.set(zone, format)
  }
  return format
}

/** Reports whether this browser knows a zone. */
export function isZone(zone: string): boolean {
  try {
    formatOf(zone)
    return true
  } catch {
    return false
  }
}

/** What a wall clock in the zone shows, as if it were one in UTC. */
function wall(instant: number, zone: string): number {
  const parts: Record<string, number> = {}
  for (const { type, value } of formatOf(zone).formatToParts(instant)) {
    if (type !== 'literal') parts[type] = Number(value)
  }
  return (
    Date.UTC(parts.year!, parts.month! - 1, parts.day, parts.hour, parts.minute, parts.second) +
    (((instant % 1000) + 1000) % 1000)
  )
}

export const dayOf = (instant: number, zone: string): Day => new Date(wall(instant, zone)).toISOString().slice(0, 10)

/** Hours and minutes of a wall clock, 09:05. */
export const clockOf = (instant: number, zone: string): string =>
  new Date(wall(instant, zone)).toISOString().slice(11, 16)

const utc = (day: Day) => Date.parse(`${day}T00:00:00Z`)
const msOfDay = 86_400_000

export const addDays = (day: Day, n: number): Day => new Date(utc(day) + n * msOfDay).toISOString().slice(0, 10)

/** Days from one to another. */
export const daysBetween = (from: Day, to: Day): number => Math.round((utc(to) - utc(from)) / msOfDay)

/** 1 for Monday to 7 for Sunday. */
export const weekday = (day: Day): number => new Date(utc(day)).getUTCDay() || 7

/**
 * The instant at which a wall clock shows a time of a day. In a gap it is later by
 * the gap, in a fold the earlier one.
 */
export function instantAt(day: Day, clock: string, zone: string): number {
  const wanted = Date.parse(`${day}T${clock.length === 5 ? clock : '00:00'}:00Z`)
  const before = wall(wanted - msOfDay, zone) - (wanted - msOfDay)
  const after = wall(wanted + msOfDay, zone) - (wanted + msOfDay)
  const early = wanted - before
  if (wall(early, zone) === wanted) return early
  const late = wanted - after
  return wall(late, zone) === wanted ? late : early
}

/** The first instant whose day is this one or a later one. */
export function startOf(day: Day, zone: string): number {
  let late = instantAt(day, '00:00', zone) + 3 * 3_600_000
  let early = late - 30 * 3_600_000
  while (late - early > 1) {
    const middle = Math.floor((early + late) / 2)
    if (dayOf(middle, zone) >= day) late = middle
    else early = middle
  }
  return late
}

/** The browser's own zone: a guess at a new person's. */
export const guessZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC'

/** Every zone this browser knows, and UTC. */
export function zones(): string[] {
  const known = Intl.supportedValuesOf?.('timeZone') ?? []
  return known.includes('UTC') ? known : ['UTC', ...known]
}
