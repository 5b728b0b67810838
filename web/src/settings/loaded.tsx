import { useQuery, type UseQueryOptions } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { explain } from '../api/errors'
import { Button } from '../ui/button'
import { Bone, Soon } from '../ui/skeleton'

/** What the server says, once it is known; until then the room it will take. */
export function Loaded<T, K extends readonly unknown[]>({
  query,
  room = ['mb-3 h-14 w-full', 'h-14 w-full'],
  children,
}: {
  query: UseQueryOptions<T, Error, T, K>
  room?: string[]
  children: (known: T) => ReactNode
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
      {room.map((size, i) => (
        <Bone key={i} className={size} />
      ))}
    </Soon>
  )
}
