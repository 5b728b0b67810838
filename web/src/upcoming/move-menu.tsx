import { Menu } from '@base-ui/react/menu'
import { useRef, useState } from 'react'
import type { Task } from '../api/client'
import { useZone } from '../shell/zone'
import { present } from '../time/now'
import { nameOfDay, nameOfWeekday } from '../time/words'
import { addDays, dayOf, weekday, type Day } from '../time/zone'
import { Button } from '../ui/button'
import { Dialog } from '../ui/dialog'
import { Field } from '../ui/field'
import { itemClass, popupClass } from '../ui/popup'

/** Where to: the usual days, any other one, or none. */
export default function MoveMenu({
  asked,
  onMove,
  onClose,
}: {
  asked: { task: Task; beside: HTMLElement } | null
  onMove: (task: Task, to: Day | null) => void
  onClose: () => void
}) {
  const zone = useZone()
  const [picking, setPicking] = useState(false)
  const moved = useRef(false)
  // What was asked last stays while the menu goes.
  const [last, setLast] = useState(asked)
  if (asked && asked !== last) setLast(asked)
  const today = dayOf(present(), zone)
  const monday = addDays(today, 8 - weekday(today))
  const days: [string, Day][] = [
    ['Today', today],
    ['Tomorrow', addDays(today, 1)],
    [`Next ${nameOfWeekday(monday)}`, monday],
  ]
  const move = (to: Day | null) => {
    moved.current = !picking
    setPicking(false)
    onClose()
    if (last) onMove(last.task, to)
  }
  return (
    <>
      <Menu.Root
        open={asked !== null}
        onOpenChange={(to) => {
          if (!to) onClose()
        }}
      >
        <Menu.Portal>
          <Menu.Positioner anchor={last?.beside ?? null} sideOffset={4} align="end" className="z-40">
            <Menu.Popup
              className={popupClass}
              aria-label="Move to"
              // What was moved is elsewhere now, and has the focus there.
              finalFocus={() => {
                const stays = !moved.current
                moved.current = false
                return stays ? (last?.beside ?? true) : false
              }}
            >
              {days.map(([name, day]) => (
                <Menu.Item key={name} className={itemClass} onClick={() => move(day)}>
                  {name}
                  <span className="tnum ml-auto pl-6 text-[13px] text-ink-3">{nameOfDay(day, today)}</span>
                </Menu.Item>
              ))}
              <Menu.Item className={itemClass} onClick={() => setPicking(true)}>
                Pick a day…
              </Menu.Item>
              <Menu.Item className={itemClass} onClick={() => move(null)}>
                No date
              </Menu.Item>
            </Menu.Popup>
          </Menu.Positioner>
        </Menu.Portal>
      </Menu.Root>
      <Dialog open={picking} onClose={() => setPicking(false)} title="Move to">
        <form
          className="flex flex-col gap-4 p-5"
          onSubmit={(e) => {
            e.preventDefault()
            move(String(new FormData(e.currentTarget).get('day')))
          }}
        >
          <Field
            label="Day"
            name="day"
            type="date"
            required
            autoFocus
            min={today}
            max="9998-12-31"
            defaultValue={addDays(today, 1)}
          />
          <div className="flex justify-end">
            <Button type="submit" kind="primary">
              Move
            </Button>
          </div>
        </form>
      </Dialog>
    </>
  )
}
