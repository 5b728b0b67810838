const looks = {
  plain: 'border-line border-b-2 bg-paper text-ink-3',
  primary: 'border-current border-b-2 text-current opacity-80',
  bare: 'border-transparent text-ink-3',
}

/** A key, for those who have a keyboard. */
export function Kbd({ children, look = 'plain' }: { children: string; look?: keyof typeof looks }) {
  return (
    <kbd
      aria-hidden="true"
      className={`hidden rounded-[5px] border px-1.5 py-0.75 font-sans text-[11.5px]/none font-medium desk:inline-block ${looks[look]}`}
    >
      {children}
    </kbd>
  )
}

const apple = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.platform)

/** The modifier of this machine's shortcuts. */
export const modifier = apple ? '⌘' : 'Ctrl'
