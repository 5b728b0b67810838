import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query'
import { useWindowVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useMemo, useRef, useState, type ComponentProps } from 'react'
import { refresh } from '../api/anew'
import type { Task } from '../api/client'
import { explain } from '../api/errors'
import { deletedProjectsQuery, purge, restoreProject, trashQuery } from '../api/trash'
import { sayDone, tell, useActions } from '../shell/actions'
import { useLongList } from '../shell/long-list'
import { useZone } from '../shell/zone'
import { useWords } from '../time/now'
import { Button, IconButton } from '../ui/button'
import { useDesk } from '../ui/desk'
import { Dialog } from '../ui/dialog'
import { count } from '../ui/count'
import { besideRow, useHandsOn } from '../ui/focus'
import { Heading } from '../ui/heading'
import { Icon } from '../ui/icon'
import { short } from '../ui/short'
import { Bone, Soon } from '../ui/skeleton'
import { say } from '../ui/toast'
import { useTop } from '../ui/top'
import { folded, type Row } from './fold'
import { leftWords, pastWords } from './words'

/** What was deleted and can still be brought back, the newest first. */
export default function Trash() {
  const trash = useInfiniteQuery(trashQuery)
  useLongList(trashQuery.queryKey)
  const { data, error, refetch, hasNextPage, isFetching, fetchNextPage } = trash
  const { data: projects, isPending } = useQuery(deletedProjectsQuery)
  const rows = useMemo(
    () => folded(data?.pages.flatMap((page) => page.tasks) ?? [], projects ?? [], hasNextPage),
    [data, projects, hasNextPage],
  )
  const [asked, setAsked] = useState<Row | null>(null)
  return (
    <section aria-labelledby="trash">
      <div className="mb-1 flex items-baseline gap-3">
        <Heading id="trash">Trash</Heading>
        {rows.length > 0 && (
          <p className="tnum text-[13px] text-ink-3">
            {rows.length}
            {hasNextPage && '+'}
          </p>
        )}
      </div>
      {data && !isPending ? (
        rows.length > 0 ? (
          <>
            <p className="mb-5 max-w-[56ch] text-[14px] text-ink-2">
              What you delete stays here for 30 days, then it is gone for good.
            </p>
            <Rows rows={rows} more={hasNextPage} onMore={() => !isFetching && void fetchNextPage()} ask={setAsked} />
          </>
        ) : (
          !hasNextPage && (
            <div className="pt-9 desk:pt-15">
              <h2 className="text-[24px] font-[640] tracking-[-0.02em] text-balance">The trash is empty</h2>
              <p className="mt-2 max-w-[56ch] text-ink-2">What you delete can be brought back from here for 30 days.</p>
            </div>
          )
        )
      ) : error ? (
        <div role="alert" className="pt-4">
          <p className="mb-5 max-w-[56ch] text-ink-2">{explain(error)}</p>
          <Button onClick={() => void refetch()}>Try again</Button>
        </div>
      ) : (
        <Soon>
          {Array.from({ length: 6 }, (_, i) => (
            <div key={i} className="flex h-17 items-center border-b border-line">
              <Bone className="h-4 w-1/2" />
            </div>
          ))}
        </Soon>
      )}
      <ForGood asked={asked} onClose={() => setAsked(null)} />
    </section>
  )
}

function Rows({
  rows,
  more,
  onMore,
  ask,
}: {
  rows: Row[]
  more: boolean
  onMore: () => void
  ask: (row: Row) => void
}) {
  'use no memo' // the virtualizer is one object whose answers change
  const desk = useDesk()
  const box = useRef<HTMLUListElement>(null)
  const top = useTop(box)
  const virtual = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => (desk ? 64 : 76),
    getItemKey: (i) => rows[i]!.id,
    overscan: 10,
    scrollMargin: top,
  })
  const items = virtual.getVirtualItems()
  const last = items.at(-1)?.index ?? 0
  useEffect(() => {
    if (more && last > rows.length - 50) onMore()
  })
  return (
    <ul ref={box} aria-label="Deleted" className="relative" style={{ height: virtual.getTotalSize() }}>
      {items.map((item) => (
        <TrashRow
          key={item.key}
          row={rows[item.index]!}
          ask={ask}
          aria-setsize={more ? -1 : rows.length}
          aria-posinset={item.index + 1}
          style={{ height: item.size, transform: `translateY(${item.start - top}px)` }}
        />
      ))}
    </ul>
  )
}

function TrashRow({ row, ask, ...props }: { row: Row; ask: (row: Row) => void } & ComponentProps<'li'>) {
  const { name, task } = row
  const restore = useRestore()
  const zone = useZone()
  const li = useRef<HTMLLIElement>(null)
  useHandsOn(li, besideRow)
  const deleted = useWords((now) => pastWords(row.deletedAt, now, zone))
  const left = useWords((now) => leftWords(row.goneAt, now))
  return (
    <li
      ref={li}
      {...props}
      className="absolute inset-x-0 top-0 grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-3 border-b border-line"
    >
      <div className="min-w-0">
        <p className="flex items-center gap-2 font-medium">
          {row.project && <Icon name="folder" className="size-4 text-ink-3" />}
          <span dir="auto" title={name} className="min-w-0 truncate">
            {name}
          </span>
        </p>
        <p className="tnum flex flex-wrap gap-x-3 text-[13px] text-ink-3">
          <span>
            Deleted <time dateTime={row.deletedAt}>{deleted.text}</time>
          </span>
          <span>{left.text}</span>
          {row.took > 0 && <span>with {took(row)}</span>}
        </p>
      </div>
      <div className="flex items-center gap-1">
        <Button aria-label={`Restore: ${name}`} onClick={() => void restore(row)}>
          <Icon name="undo" />
          <span className="hidden desk:inline">Restore</span>
        </Button>
        {task ? (
          <IconButton label={`Delete for good: ${name}`} className="size-11" onClick={() => ask(row)}>
            <Icon name="trash" />
          </IconButton>
        ) : (
          <span className="w-11" /> // projects go by themselves
        )}
      </div>
    </li>
  )
}

/** Its step; its 3 tasks. */
const took = ({ took, task }: Row): string => {
  const of = task ? 'step' : 'task'
  return `its ${took === 1 ? of : count(took, of)}`
}

function useRestore() {
  const client = useQueryClient()
  const actions = useActions()
  return async ({ task, project }: Row) => {
    if (task) return actions.restore(task)
    try {
      const back = await restoreProject(project)
      sayDone(client, `Restored: ${short(back.name)}`, back)
      await refresh(client)
    } catch (error) {
      tell(error)
    }
  }
}

/** Asks once: nothing brings it back. */
function ForGood({ asked, onClose }: { asked: Row | null; onClose: () => void }) {
  const client = useQueryClient()
  // What was asked last stays while the window goes.
  const [last, setLast] = useState(asked)
  if (asked && asked !== last) setLast(asked)
  const end = (task: Task) => {
    onClose()
    purge(client, task).then(() => say(`Deleted for good: ${short(task.title)}`), tell)
  }
  return (
    <Dialog open={asked !== null} onClose={onClose} title="Delete for good?">
      {last?.task && (
        <div className="flex min-h-0 flex-col gap-5 overflow-y-auto p-5">
          <p className="text-[14px] text-ink-2">
            “<bdi>{last.name}</bdi>”{last.took > 0 && ` and ${took(last)}`} cannot be brought back then. This cannot be
            undone.
          </p>
          <div className="flex flex-wrap justify-end gap-2">
            <Button onClick={onClose}>Keep</Button>
            <Button kind="danger" onClick={() => end(last.task)}>
              Delete for good
            </Button>
          </div>
        </div>
      )}
    </Dialog>
  )
}
