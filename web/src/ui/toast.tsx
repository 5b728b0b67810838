import { useSyncExternalStore } from 'react'
import { IconButton } from './button'
import { Icon } from './icon'

/** Something that was done, or was not, and the way back. */
type Toast = { id: number; text: string; bad: boolean; undo?: (() => void) | undefined }

let toasts: Toast[] = []
let next = 1
const listeners = new Set<() => void>()
const timers = new Map<number, ReturnType<typeof setTimeout>>()
const lasts = 8_000

function set(to: Toast[]) {
  toasts = to
  for (const listener of listeners) listener()
}

export function dismiss(id: number) {
  clearTimeout(timers.get(id))
  timers.delete(id)
  set(toasts.filter((t) => t.id !== id))
}

function add(toast: Omit<Toast, 'id'>): number {
  const id = next++
  set([...toasts.slice(-2), { ...toast, id }])
  timers.set(id, setTimeout(dismiss, toast.bad ? 2 * lasts : lasts, id))
  return id
}

/** Says what was done, with the way back where there is one; answers the id by which it is dismissed. */
export const say = (text: string, undo?: () => void) => add({ text, bad: false, undo })

/** Says what went wrong. */
export const warn = (text: string) => add({ text, bad: true })

/** Takes back what was said last, if it can be; reports whether it could. */
export function undoLast(): boolean {
  const last = toasts.findLast((t) => t.undo)
  if (!last) return false
  dismiss(last.id)
  last.undo?.()
  return true
}

const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export function Toasts() {
  const shown = useSyncExternalStore(subscribe, () => toasts)
  return (
    <section
      aria-label="Messages"
      aria-live="polite"
      className="pointer-events-none fixed inset-x-4 bottom-24 z-50 flex flex-col items-center gap-2 desk:bottom-6"
    >
      {shown.map((t) => (
        <div
          key={t.id}
          role={t.bad ? 'alert' : 'status'}
          className="rise pointer-events-auto flex max-w-130 items-center gap-3 rounded-control border border-line bg-surface py-1.5 pr-1.5 pl-4 shadow-card"
        >
          <span className={`min-w-0 flex-1 py-1.5 text-[14px] ${t.bad ? 'text-danger' : ''}`}>{t.text}</span>
          {t.undo && (
            <button
              type="button"
              onClick={() => {
                dismiss(t.id)
                t.undo?.()
              }}
              className="min-h-11 rounded-lg px-3 desk:min-h-9 font-[550] text-accent hover:bg-accent-soft"
            >
              Undo
            </button>
          )}
          <IconButton label="Dismiss" onClick={() => dismiss(t.id)}>
            <Icon name="close" />
          </IconButton>
        </div>
      ))}
    </section>
  )
}
