import { useRef, type ReactNode } from 'react'
import { useProgress } from '../shell/bulk'
import { Under } from '../shell/progress'
import { IconButton } from '../ui/button'
import { useHandsOn } from '../ui/focus'
import { Icon, type IconName } from '../ui/icon'
import type { What } from './picker'

/** What can be done with all that is selected; and how far that has come. On a phone it stands by the thumb. */
export function BulkBar({
  selected,
  loaded,
  more,
  onDone,
  onPick,
  onDelete,
  onAll,
  onClear,
}: {
  selected: number
  loaded: number
  more: boolean
  onDone: () => void
  onPick: (what: What, beside: HTMLElement) => void
  onDelete: () => void
  onAll: () => void
  onClear: () => void
}) {
  const progress = useProgress()
  if (progress)
    return (
      <Bar key="progress" label="Progress">
        <Under progress={progress} />
      </Bar>
    )
  const pick = (what: What) => (e: React.MouseEvent<HTMLButtonElement>) => onPick(what, e.currentTarget)
  const none = selected === 0
  return (
    <Bar key="selected" label="Selected tasks">
      <span className="tnum pr-1 text-[14px] font-[550] whitespace-nowrap" aria-live="polite">
        {selected} selected
      </span>
      <Do icon="check" disabled={none} onClick={onDone}>
        Done
      </Do>
      <Do icon="moon" disabled={none} onClick={pick('snooze')}>
        Snooze…
      </Do>
      <Do icon="flag" disabled={none} onClick={pick('priority')}>
        Priority…
      </Do>
      <Do icon="calendar" disabled={none} onClick={pick('due')}>
        Due…
      </Do>
      <Do icon="tag" disabled={none} onClick={pick('tag')}>
        Tag…
      </Do>
      <Do icon="trash" disabled={none} onClick={onDelete}>
        Delete
      </Do>
      <span className="flex-1" />
      {selected < loaded && (
        <Do onClick={onAll}>
          All {loaded}
          {more ? ' loaded' : ''}
        </Do>
      )}
      <IconButton label="Select nothing" className="flex-none" onClick={onClear}>
        <Icon name="close" />
      </IconButton>
    </Bar>
  )
}

const activeRow = () => document.querySelector<HTMLElement>('[data-tasks] a[tabindex="0"]')

/** Who pressed something in it that ends it goes on in the list. */
function Bar({ label, children }: { label: string; children: ReactNode }) {
  const bar = useRef<HTMLDivElement>(null)
  useHandsOn(bar, activeRow)
  return (
    <div
      ref={bar}
      role="group"
      aria-label={label}
      className="fixed inset-x-0 bottom-0 z-31 flex items-center gap-1 overflow-x-auto border-t border-line bg-surface px-4 pt-2 pb-[max(12px,env(safe-area-inset-bottom))] desk:static desk:z-auto desk:min-h-11 desk:flex-wrap desk:overflow-visible desk:border-0 desk:bg-transparent desk:p-0"
    >
      {children}
    </div>
  )
}

function Do({
  icon,
  disabled = false,
  onClick,
  children,
}: {
  icon?: IconName
  disabled?: boolean
  onClick: (e: React.MouseEvent<HTMLButtonElement>) => void
  children: ReactNode
}) {
  return (
    <button
      type="button"
      disabled={disabled}
      onClick={onClick}
      className="inline-flex min-h-11 flex-none items-center gap-1.75 rounded-lg px-2.5 text-[14px] whitespace-nowrap text-ink-2 hover:bg-accent-soft hover:text-ink disabled:opacity-50 fine:min-h-9"
    >
      {icon && <Icon name={icon} className="size-4" />}
      {children}
    </button>
  )
}
