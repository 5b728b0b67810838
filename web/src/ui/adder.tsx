import { useEffect, useId, useRef, useState } from 'react'
import { Problem } from '../api/errors'
import { Button } from './button'
import { Icon } from './icon'
import { short } from './short'
import { warn } from './toast'

/** A title that was not added, and why. */
type Refused = { title: string; why: string }

/** Reports whether others would fare no better just now. */
const stops = (error: unknown) => !(error instanceof Problem) || error.status === 429 || error.status >= 500

/**
 * Adds one after another: Enter adds what was typed and leaves room for the next, several lines that are pasted
 * are several. What could not be added stays below, with what is wrong about it.
 */
export function Adder({
  label,
  add,
  why,
  gap = 'gap-x-3',
  className = '',
}: {
  label: string
  add: (title: string) => Promise<unknown>
  /** Why it could not be added, in words. */
  why: (error: unknown) => string
  /** How far the words are from the plus: as in the rows above. */
  gap?: string
  className?: string
}) {
  const id = useId()
  const [text, setText] = useState('')
  const [refused, setRefused] = useState<Refused[]>([])
  const field = useRef<HTMLInputElement>(null)
  const turn = useRef<Promise<unknown>>(Promise.resolve())
  const keep = (those: Refused[]) => {
    if (field.current) setRefused((all) => [...all, ...those])
    else tell(those)
  }
  /** Says what is lost with the field, and keeps it for another try. */
  const tell = (those: Refused[]) => {
    const more = those.length > 1 ? ` and ${those.length - 1} more` : ''
    const titles = those.map((r) => r.title)
    warn(`Not added: ${short(titles[0]!)}${more}. ${reasons(those)}`, { label: 'Try again', go: () => send(titles) })
  }
  /** One after another, so that they come to stand in the order they were typed in. */
  const send = (titles: string[]) => {
    turn.current = turn.current.then(async () => {
      for (const [i, title] of titles.entries()) {
        try {
          await add(title)
        } catch (error) {
          const left = stops(error) ? titles.slice(i) : [title]
          keep(left.map((title) => ({ title, why: why(error) })))
          if (stops(error)) return
        }
      }
    })
  }
  const leave = useRef<() => void>(undefined)
  useEffect(() => {
    leave.current = () => refused.length > 0 && tell(refused)
  })
  useEffect(() => () => leave.current?.(), [])
  /** What was refused is in the field again; what is there waits in its place. */
  const change = (at: number) => {
    const { title, why } = refused[at]!
    const typed = text.trim()
    setRefused(refused.toSpliced(at, 1, ...(typed ? [{ title: typed, why }] : [])))
    setText(title)
    field.current?.focus()
  }
  return (
    <div className={className}>
      <div className={`grid min-h-11 grid-cols-[22px_minmax(0,1fr)] items-center fine:min-h-10 ${gap}`}>
        <Icon name="plus" className="mx-auto size-4 text-ink-3" />
        <input
          ref={field}
          dir="auto"
          autoComplete="off"
          enterKeyHint="done"
          aria-label={label}
          aria-describedby={refused.length > 0 ? id : undefined}
          placeholder={label}
          value={text}
          onChange={(e) => setText(e.target.value)}
          onKeyDown={(e) => {
            if (e.nativeEvent.isComposing) return
            if (e.key === 'Escape' && text !== '') setText('')
            else if (e.key === 'Enter' && text.trim() !== '') {
              send([text.trim()])
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
            send(lines)
          }}
          className="min-h-11 w-full rounded-lg bg-transparent text-[14px] text-ink fine:min-h-9"
        />
      </div>
      <p id={id} role="alert" className="mt-1.5 ml-8.5 text-[13px] text-danger empty:hidden">
        {refused.length > 0 && `Not added. ${reasons(refused)}`}
      </p>
      {refused.length > 0 && (
        <div className="ml-8.5 pb-2">
          <ul aria-label="Not added" className="my-1">
            {refused.map(({ title }, at) => (
              <li key={at}>
                <button
                  type="button"
                  dir="auto"
                  aria-label={`Change: ${title}`}
                  onClick={() => change(at)}
                  className="block min-h-11 w-full truncate rounded-lg text-start text-[14px] text-ink-2 hover:text-ink fine:min-h-8"
                >
                  {title}
                </button>
              </li>
            ))}
          </ul>
          <Button
            onClick={() => {
              setRefused([])
              send(refused.map((r) => r.title))
              field.current?.focus()
            }}
          >
            Try again
          </Button>
        </div>
      )}
    </div>
  )
}

const reasons = (refused: Refused[]) => [...new Set(refused.map((r) => r.why))].join(' ')
