import { useQuery } from '@tanstack/react-query'
import { preferencesQuery } from '../api/queries'
import { zoneOf } from '../time/zone'

/** The person's own time zone; the browser's until it is known. */
export const useZone = (): string => zoneOf(useQuery(preferencesQuery).data)
