import { expect, test } from 'vitest'
import { knownZone, newQueryClient, preferencesQuery, type KnownPreferences } from './queries'
import { guessZone } from '../time/zone'

test.each([
  ['that is known', { timezone: 'Asia/Tokyo' }, 'Asia/Tokyo'],
  ['this browser does not know', { timezone: 'Mars/Olympus' }, guessZone()],
  ['not told yet', undefined, guessZone()],
])('a zone %s', (_, preferences, zone) => {
  const client = newQueryClient()
  if (preferences) client.setQueryData(preferencesQuery.queryKey, { ...preferences, etag: '' } as KnownPreferences)
  expect(knownZone(client)).toBe(zone)
})
