import { useEffect, useRef, useState } from 'react'
import type { NewToken } from '../api/grants'
import { Button } from '../ui/button'
import { inputClass } from '../ui/field'

/** The token itself: shown now, and never again. */
export function MadeToken({ made, onDone }: { made: NewToken; onDone: () => void }) {
  const field = useRef<HTMLInputElement>(null)
  const [copied, setCopied] = useState(false)
  useEffect(() => field.current?.select(), [])
  const copy = async () => {
    field.current?.select()
    // Where a browser keeps pages from the clipboard, it is selected all the same.
    await navigator.clipboard.writeText(made.token).then(
      () => setCopied(true),
      () => {},
    )
  }
  return (
    <div className="rise max-w-140 rounded-card border border-line bg-surface p-5">
      <p role="status" className="font-[550]">
        Copy it now: it is not shown again.
      </p>
      <div className="mt-3 flex flex-wrap gap-2">
        <input
          ref={field}
          readOnly
          value={made.token}
          aria-label={`The token ${made.name}`}
          spellCheck={false}
          onFocus={(e) => e.currentTarget.select()}
          className={`${inputClass} min-w-0 flex-1 basis-60 font-mono text-[13px]`}
        />
        <Button kind="primary" onClick={() => void copy()}>
          {copied ? 'Copied' : 'Copy'}
        </Button>
      </div>
      <p className="mt-3 text-[14px] text-ink-2">
        Scripts send it as <code className="text-[13px]">Authorization: Bearer …</code>; the command line takes it from{' '}
        <code className="text-[13px]">MINDFLOW_TOKEN</code>.
      </p>
      <Button className="mt-4" onClick={onDone}>
        Done
      </Button>
    </div>
  )
}
