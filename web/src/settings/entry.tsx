import { useRef, useState } from 'react'
import { entryQuery } from '../api/grants'
import { Button } from '../ui/button'
import { inputClass } from '../ui/field'
import { Loaded } from './loaded'

/** The address that assistants are given, to be copied. */
export function Entry() {
  return (
    <Loaded query={entryQuery} room={['h-11 max-w-140']}>
      {(address) => <Copyable label="Address for assistants" text={address} />}
    </Loaded>
  )
}

function Copyable({ label, text }: { label: string; text: string }) {
  const field = useRef<HTMLInputElement>(null)
  const [copied, setCopied] = useState(false)
  const copy = async () => {
    field.current?.select()
    // Where a browser keeps pages from the clipboard, it is selected all the same.
    await navigator.clipboard.writeText(text).then(
      () => setCopied(true),
      () => {},
    )
  }
  return (
    <div className="flex max-w-140 flex-wrap gap-2">
      <input
        ref={field}
        readOnly
        value={text}
        aria-label={label}
        spellCheck={false}
        onFocus={(e) => e.currentTarget.select()}
        className={`${inputClass} min-w-0 flex-1 basis-60 font-mono text-[13px]`}
      />
      <Button onClick={() => void copy()}>{copied ? 'Copied' : 'Copy'}</Button>
      <span role="status" className="sr-only">
        {copied && 'Copied'}
      </span>
    </div>
  )
}
