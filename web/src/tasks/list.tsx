import { defaultRangeExtractor, useWindowVirtualizer } from '@tanstack/react-virtual'
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { useDesk } from '../ui/desk'
import type { Line } from './lines'
import { TaskRow, type Marks, type RowActions } from './row'
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
  renaming: string | null
  marks: Marks
  on: RowActions
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
  const [top, setTop] = useState(0)
  useLayoutEffect(() => {
    // What stands above may grow: filters, or that the server is gone.
    const watch = new ResizeObserver(() => {
      if (box.current) setTop(box.current.getBoundingClientRect().top + window.scrollY)
    })
    watch.observe(document.body)
    return () => watch.disconnect()
  }, [])
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
    <div
      ref={box}
      role="list"
      data-tasks
      aria-label="Tasks"
      className="@container relative"
      style={{ height: virtual.getTotalSize() }}
    >
      {items.map((item) => {
        const line = lines[item.index]!
        return (
          <div
            key={item.key}
            role="listitem"
            aria-setsize={more ? -1 : lines.length}
            aria-posinset={item.index + 1}
            className="absolute inset-x-0 top-0"
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
                renaming={line.task.id === p.renaming}
                project={p.marks.project(line.task.project_id)}
                waits={p.marks.waits.has(line.task.id)}
                on={p.on}
              />
            ) : (
              <h2 className="flex h-full items-end border-b border-line pb-2 text-[13px] font-semibold text-ink-3">
                {line.heading}
              </h2>
            )}
          </div>
        )
      })}
    </div>
  )
}
