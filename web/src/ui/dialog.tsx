import { Dialog as Base } from '@base-ui/react/dialog'
import type { ReactNode } from 'react'
import { IconButton } from './button'
import { Icon } from './icon'

/** A window over the screen: it holds the focus, and Escape closes it. On a phone it comes from below. */
export function Dialog({
  open,
  onClose,
  title,
  hideTitle = false,
  wide = false,
  children,
}: {
  open: boolean
  onClose: () => void
  title: string
  hideTitle?: boolean
  wide?: boolean
  children: ReactNode
}) {
  return (
    <Base.Root open={open} onOpenChange={(to) => !to && onClose()}>
      <Base.Portal>
        <Base.Backdrop className="fixed inset-0 z-40 bg-shade" />
        <Base.Popup
          className={`rise fixed inset-x-0 bottom-0 z-40 flex max-h-[88dvh] flex-col overflow-hidden rounded-t-card border border-line bg-surface shadow-card outline-none desk:inset-x-auto desk:top-[14vh] desk:bottom-auto desk:left-1/2 desk:max-h-[72vh] desk:w-[calc(100vw-4rem)] desk:-translate-x-1/2 desk:rounded-card ${wide ? 'desk:max-w-180' : 'desk:max-w-140'}`}
        >
          <div
            className={
              hideTitle
                ? 'absolute top-2 right-2 z-1 desk:top-2.5' // what has no name to show leaves room there
                : 'flex items-center justify-between gap-4 pt-4 pr-3 pl-5'
            }
          >
            <Base.Title className={hideTitle ? 'sr-only' : 'text-[17px] font-[640] tracking-[-0.01em]'}>
              {title}
            </Base.Title>
            <Base.Close
              render={
                <IconButton label="Close">
                  <Icon name="close" />
                </IconButton>
              }
            />
          </div>
          {children}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  )
}
