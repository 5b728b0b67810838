import { isDay, dayWords, momentWords } from './words'
import { dayOf } from './zone'

/** A date inside of a sentence: tomorrow; today 17:00; Thu 26 Nov 17:00. */
export function momentOf(date: string, now: number, zone: string): string {
  if (isDay(date)) return dayWords(date, now, zone).text.replace(/^(Today|Tomorrow|Yesterday)$/, (t) => t.toLowerCase())
  const at = Date.parse(date)
  const { text } = momentWords(at, now, zone)
  return dayOf(at, zone) === dayOf(now, zone) ? `today ${text}` : text
}
