import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { setPreferences } from '../api/changes'
import type { PreferencesEdit } from '../api/client'
import { isStatus } from '../api/errors'
import { tell } from '../shell/actions'
import { preferencesQuery, type KnownPreferences } from '../api/queries'

/** What one wanted to save, and what somebody else, or another device, has saved meanwhile. */
export type Meanwhile = { mine: PreferencesEdit; theirs: KnownPreferences }

/** Saves preferences as they were seen; what went wrong, and what others did meanwhile, is told. */
export function useSaving() {
  const client = useQueryClient()
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const [meanwhile, setMeanwhile] = useState<Meanwhile | null>(null)

  /** Answers the preferences as they are then, or nothing where that failed. */
  const save = async (seen: KnownPreferences, mine: PreferencesEdit): Promise<KnownPreferences | undefined> => {
    setBusy(true)
    setError(null)
    setMeanwhile(null)
    try {
      return await setPreferences(client, seen, mine)
    } catch (failure) {
      try {
        if (!isStatus(failure, 412)) throw failure
        setMeanwhile({ mine, theirs: await client.fetchQuery({ ...preferencesQuery, staleTime: 0 }) })
      } catch (worse) {
        setError(worse)
      }
      return undefined
    } finally {
      setBusy(false)
    }
  }

  /** Undoes, from a message: whoever presses it may be on another screen by then, so a failure is a message too. */
  const takeBack = (seen: KnownPreferences, before: PreferencesEdit) => setPreferences(client, seen, before).catch(tell)

  const forget = () => {
    setError(null)
    setMeanwhile(null)
  }

  return { save, takeBack, busy, error, meanwhile, forget }
}
