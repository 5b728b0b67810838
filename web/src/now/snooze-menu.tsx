import { Menu } from '@base-ui/react/menu'
import { useState, type FormEvent, type ReactElement, type Ref } from 'react'
import type { Task } from '../api/client'
import { useActions } from '../shell/actions'
import { useZone } from '../shell/zone'
import { present } from '../time/now'
import { momentWords } from '../time/words'
import { addDays, dayOf, instantAt } from '../time/zone'
import { Button } from '../ui/button'
import { Dialog } from '../ui/dialog'
import { Field } from '../ui/field'
import { itemClass, popupClass } from '../ui/popup'
import { snoozeChoices } from './snooze-choices'

/** The moments to put a task off to, and any other one. */
export function SnoozeMenu({
  task,
  trigger,
  defaultOpen = false,
  ref,
}: {
  task: Task
  trigger: ReactElement
  defaultOpen?: boolean
  ref?: Ref<HTMLButtonElement>
}) {
  const zone = useZone()
  const actions = useActions()
  const [open, setOpen] = useState(defaultOpen)
  const [picking, setPicking] = useState(false)
  const now = present()
  const snooze = (until: number) => {
    setPicking(false)
    void actions.snooze(task, until, zone)
  }
  return (
    <>
      <Menu.Root open={open} onOpenChange={setOpen}>
        <Menu.Trigger ref={ref} render={trigger} />
        <Menu.Portal>
          <Menu.Positioner sideOffset={6} align="start" className="z-40">
            <Menu.Popup className={popupClass}>
              {snoozeChoices(now, zone).map((c) => (
                <Menu.Item key={c.label} className={itemClass} onClick={() => snooze(c.until)}>
                  {c.label}
                  <span className="tnum ml-auto pl-6 text-[13px] text-ink-3">
                    {momentWords(c.until, now, zone).text}
                  </span>
                </Menu.Item>
              ))}
              <Menu.Item className={itemClass} onClick={() => setPicking(true)}>
                Pick a day and time…
              </Menu.Item>
            </Menu.Popup>
          </Menu.Positioner>
        </Menu.Portal>
      </Menu.Root>
      <Dialog open={picking} onClose={() => setPicking(false)} title="Snooze until">
        <Pick zone={zone} onPick={snooze} />
      </Dialog>
    </>
  )
}

/** Any other moment. */
function Pick({ zone, onPick }: { zone: string; onPick: (until: number) => void }) {
  const [past, setPast] = useState(false)
  const today = dayOf(present(), zone)
  const pick = (e: FormEvent<HTMLFormElement>) => {
    e.preventDefault()
    const form = new FormData(e.currentTarget)
    const until = instantAt(String(form.get('day')), String(form.get('clock')), zone)
    if (until > Date.now()) onPick(until)
    else setPast(true)
  }
  return (
    <form onSubmit={pick} className="flex flex-col gap-4 p-5">
      <div className="grid grid-cols-2 gap-3">
        <Field
          label="Day"
          name="day"
          type="date"
          required
          autoFocus
          min={today}
          defaultValue={addDays(today, 1)}
          onChange={() => setPast(false)}
        />
        <Field
          label="Time"
          name="clock"
          type="time"
          required
          defaultValue="09:00"
          onChange={() => setPast(false)}
          error={past ? 'This moment has passed.' : undefined}
        />
      </div>
      <div className="flex justify-end">
        <Button type="submit" kind="primary">
          Snooze
        </Button>
      </div>
    </form>
  )
}
