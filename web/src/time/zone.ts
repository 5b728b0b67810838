/**
 * Days and instants in a person's time zone. A day is its ISO text, 2026-11-27; an
 * instant is milliseconds since 1970. The browser's own zone plays no part.
 */

export type Day = string

/** As much of Temporal as is needed; not every browser has it. A first Intl.DateTimeFormat takes twenty times as long. */
type Temporal = {
  Instant: { fromEpochMilliseconds(ms: number): { toZonedDateTimeISO(zone: string): { offsetNanoseconds: number } } }
  Now: { timeZoneId(): string }
}
const temporal = (globalThis as { Temporal?: Temporal }).Temporal

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
    wall(0, zone)
    return true
  } catch {
    return false
  }
}

/** What a wall clock in the zone shows, as if it were one in UTC. */
function wall(instant: number, zone: string): number {
  if (temporal)
    return (
      instant + temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone).offsetNanoseconds / 1_000_000
    )
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

/** Starts that were sought before: a list asks for the same few again and again. */
const starts = new Map<string, number>()

/** The first instant whose day is this one or a later one. */
export function startOf(day: Day, zone: string): number {
  const key = `${zone} ${day}`
  let start = starts.get(key)
  if (start === undefined) {
    if (starts.size >= 2_000) starts.clear()
    start = seekStart(day, zone)
    starts.set(key, start)
  }
  return start
}

function seekStart(day: Day, zone: string): number {
  let late = instantAt(day, '00:00', zone) + 3 * 3_600_000
  let early = late - 30 * 3_600_000
  while (late - early > 1) {
    const middle = Math.floor((early + late) / 2)
    if (dayOf(middle, zone) >= day) late = middle
    else early = middle
  }
  return late
}

/** Reports whether two names are those of one zone, Asia/Kolkata and Asia/Calcutta: by this browser. */
export const sameZone = (a: string, b: string): boolean =>
  a === b ||
  (isZone(a) && isZone(b) && formatOf(a).resolvedOptions().timeZone === formatOf(b).resolvedOptions().timeZone)

/** Names that browsers still give to zones which were renamed. */
const renamed: Record<string, string> = {
  'Africa/Asmera': 'Africa/Asmara',
  'America/Buenos_Aires': 'America/Argentina/Buenos_Aires',
  'America/Catamarca': 'America/Argentina/Catamarca',
  'America/Cordoba': 'America/Argentina/Cordoba',
  'America/Godthab': 'America/Nuuk',
  'America/Indianapolis': 'America/Indiana/Indianapolis',
  'America/Jujuy': 'America/Argentina/Jujuy',
  'America/Louisville': 'America/Kentucky/Louisville',
  'America/Mendoza': 'America/Argentina/Mendoza',
  'Asia/Calcutta': 'Asia/Kolkata',
  'Asia/Katmandu': 'Asia/Kathmandu',
  'Asia/Rangoon': 'Asia/Yangon',
  'Asia/Saigon': 'Asia/Ho_Chi_Minh',
  'Atlantic/Faeroe': 'Atlantic/Faroe',
  'Europe/Kiev': 'Europe/Kyiv',
  'Pacific/Enderbury': 'Pacific/Kanton',
  'Pacific/Ponape': 'Pacific/Pohnpei',
  'Pacific/Truk': 'Pacific/Chuuk',
}

/** A zone by the name it has now, if this browser knows that. */
const asNamedNow = (zone: string): string => {
  const now = renamed[zone]
  return now && isZone(now) ? now : zone
}

/** The browser's own zone: a guess at a new person's. */
export const guessZone = (): string =>
  asNamedNow(temporal?.Now.timeZoneId() ?? (Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC'))

/** A person's own zone; the browser's while that is not known, or unknown here. */
export const zoneOf = (known: { timezone: string } | undefined): string =>
  known && isZone(known.timezone) ? known.timezone : guessZone()

/** Every zone this browser knows, and UTC. */
export function zones(): string[] {
  const known = (Intl.supportedValuesOf?.('timeZone') ?? []).map(asNamedNow).sort()
  return known.includes('UTC') ? known : ['UTC', ...known]
}
