import type { Ref } from 'react'
import { cut, type Piece } from './quick-text'

const look =
  'col-start-1 row-start-1 w-full py-2 pr-10 text-[20px] leading-7 font-[550] tracking-[-0.01em] wrap-anywhere whitespace-pre-wrap'

/**
 * The line that is typed. What was understood of it is marked beneath the letters: the same text, unseen, lies under
 * the field and gives it its height.
 */
export function QuickField({
  ref,
  text,
  pieces,
  describedBy,
  onType,
}: {
  ref: Ref<HTMLTextAreaElement>
  text: string
  pieces: Piece[]
  describedBy: string
  onType: (text: string) => void
}) {
  return (
    <div className="grid">
      <div aria-hidden dir="auto" className={`${look} text-transparent select-none`}>
        {cut(text, pieces).map((part, i) =>
          part.piece && part.piece.token.kind !== 'escape' ? (
            <mark key={i} className="rounded-sm bg-accent-soft text-transparent shadow-[0_0_0_2px_var(--accent-soft)]">
              {part.text}
            </mark>
          ) : (
            part.text
          ),
        )}{' '}
      </div>
      <textarea
        ref={ref}
        autoFocus
        required
        rows={1}
        dir="auto"
        enterKeyHint="done"
        autoComplete="off"
        aria-label="Title"
        aria-describedby={describedBy}
        placeholder="What has to be done?"
        value={text}
        onChange={(e) => onType(e.target.value.replace(/[\r\n]+/g, ' '))}
        onKeyDown={(e) => {
          if (e.key !== 'Enter' || e.nativeEvent.isComposing) return
          e.preventDefault()
          e.currentTarget.form?.requestSubmit()
        }}
        className={`${look} relative resize-none overflow-hidden bg-transparent outline-none`}
      />
    </div>
  )
}
