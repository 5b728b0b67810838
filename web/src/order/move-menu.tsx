import { Menu } from '@base-ui/react/menu'
import { useState } from 'react'
import { itemClass, popupClass } from '../ui/popup'
import { stepped, type Spot } from './place'

/** What is asked to be moved, and where that was. */
export type Asked = { id: string; beside: HTMLElement }

/** Puts something elsewhere in an order without dragging it. One menu serves the whole list. */
export function MoveMenu({
  asked,
  ids,
  onMove,
  onClose,
  children,
}: {
  asked: Asked | null
  /** Those it is in an order with, as they are seen. */
  ids: string[]
  onMove: (id: string, to: Spot) => void
  onClose: () => void
  /** What else can be done with it. */
  children?: (id: string) => React.ReactNode
}) {
  // What was asked last stays while the menu goes.
  const [last, setLast] = useState(asked)
  if (asked && asked !== last) setLast(asked)
  const id = last?.id ?? ''
  const [first, end] = [ids[0], ids.at(-1)]
  const ways: [string, Spot | undefined][] = [
    ['Move up', stepped(ids, id, -1)],
    ['Move down', stepped(ids, id, 1)],
    ['To the top', first !== undefined && first !== id ? { before: first } : undefined],
    ['To the bottom', end !== undefined && end !== id ? { after: end } : undefined],
  ]
  return (
    <Menu.Root open={asked !== null} onOpenChange={(to) => !to && onClose()}>
      <Menu.Portal>
        <Menu.Positioner anchor={last?.beside ?? null} sideOffset={4} align="end" className="z-40">
          <Menu.Popup className={popupClass} aria-label="Move" finalFocus={() => last?.beside ?? true}>
            {ways.map(([label, to]) => (
              <Menu.Item
                key={label}
                disabled={!to}
                className={`${itemClass} data-disabled:cursor-default data-disabled:text-ink-3`}
                onClick={() => to && onMove(id, to)}
              >
                {label}
              </Menu.Item>
            ))}
            {children && <hr className="mx-3 my-1.5 border-line" />}
            {children?.(id)}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  )
}
