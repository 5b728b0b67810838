import { useRef, useState } from 'react'
import { Icon } from './icon'

/**
 * Adds one after another: Enter adds what was typed and leaves room for the next, several lines that are pasted
 * are several. What could not be added stays, with what is wrong about it.
 */
export function Adder({
  label,
  add,
  gap = 'gap-x-3',
  className = '',
}: {
  label: string
  /** Adds it; answers what is wrong, if anything is. */
  add: (title: string) => Promise<string | undefined>
  /** How far the words are from the plus: as in the rows above. */
  gap?: string
  className?: string
}) {
  const [text, setText] = useState('')
  const [wrong, setWrong] = useState<string | undefined>(undefined)
  const turn = useRef<Promise<unknown>>(Promise.resolve())
  /** One after another, so that they come to stand in the order they were typed in. */
  const send = (title: string) => {
    turn.current = turn.current.then(async () => {
      const fault = await add(title)
      setWrong(fault)
      if (fault) setText((typed) => typed || title)
    })
  }
  return (
    <div className={className}>
      <div className={`grid min-h-11 grid-cols-[22px_minmax(0,1fr)] items-center fine:min-h-10 ${gap}`}>
        <Icon name="plus" className="mx-auto size-4 text-ink-3" />
        <input
          dir="auto"
          autoComplete="off"
          enterKeyHint="done"
          aria-label={label}
          aria-invalid={wrong ? true : undefined}
          placeholder={label}
          value={text}
          onChange={(e) => setText(e.target.value)}
          onKeyDown={(e) => {
            if (e.key === 'Escape' && text !== '') setText('')
            else if (e.key === 'Enter' && text.trim() !== '') {
              send(text.trim())
              setText('')
            } else return
            e.preventDefault()
          }}
          onPaste={(e) => {
            const lines = e.clipboardData
              .getData('text')
              .split(/[\r\n]+/)
              .map((line) => line.trim())
              .filter(Boolean)
            if (lines.length < 2 || text !== '') return
            e.preventDefault()
            for (const line of lines) send(line)
          }}
          className="min-h-11 w-full rounded-lg bg-transparent text-[14px] text-ink fine:min-h-9"
        />
      </div>
      <p role="alert" className="ml-8.5 text-[13px] text-danger empty:hidden">
        {wrong}
      </p>
    </div>
  )
}
