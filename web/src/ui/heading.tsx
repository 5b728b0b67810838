import { useEffect, useRef, type ComponentProps } from 'react'

const looks = {
  page: 'text-[24px] leading-[1.2] font-[640] tracking-[-0.02em] desk:text-[28px]',
  entrance: 'text-[30px] leading-[1.15] font-[640] tracking-[-0.025em] text-balance',
  large: 'text-[30px] leading-[1.12] font-[640] tracking-[-0.025em] text-balance desk:text-[40px]',
}

/** A newcomer begins at the top of the page. The browser's own word for it outlives a reload. */
let acted = false
for (const event of ['keydown', 'pointerdown'])
  document.addEventListener(event, () => (acted = true), { capture: true, once: true })

export const headingClass = (look: keyof typeof looks) => `outline-none ${looks[look]}`

/** The name of a screen. Who has the focus nowhere when it comes, and is no newcomer to the page, goes on from here. */
export function Heading({
  look = 'page',
  className = '',
  ...props
}: ComponentProps<'h1'> & { look?: keyof typeof looks }) {
  const h1 = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    if (acted && document.activeElement === document.body) h1.current?.focus({ preventScroll: true })
  }, [])
  // eslint-disable-next-line jsx-a11y/heading-has-content -- it comes with the other props
  return <h1 ref={h1} tabIndex={-1} {...props} className={`${headingClass(look)} ${className}`} />
}
