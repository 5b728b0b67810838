import { useInfiniteQuery, type InfiniteData, useQueryClient } from '@tanstack/react-query'
import { useWindowVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useMemo, useRef } from 'react'
import type { Ranked } from '../api/client'
import { explain } from '../api/errors'
import { cameAt, rankedQuery } from '../api/queries'
import { useLongList } from '../shell/long-list'
import { useOver } from '../time/now'
import { Button } from '../ui/button'
import { Heading } from '../ui/heading'
import { Bone, Soon } from '../ui/skeleton'
import { useTop } from '../ui/top'
import { RankedRow } from './row'

/** Every task that can be done now, best first. */
export default function AllRanked() {
  const client = useQueryClient()
  const ranked = useInfiniteQuery(rankedQuery)
  useLongList(rankedQuery.queryKey)
  const { data, error, refetch, hasNextPage, isFetching, fetchNextPage } = ranked
  useOver(
    { until: data?.pages[0]?.valid_until, at: cameAt(ranked) },
    () => void client.invalidateQueries({ queryKey: ['ranked'] }),
  )
  const total = data?.pages[0]?.total ?? 0
  return (
    <section aria-labelledby="ranked">
      <div className="mb-4 flex items-baseline gap-3">
        <Heading id="ranked">All ranked</Heading>
        {data && <p className="tnum text-[13px] text-ink-3">{total}, best first</p>}
      </div>
      {data ? (
        total > 0 ? (
          <Rows data={data} more={hasNextPage && !isFetching} onMore={() => void fetchNextPage()} />
        ) : (
          <p className="text-ink-2">Nothing can be done just now. What waits comes back by itself.</p>
        )
      ) : error ? (
        <div role="alert">
          <p className="mb-5 text-ink-2">{explain(error)}</p>
          <Button onClick={() => void refetch()}>Try again</Button>
        </div>
      ) : (
        <Soon>
          {Array.from({ length: 8 }, (_, i) => (
            <div key={i} className="flex h-17 items-center gap-3.5 border-b border-line">
              <Bone className="size-4.5 rounded-full" />
              <Bone className="h-4 w-1/2" />
            </div>
          ))}
        </Soon>
      )}
    </section>
  )
}

function Rows({ data, more, onMore }: { data: InfiniteData<Ranked>; more: boolean; onMore: () => void }) {
  'use no memo' // the virtualizer is one object whose answers change
  const ranked = useMemo(() => data.pages.flatMap((page) => page.tasks), [data])
  const box = useRef<HTMLOListElement>(null)
  const top = useTop(box)
  const virtual = useWindowVirtualizer({
    count: ranked.length,
    estimateSize: () => 68,
    overscan: 10,
    scrollMargin: top,
  })
  const items = virtual.getVirtualItems()
  const last = items.at(-1)?.index ?? 0
  useEffect(() => {
    if (more && last > ranked.length - 50) onMore()
  }, [more, last, ranked.length, onMore])
  const full = Math.max(100, ranked[0]?.score ?? 0)
  return (
    <ol ref={box} className="relative" style={{ height: virtual.getTotalSize() }}>
      {items.map((item) => {
        const scored = ranked[item.index]!
        return (
          <RankedRow
            key={scored.task.id}
            scored={scored}
            full={full}
            aria-setsize={data.pages[0]!.total}
            aria-posinset={item.index + 1}
            className="absolute inset-x-0 top-0"
            style={{ height: item.size, transform: `translateY(${item.start - top}px)` }}
          />
        )
      })}
    </ol>
  )
}
