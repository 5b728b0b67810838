import type { ReactNode } from 'react'
import { Heading } from '../ui/heading'
import { Icon } from '../ui/icon'

/** A link below what is asked for, which a thumb can meet. */
export const entranceLink =
  'inline-flex min-h-11 min-w-11 items-center rounded-sm font-[550] text-accent hover:underline'

/** The quiet page on which people come in. */
export function Entrance({ title, children, below }: { title: ReactNode; children: ReactNode; below?: ReactNode }) {
  return (
    <main className="mx-auto flex min-h-dvh max-w-100 flex-col justify-center px-5 py-12">
      <p className="mb-10 flex items-center gap-2.5 font-[650] tracking-[-0.01em]">
        <Icon name="now" className="size-5.5 text-accent" />
        MindFlow
      </p>
      <Heading look="entrance" className="mb-7">
        {title}
      </Heading>
      {children}
      <div className="mt-8 text-[14px] text-ink-2 empty:hidden">{below}</div>
    </main>
  )
}
