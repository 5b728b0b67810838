import { nameOfDay } from '../time/words'
import { clockOf, dayOf } from '../time/zone'

/** When something was: Today, 14:03; else Thu 26 Nov. */
export function momentWords(instant: string, now: number, zone: string): string {
  const at = Date.parse(instant)
  const [day, today] = [dayOf(at, zone), dayOf(now, zone)]
  return day === today ? `today, ${clockOf(at, zone)}` : nameOfDay(day, today)
}
