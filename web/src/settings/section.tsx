import { useId, type ReactNode } from 'react'

/** A part of a settings page: what it is about, and its controls. */
export function Section({ title, hint, children }: { title: string; hint?: ReactNode; children: ReactNode }) {
  const id = useId()
  return (
    <section aria-labelledby={id} className="border-b border-line py-8 first:pt-0 last:border-0">
      <h2 id={id} className="text-[17px] font-[640] tracking-[-0.01em]">
        {title}
      </h2>
      {hint && <p className="mt-1 max-w-[60ch] text-[14px] text-ink-2">{hint}</p>}
      <div className="mt-4">{children}</div>
    </section>
  )
}
