import type { Draft, Task } from '../src/api/client'
import { addDays, dayOf, instantAt } from '../src/time/zone'
import type { Person } from './app'

/** The longest title there can be. */
export const longest =
  'Ask the landlord about the heating, the window in the kitchen that no longer closes, the letterbox key and the light in the stairwell, then write down what was promised and by when it shall be done, pls.'.slice(
    0,
    200,
  )

/** From right to left. */
export const rightToLeft = 'לשלוח את החשבונית לדוד לפני סוף החודש'

/** A desk as one has it in real life: some of it late, some of it long, some of it odd. */
export function realistic(now: number, zone: string): Draft[] {
  const today = dayOf(now, zone)
  const day = (n: number) => addDays(today, n)
  return [
    {
      title: 'Write the blog post on flow scheduling',
      description: 'Two pages at most. Begin with the question, then the sum, then who disagrees.',
      due_date: new Date(instantAt(today, '23:30', zone)).toISOString(),
      priority: 5,
      effort_estimate_minutes: 30,
      tags: ['writing'],
    },
    {
      title: 'Pay the electricity bill',
      due_date: day(-4),
      priority: 1,
      effort_estimate_minutes: 5,
      tags: ['home', 'money'],
    },
    {
      title: 'Review the pull request for the ranking snapshot',
      due_date: day(1),
      priority: 3,
      effort_estimate_minutes: 20,
      tags: ['work'],
    },
    {
      title: longest,
      due_date: day(2),
      priority: 4,
      effort_estimate_minutes: 90,
      tags: ['home', 'phone', 'landlord', 'winter', 'a tag as long as tags may be, which is fifty', 'heating'],
    },
    { title: rightToLeft, due_date: day(5), priority: 4, effort_estimate_minutes: 15, tags: ['עבודה'] },
    {
      title: '🎂 Cake for Ada’s birthday 🎉',
      due_date: day(3),
      priority: 2,
      effort_estimate_minutes: 60,
      tags: ['🎈'],
    },
    { title: 'Morning review', priority: 5, effort_estimate_minutes: 15, preferred_time: 'morning' },
    {
      title: 'Renew the passport before the trip to Lisbon in January, photos included',
      due_date: day(9),
      priority: 4,
      effort_estimate_minutes: 90,
      tags: ['papers'],
    },
    { title: 'Water the plants', due_date: today, priority: 2, effort_estimate_minutes: 10, tags: ['home'] },
    { title: 'Read the chapter on queues', priority: 2, effort_estimate_minutes: 240, preferred_time: 'evening' },
    { title: 'Book the dentist', due_date: day(12), priority: 3, effort_estimate_minutes: 5, tags: ['phone'] },
    { title: 'Plan the offsite', due_date: day(20), start_date: day(6), priority: 3, effort_estimate_minutes: 120 },
    { title: 'Back up the photos', priority: 1, effort_estimate_minutes: 45 },
  ]
}

/** Adds tasks one after another, so that each has its own place among equals. */
export async function add(person: Person, drafts: Draft[]): Promise<Task[]> {
  const made: Task[] = []
  for (const draft of drafts) made.push(await person.add(draft))
  return made
}

/** A person with such a desk. */
export async function settled(person: Person, zone = 'Europe/Berlin'): Promise<Task[]> {
  return add(person, realistic(Date.now(), zone))
}
