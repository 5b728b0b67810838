import { useEffect, useState, type Ref } from 'react'
import { Icon } from '../ui/icon'
import { Kbd } from '../ui/kbd'

const pause = 180
const most = 200

/** Searches as one types, after a short pause. */
export function SearchField({
  value,
  onChange,
  onLeave,
  ref,
}: {
  value: string
  onChange: (to: string) => void
  /** Into the list, by Enter or the arrow. */
  onLeave: () => void
  ref: Ref<HTMLInputElement>
}) {
  const [text, setText] = useState(value)
  const [seen, setSeen] = useState(value)
  const [sent, setSent] = useState<string[]>([]) // and not yet in the address
  if (value !== seen) {
    setSeen(value)
    setSent(sent.slice(sent.indexOf(value) + 1))
    if (!sent.includes(value)) setText(value) // Back, or a filter that was cleared
  }
  const wanted = text.trim().slice(0, most)
  const newest = sent.at(-1) ?? value
  useEffect(() => {
    if (wanted === newest) return
    const timer = setTimeout(() => {
      setSent((sent) => [...sent, wanted])
      onChange(wanted)
    }, pause)
    return () => clearTimeout(timer)
  }, [wanted, newest, onChange])
  return (
    <div className="relative">
      <Icon name="search" className="pointer-events-none absolute top-1/2 left-3 size-4 -translate-y-1/2 text-ink-3" />
      <input
        ref={ref}
        type="search"
        dir="auto"
        aria-label="Search tasks"
        aria-keyshortcuts="/"
        placeholder="Search"
        autoComplete="off"
        enterKeyHint="search"
        value={text}
        onChange={(e) => setText(e.target.value)}
        onKeyDown={(e) => {
          if (e.key === 'Escape') {
            if (text) setText('')
            else e.currentTarget.blur()
          } else if (e.key === 'Enter' || e.key === 'ArrowDown') onLeave()
          else return
          e.preventDefault()
        }}
        className="min-h-11 w-full rounded-control border border-line bg-surface pr-9 pl-9 placeholder:text-ink-3 fine:min-h-10 desk:w-64 [&::-webkit-search-cancel-button]:hidden"
      />
      {!text && (
        <span className="pointer-events-none absolute top-1/2 right-3 -translate-y-1/2">
          <Kbd>/</Kbd>
        </span>
      )}
    </div>
  )
}
