import { Popover } from '@base-ui/react/popover'
import type { ReactNode } from 'react'
import type { Edit } from '../api/client'
import { popupClass } from '../ui/popup'
import { DueChoices, EffortChoices, PriorityChoices, SnoozeChoices, TagChoices } from './choices'

/** What a value is picked for, beside what was pressed. */
export type Picking = { what: What; beside: HTMLElement | null; back?: HTMLElement | null }
export type What = 'priority' | 'due' | 'effort' | 'snooze' | 'tag'

/** What was picked: fields to edit, a moment to snooze until, or a tag to add; and how that is said. */
export type Picked =
  { kind: 'edit'; fields: Edit; said: string } | { kind: 'snooze'; until: number } | { kind: 'tag'; tag: string }

const titles: Record<What, string> = {
  priority: 'Priority',
  due: 'Due',
  effort: 'Effort',
  snooze: 'Snooze until',
  tag: 'Add a tag',
}

/** Choices of one kind, for a row or for many. One of them serves the whole list. */
export function Picker({
  picking,
  current,
  tags,
  onPick,
  onClose,
}: {
  picking: Picking | null
  current: { priority?: number; due?: string | null; effort?: number | null }
  tags: string[]
  onPick: (picked: Picked) => void
  onClose: () => void
}) {
  const pick = (picked: Picked) => {
    onClose()
    onPick(picked)
  }
  const choices: Record<What, () => ReactNode> = {
    priority: () => <PriorityChoices current={current.priority} pick={pick} />,
    due: () => <DueChoices current={current.due} pick={pick} />,
    effort: () => <EffortChoices current={current.effort} pick={pick} />,
    snooze: () => <SnoozeChoices pick={pick} />,
    tag: () => <TagChoices tags={tags} pick={pick} />,
  }
  return (
    <Popover.Root open={picking !== null} onOpenChange={(open) => !open && onClose()}>
      <Popover.Portal>
        <Popover.Positioner anchor={picking?.beside ?? null} sideOffset={4} align="end" className="z-40">
          {picking && (
            <Popover.Popup className={popupClass} finalFocus={() => picking.back ?? picking.beside}>
              <Popover.Title className="px-3 pt-1.5 pb-1 text-[13px] font-semibold text-ink-3">
                {titles[picking.what]}
              </Popover.Title>
              {choices[picking.what]()}
            </Popover.Popup>
          )}
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  )
}
