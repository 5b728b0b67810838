import type { ReactNode } from 'react'
import { preferencesQuery, type KnownPreferences } from '../api/queries'
import { Loaded } from './loaded'

/** Shows what needs the preferences once they are known. */
export const WithPreferences = ({ children }: { children: (known: KnownPreferences) => ReactNode }) => (
  <Loaded query={preferencesQuery} room={['mb-4 h-5 w-40', 'mb-4 h-11 w-full', 'h-11 w-full']}>
    {children}
  </Loaded>
)
