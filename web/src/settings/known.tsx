import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { explain } from '../api/errors'
import { preferencesQuery, type KnownPreferences } from '../api/queries'
import { Button } from '../ui/button'
import { Bone, Soon } from '../ui/skeleton'

/** Shows what needs the preferences once they are known. */
export function WithPreferences({ children }: { children: (known: KnownPreferences) => ReactNode }) {
  const { data, error, refetch } = useQuery(preferencesQuery)
  if (data) return children(data)
  if (error)
    return (
      <div role="alert">
        <p className="mb-4 max-w-[56ch] text-ink-2">{explain(error)}</p>
        <Button onClick={() => void refetch()}>Try again</Button>
      </div>
    )
  return (
    <Soon>
      <Bone className="mb-4 h-5 w-40" />
      <Bone className="mb-4 h-11 w-full" />
      <Bone className="h-11 w-full" />
    </Soon>
  )
}
