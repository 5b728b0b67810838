import { defaultRangeExtractor, useWindowVirtualizer } from '@tanstack/react-virtual'
import { useCallback, useEffect, useRef, type ComponentProps } from 'react'
import type { Task } from '../api/client'
import { DropLine } from '../order/drop-line'
import { useOrdered } from '../order/drag'
import { useFollow } from '../order/follow'
import { moveOf, type Spot } from '../order/place'
import { groupOf } from '../order/tasks'
import { useDesk } from '../ui/desk'
import { useTop } from '../ui/top'
import type { Line } from './lines'
import { TaskRow, type Marks, type Renaming, type RowActions } from './row'
import type { Selection } from './selection'

/** What is left below before the next page is asked for. */
const ahead = 60

type Props = {
  lines: Line[]
  active: string | null
  takesFocus: boolean
  selection: Selection
  selecting: boolean
  open: string | undefined
  renaming: Renaming | null
  marks: Marks
  on: RowActions
  /** Puts a task somewhere else, where they are in an order by hand. */
  onMove: ((id: string, to: Spot) => void) | undefined
  onStep: (id: string, by: 1 | -1) => void
  /** How much at the top is covered by what stays there. */
  covered: number
  more: boolean
  onMore: () => void
}

/** The lines that can be seen, of however many there are. */
export function TaskList(p: Props) {
  'use no memo' // the virtualizer is one object whose answers change
  const { lines, active, more, onMore } = p
  const desk = useDesk()
  const box = useRef<HTMLDivElement>(null)
  const follow = useFollow(box)
  const top = useTop(box)
  const at = active === null ? -1 : lines.findIndex((line) => line.task?.id === active)
  // Another function for other lines: they are measured anew then, and only then.
  const key = useCallback(
    (i: number) => lines[i]?.task?.id ?? `# ${lines[i]?.heading}`,
    [lines, desk], // eslint-disable-line react-hooks/exhaustive-deps
  )
  const virtual = useWindowVirtualizer({
    count: lines.length,
    estimateSize: (i) => (lines[i]?.task ? (desk ? 48 : 64) : 44),
    getItemKey: key,
    overscan: 12,
    scrollMargin: top,
    scrollPaddingStart: p.covered + 8,
    scrollPaddingEnd: desk ? 24 : 112,
    // The line the keys mean stays, so that it keeps the focus.
    rangeExtractor: (range) => {
      const seen = defaultRangeExtractor(range)
      return at < 0 || seen.includes(at) ? seen : [...seen, at].sort((a, b) => a - b)
    },
  })
  useEffect(() => {
    if (at >= 0 && p.takesFocus) virtual.scrollToIndex(at, { align: 'auto' })
    // Only where the cursor goes, not where the page is scrolled to.
  }, [active]) // eslint-disable-line react-hooks/exhaustive-deps
  const items = virtual.getVirtualItems()
  const last = items.at(-1)?.index ?? 0
  useEffect(() => {
    if (more && last > lines.length - ahead) onMore()
  }, [more, last, lines.length, onMore])
  return (
    // The keys are those of the rows inside, which have the focus.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <div
      ref={box}
      role="list"
      data-tasks
      aria-label="Tasks"
      className="@container relative"
      style={{ height: virtual.getTotalSize() }}
      onKeyDown={(e) => {
        const by = p.onMove && moveOf(e)
        const id = (e.target as Element).closest<HTMLElement>('[data-id]')?.dataset.id
        if (!by || !id || (e.target as Element).matches('input')) return
        e.preventDefault()
        if (e.repeat) return // each step is a request
        follow(`[data-id="${CSS.escape(id)}"] a[data-title]`)
        p.onStep(id, by)
      }}
    >
      {items.map((item) => {
        const line = lines[item.index]!
        return (
          <Item
            key={item.key}
            task={line.task}
            onMove={p.onMove}
            aria-setsize={more ? -1 : lines.length}
            aria-posinset={item.index + 1}
            style={{ height: item.size, transform: `translateY(${item.start - top}px)` }}
          >
            {line.task ? (
              <TaskRow
                task={line.task}
                active={line.task.id === active}
                takesFocus={p.takesFocus}
                selected={p.selection.ids.has(line.task.id)}
                selecting={p.selecting}
                open={line.task.id === p.open}
                renaming={line.task.id === p.renaming?.id ? p.renaming.title : null}
                project={p.marks.project(line.task.project_id)}
                parent={p.marks.parent(line.task.parent_id)}
                waits={p.marks.waits.has(line.task.id)}
                ordered={p.onMove !== undefined}
                on={p.on}
              />
            ) : (
              <h2 className="flex h-full items-end border-b border-line pb-2 text-[13px] font-semibold text-ink-3">
                <span dir="auto" className="min-w-0 truncate">
                  {line.heading}
                </span>
              </h2>
            )}
          </Item>
        )
      })}
    </div>
  )
}

/** A line in its place; a task is dragged to another, where they are in an order by hand. */
function Item({
  task,
  onMove,
  children,
  ...props
}: { task: Task | undefined; onMove: Props['onMove'] } & ComponentProps<'div'>) {
  const ref = useRef<HTMLDivElement>(null)
  const { dragging, edge } = useOrdered(ref, task ? groupOf(task) : '', task?.id ?? '', task && onMove)
  return (
    <div
      ref={ref}
      role="listitem"
      {...props}
      className={`absolute inset-x-0 top-0 ${task && onMove ? 'cursor-grab' : ''} ${dragging ? 'opacity-40' : ''}`}
    >
      {children}
      <DropLine edge={edge} />
    </div>
  )
}
