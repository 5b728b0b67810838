import { combine } from '@atlaskit/pragmatic-drag-and-drop/combine'
import { draggable, dropTargetForElements } from '@atlaskit/pragmatic-drag-and-drop/element/adapter'
import { useEffect, useRef, useState, type RefObject } from 'react'
import type { Spot } from './place'

export type Edge = 'top' | 'bottom'

const edgeOf = (element: Element, y: number): Edge => {
  const { top, height } = element.getBoundingClientRect()
  return y < top + height / 2 ? 'top' : 'bottom'
}

/**
 * Makes an element one of several that are dragged into an order: of those with the same group. Reports whether it
 * is under way, and at which edge of it another would be dropped. Without somewhere to tell it stays where it is.
 */
export function useOrdered(
  ref: RefObject<HTMLElement | null>,
  group: string,
  id: string,
  onMove: ((id: string, to: Spot) => void) | undefined,
): { dragging: boolean; edge: Edge | null } {
  const [dragging, setDragging] = useState(false)
  const [edge, setEdge] = useState<Edge | null>(null)
  const latest = useRef(onMove)
  useEffect(() => {
    latest.current = onMove
  })
  const on = onMove !== undefined
  useEffect(() => {
    const element = ref.current
    if (!on || !element) return
    return combine(
      draggable({
        element,
        getInitialData: () => ({ group, id }),
        onDragStart: () => setDragging(true),
        onDrop: () => setDragging(false),
      }),
      dropTargetForElements({
        element,
        canDrop: ({ source }) => source.data.group === group && source.data.id !== id,
        onDrag: ({ location }) => setEdge(edgeOf(element, location.current.input.clientY)),
        onDragLeave: () => setEdge(null),
        onDrop: ({ source, location }) => {
          setEdge(null)
          const before = edgeOf(element, location.current.input.clientY) === 'top'
          latest.current?.(source.data.id as string, before ? { before: id } : { after: id })
        },
      }),
    )
  }, [ref, group, id, on])
  return { dragging, edge }
}
