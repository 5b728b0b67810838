import { useEffect, useRef, useSyncExternalStore, type ComponentType } from 'react'
import { IconButton } from './button'
import { Icon } from './icon'
import { aside } from './short'

/** Something that was done, or was not, and the way back. */
type Toast = { id: number; text: string; bad: boolean; undo?: (() => void) | undefined; way?: Way | undefined }

/** What else can be done about it. */
type Way = { label: string; go: () => void }

let toasts: Toast[] = []
let next = 1
const listeners = new Set<() => void>()
const timers = new Map<number, ReturnType<typeof setTimeout>>()
const lasts = 8_000

function set(to: Toast[]) {
  toasts = to
  for (const listener of listeners) listener()
}

/** Takes a message away; what it spoke of can be undone all the same. */
export function dismiss(id: number) {
  clearTimeout(timers.get(id))
  timers.delete(id)
  set(toasts.filter((t) => t.id !== id))
}

/** What was done in this tab and can be taken back, the last at the end. */
let ways: { said?: number; back: () => void }[] = []
const remembered = 100

/** Remembers how something is taken back that is not worth a message; answers what forgets it. */
export function remember(back: () => void, said?: number): () => void {
  const way = said === undefined ? { back } : { said, back }
  ways = [...ways.slice(1 - remembered), way]
  return () => {
    ways = ways.filter((w) => w !== way)
  }
}

/** Says more of what was said, where that is still to be seen. */
export function amend(id: number, text: string) {
  const toast = toasts.find((t) => t.id === id)
  if (!toast) return
  const now = { ...toast, text }
  set(toasts.map((t) => (t === toast ? now : t)))
  if (!held) wait(now)
}

/** What was said has not come about. */
export function unsay(id: number) {
  ways = ways.filter((way) => way.said !== id)
  dismiss(id)
}

/** Who points at messages, or is among them, reads or decides: they stay, and begin anew when that is over. */
let held = false

function wait(toast: Toast) {
  clearTimeout(timers.get(toast.id))
  timers.set(toast.id, setTimeout(dismiss, toast.bad ? 2 * lasts : lasts, toast.id))
}

function hold(to: boolean) {
  if (to === held) return
  held = to
  for (const toast of toasts) {
    if (held) clearTimeout(timers.get(toast.id))
    else wait(toast)
  }
}

function add(toast: Omit<Toast, 'id'>): number {
  const id = next++
  set([...toasts.slice(-2), { ...toast, id }])
  if (!held) wait({ ...toast, id })
  return id
}

/** Says what was done, with the way back where there is one; answers the id by which it is dismissed. */
export function say(text: string, undo?: () => void, way?: Way): number {
  const id = add({ text, bad: false, undo, way })
  if (undo) remember(undo, id)
  return id
}

/** Says what went wrong. */
export const warn = (text: string, way?: Way) => add({ text, bad: true, way })

/** Takes back what was done last in this tab, however long ago; reports whether there was anything. */
export function undoLast(): boolean {
  const last = ways.pop()
  if (!last) return false
  if (last.said !== undefined) dismiss(last.said)
  last.back()
  return true
}

const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Where the focus is that comes from something else and goes back there. */
const passing = (from: EventTarget | null) => from instanceof Element && from.closest('[role=menu],[role=dialog]')

/** The messages. What is above them stays until it is done with; it is handed what brings the focus back. */
export function Toasts({ above: Above }: { above?: ComponentType<{ back: () => void }> }) {
  const shown = useSyncExternalStore(subscribe, () => toasts)
  const box = useRef<HTMLElement>(null)
  const came = useRef<HTMLElement | null>(null)
  const within = () => box.current!.contains(document.activeElement)
  useEffect(() => {
    // What is gone under the pointer is pointed at no longer.
    if (!box.current!.matches(':hover') && !within()) hold(false)
  })
  useEffect(() => () => hold(false), [])
  const back = () => {
    if (came.current?.isConnected) came.current.focus({ preventScroll: true })
  }
  /** The focus goes back to where it came from. */
  const close = (id: number) => {
    const had = within()
    dismiss(id)
    if (had) back()
  }
  return (
    <section
      ref={box}
      aria-label="Messages"
      onPointerEnter={() => hold(true)}
      onPointerLeave={() => hold(within())}
      onFocus={(e) => {
        if (!e.currentTarget.contains(e.relatedTarget) && !passing(e.relatedTarget))
          came.current = e.relatedTarget as HTMLElement | null
        hold(true)
      }}
      onBlur={(e) => {
        if (!e.currentTarget.contains(e.relatedTarget)) hold(e.currentTarget.matches(':hover'))
      }}
      className="pointer-events-none fixed inset-x-4 bottom-24 z-50 flex flex-col items-center gap-2 desk:bottom-6"
    >
      {Above && <Above back={back} />}
      {shown.map((t) => (
        <div
          key={t.id}
          role={t.bad ? 'alert' : 'status'}
          className={`rise pointer-events-auto flex max-w-130 items-center rounded-control border border-line bg-surface py-1.5 pr-1.5 pl-4 shadow-card ${t.way ? 'flex-wrap justify-end gap-x-1 gap-y-0 desk:flex-nowrap desk:gap-x-3' : 'gap-3'}`}
        >
          <span
            className={`min-w-0 flex-1 py-1.5 text-[14px] ${t.way ? 'basis-full desk:basis-0' : ''} ${t.bad ? 'text-danger' : ''}`}
          >
            {aside(t.text).map((part, i) => (i % 2 ? <bdi key={i}>{part}</bdi> : part))}
          </span>
          {t.undo && (
            <button
              type="button"
              onClick={() => {
                close(t.id)
                unsay(t.id)
                t.undo?.()
              }}
              className="min-h-11 rounded-lg px-3 fine:min-h-9 font-[550] text-accent hover:bg-accent-soft"
            >
              Undo
            </button>
          )}
          {t.way && (
            <button
              type="button"
              onClick={() => {
                close(t.id)
                t.way?.go()
              }}
              className="min-h-11 rounded-lg px-3 font-[550] whitespace-nowrap text-accent hover:bg-accent-soft fine:min-h-9"
            >
              {t.way.label}
            </button>
          )}
          <IconButton label="Dismiss" onClick={() => close(t.id)}>
            <Icon name="close" />
          </IconButton>
        </div>
      ))}
    </section>
  )
}
