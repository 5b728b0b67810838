import { useQuery } from '@tanstack/react-query'
import { preferencesQuery } from '../api/queries'
import { guessZone, isZone } from '../time/zone'

/** The person's own time zone; the browser's until it is known. */
export function useZone(): string {
  const zone = useQuery(preferencesQuery).data?.timezone
  return zone && isZone(zone) ? zone : guessZone()
}
