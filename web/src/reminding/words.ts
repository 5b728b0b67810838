import { dayWords } from '../time/words'
import { momentOf } from '../time/moment'
import { dayOf } from '../time/zone'
import type { Moment } from './due'

/** When one was to be reminded: Reminder for today 14:00. */
export const forWords = ({ at }: Moment, now: number, zone: string) => ({
  text: `Reminder for ${momentOf(at, now, zone)}`,
  until: dayWords(dayOf(Date.parse(at), zone), now, zone).until,
})

/** What a notice says under the title. It stays as it is, so it says when, and not how soon: Due tomorrow. */
export const noticeWords = (moment: Moment, now: number, zone: string): string =>
  moment.due_date ? `Due ${momentOf(moment.due_date, now, zone)}` : forWords(moment, now, zone).text
