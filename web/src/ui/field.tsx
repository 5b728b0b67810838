import { useId, type ComponentProps, type ReactNode } from 'react'

export const inputClass =
  'w-full min-h-11 rounded-control border border-line bg-surface px-3 text-ink placeholder:text-ink-3 fine:min-h-10 ' +
  'aria-invalid:border-danger'

type Around = { label: string; error?: string | undefined; hint?: ReactNode; className?: string }

/** A labelled input, with what is wrong about it. */
export function Field({ label, error, hint, className = '', ...props }: Around & ComponentProps<'input'>) {
  const id = useId()
  return (
    <div className={className}>
      <label htmlFor={id} className="mb-1 block text-[13px] font-medium text-ink-2">
        {label}
      </label>
      <input
        {...props}
        id={id}
        aria-invalid={error ? true : undefined}
        aria-describedby={error || hint ? `${id}-said` : undefined}
        className={inputClass}
      />
      <p id={`${id}-said`} className={`mt-1 text-[13px] empty:hidden ${error ? 'text-danger' : 'text-ink-3'}`}>
        {error ?? hint}
      </p>
    </div>
  )
}

/** What keeps a form from being sent, above its button. */
export function Failure({ children }: { children: ReactNode }) {
  return (
    <p role="alert" className="text-[14px] text-danger empty:hidden">
      {children}
    </p>
  )
}
