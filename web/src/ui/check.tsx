import { Icon } from './icon'

/** The ring that completes a task. */
export function Check({
  label,
  done = false,
  tabIndex,
  onCheck,
}: {
  label: string
  done?: boolean
  tabIndex?: number
  onCheck: () => void
}) {
  return (
    <button
      type="button"
      role="checkbox"
      aria-checked={done}
      aria-label={label}
      tabIndex={tabIndex}
      onClick={onCheck}
      className="group relative grid size-5.5 place-items-center rounded-full before:absolute before:-inset-2.75 before:content-['']"
    >
      <span
        className={`grid size-4.5 place-items-center rounded-full border-[1.6px] transition-colors ${done ? 'border-done bg-done text-paper' : 'border-ink-3 text-transparent group-hover:border-done group-hover:text-done'}`}
      >
        <Icon name="check" className="size-3" />
      </span>
    </button>
  )
}
