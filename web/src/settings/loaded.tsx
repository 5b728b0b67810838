import { useQuery, type UseQueryOptions } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { explain } from '../api/errors'
import { Button } from '../ui/button'
import { Bone, Soon } from '../ui/skeleton'

/** A list from the server, once it is known. */
export function Loaded<T, K extends readonly unknown[]>({
  query,
  children,
}: {
  query: UseQueryOptions<T[], Error, T[], K>
  children: (list: T[]) => ReactNode
}) {
  const { data, error, refetch } = useQuery(query)
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
      <Bone className="mb-3 h-14 w-full" />
      <Bone className="h-14 w-full" />
    </Soon>
  )
}
