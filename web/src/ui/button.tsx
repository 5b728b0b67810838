import type { ComponentProps } from 'react'

const kinds = {
  primary: 'border-accent bg-accent text-accent-ink',
  plain: 'border-line bg-surface hover:border-ink-3',
  ghost: 'border-transparent text-ink-2 hover:text-ink hover:bg-accent-soft',
  danger: 'border-line bg-surface text-danger hover:border-danger',
}

export const buttonClass = (kind: keyof typeof kinds = 'plain') =>
  `inline-flex min-h-11 items-center justify-center gap-2.25 rounded-control border px-3.75 font-[550] whitespace-nowrap ` +
  `transition-colors disabled:opacity-50 fine:min-h-10.5 ${kinds[kind]}`

/** A button that says what it does. */
export function Button({
  kind = 'plain',
  className = '',
  ...props
}: ComponentProps<'button'> & { kind?: keyof typeof kinds }) {
  return <button type="button" {...props} className={`${buttonClass(kind)} ${className}`} />
}

/** A button that is an icon; its label says what it does. */
export function IconButton({ label, className = '', ...props }: ComponentProps<'button'> & { label: string }) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      {...props}
      className={`inline-grid size-11 flex-none place-items-center rounded-control text-ink-3 transition-colors hover:bg-accent-soft hover:text-ink disabled:opacity-50 fine:size-9 ${className}`}
    />
  )
}
