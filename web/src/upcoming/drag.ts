import { draggable, dropTargetForElements, monitorForElements } from '@atlaskit/pragmatic-drag-and-drop/element/adapter'
import { useEffect, useRef, useState, type RefObject } from 'react'
import type { Task } from '../api/client'
import type { Place } from './plan'

/** Makes an element what is dragged for a task; reports whether it is under way. */
export function useDraggable(ref: RefObject<HTMLElement | null>, task: Task): boolean {
  const [dragging, setDragging] = useState(false)
  const latest = useRef(task)
  useEffect(() => {
    latest.current = task
  })
  useEffect(
    () =>
      draggable({
        element: ref.current!,
        getInitialData: () => ({ task: latest.current }),
        onDragStart: () => setDragging(true),
        onDrop: () => setDragging(false),
      }),
    [ref],
  )
  return dragging
}

/** Makes an element a place to drop tasks on; reports whether one is over it. Overdue is no place to go to. */
export function useDropTarget(ref: RefObject<HTMLElement | null>, place: Place): boolean {
  const [over, setOver] = useState(false)
  useEffect(
    () =>
      dropTargetForElements({
        element: ref.current!,
        canDrop: ({ source }) => 'task' in source.data && place !== 'overdue' && place !== 'later',
        getData: () => ({ place }),
        onDragEnter: () => setOver(true),
        onDragLeave: () => setOver(false),
        onDrop: () => setOver(false),
      }),
    [ref, place],
  )
  return over
}

/** Calls back when a task was dropped on a place. */
export function useDrops(moved: (task: Task, to: Place) => void) {
  const latest = useRef(moved)
  useEffect(() => {
    latest.current = moved
  })
  useEffect(
    () =>
      monitorForElements({
        onDrop: ({ source, location }) => {
          const place = location.current.dropTargets[0]?.data.place as Place | undefined
          if (place) latest.current(source.data.task as Task, place)
        },
      }),
    [],
  )
}
