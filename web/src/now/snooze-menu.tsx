import { Menu } from '@base-ui/react/menu'
import { useState, type ReactElement, type Ref } from 'react'
import type { Task } from '../api/client'
import { useActions } from '../shell/actions'
import { useZone } from '../shell/zone'
import { present } from '../time/now'
import { momentWords } from '../time/words'
import { Dialog } from '../ui/dialog'
import { itemClass, popupClass } from '../ui/popup'
import { snoozeChoices } from './snooze-choices'
import { SnoozeForm } from './snooze-form'

/** The moments to put a task off to, and any other one. */
export function SnoozeMenu({
  task,
  trigger,
  defaultOpen = false,
  ref,
  onPick,
}: {
  task: Task
  trigger: ReactElement
  defaultOpen?: boolean
  ref?: Ref<HTMLButtonElement>
  /** What is done instead of putting it off alone. */
  onPick?: (until: number) => void
}) {
  const zone = useZone()
  const actions = useActions()
  const [open, setOpen] = useState(defaultOpen)
  const [picking, setPicking] = useState(false)
  const now = present()
  const snooze = (until: number) => {
    setPicking(false)
    if (onPick) onPick(until)
    else void actions.snooze(task, until, zone)
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
        <SnoozeForm autoFocus onPick={snooze} className="gap-4 p-5" />
      </Dialog>
    </>
  )
}
