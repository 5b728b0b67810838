import { Menu } from '@base-ui/react/menu'
import { useState, type ReactElement, type Ref } from 'react'
import type { Task } from '../api/client'
import { useActions } from '../shell/actions'
import { useZone } from '../shell/zone'
import { present } from '../time/now'
import { momentWords } from '../time/words'
import { addDays, dayOf, instantAt } from '../time/zone'
import { Button } from '../ui/button'
import { itemClass, popupClass } from '../ui/popup'
import { snoozeChoices } from './snooze-choices'

/** The moments to put a task off to, and any other one. */
export function SnoozeMenu({
  task,
  trigger,
  ref,
}: {
  task: Task
  trigger: ReactElement
  ref?: Ref<HTMLButtonElement>
}) {
  const zone = useZone()
  const actions = useActions()
  const [open, setOpen] = useState(false)
  const [picking, setPicking] = useState(false)
  const now = present()
  const tomorrow = addDays(dayOf(now, zone), 1)
  const snooze = (until: number) => {
    setOpen(false)
    void actions.snooze(task, until, zone)
  }
  return (
    <Menu.Root
      open={open}
      onOpenChange={(to) => {
        setOpen(to)
        setPicking(false)
      }}
    >
      <Menu.Trigger ref={ref} render={trigger} />
      <Menu.Portal>
        <Menu.Positioner sideOffset={6} align="start" className="z-40">
          <Menu.Popup className={popupClass}>
            {picking ? (
              // The menu would take letters for a search among its items.
              // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
              <form
                className="flex flex-col gap-3 p-2"
                onSubmit={(e) => {
                  e.preventDefault()
                  const form = new FormData(e.currentTarget)
                  const until = instantAt(String(form.get('day')), String(form.get('clock')), zone)
                  if (until > Date.now()) snooze(until)
                }}
                onKeyDown={(e) => e.key !== 'Escape' && e.stopPropagation()}
              >
                <label className="text-[13px] text-ink-2">
                  Day
                  <input
                    autoFocus
                    name="day"
                    type="date"
                    required
                    min={dayOf(now, zone)}
                    defaultValue={tomorrow}
                    className="mt-1 block min-h-10 w-full rounded-lg border border-line bg-paper px-2 text-ink"
                  />
                </label>
                <label className="text-[13px] text-ink-2">
                  Time
                  <input
                    name="clock"
                    type="time"
                    required
                    defaultValue="09:00"
                    className="mt-1 block min-h-10 w-full rounded-lg border border-line bg-paper px-2 text-ink"
                  />
                </label>
                <Button type="submit" kind="primary">
                  Snooze
                </Button>
              </form>
            ) : (
              <>
                {snoozeChoices(now, zone).map((c) => (
                  <Menu.Item key={c.label} className={itemClass} onClick={() => snooze(c.until)}>
                    {c.label}
                    <span className="tnum ml-auto pl-6 text-[13px] text-ink-3">
                      {momentWords(c.until, now, zone).text}
                    </span>
                  </Menu.Item>
                ))}
                <Menu.Item className={itemClass} closeOnClick={false} onClick={() => setPicking(true)}>
                  Pick a day and time…
                </Menu.Item>
              </>
            )}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  )
}
