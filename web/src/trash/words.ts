import { dayWords, type Words } from '../time/words'
import { clockOf, dayOf } from '../time/zone'
import { count } from '../ui/count'

/** When something was: today 14:05; yesterday 09:00; Thu 26 Nov 09:00. */
export function pastWords(instant: string, now: number, zone: string): Words {
  const at = Date.parse(instant)
  const { text, until } = dayWords(dayOf(at, zone), now, zone)
  return { text: `${text.replace(/^(Today|Yesterday)$/, (t) => t.toLowerCase())} ${clockOf(at, zone)}`, until }
}

const day = 24 * 3_600_000

/** How long something stays until it is gone: 29 days left; less than an hour left. */
export function leftWords(goneAt: string, now: number): Words {
  const gone = Date.parse(goneAt)
  const [unit, name] = gone - now > day ? [day, 'day'] : [day / 24, 'hour']
  const n = Math.floor((gone - now) / unit)
  if (n < 1) return { text: 'Less than an hour left', until: Infinity }
  return { text: `${count(n, name)} left`, until: gone - n * unit }
}
