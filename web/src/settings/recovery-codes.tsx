import { useEffect, useRef, useState } from 'react'
import { Button } from '../ui/button'

/** Recovery codes: shown now, and never again. */
export function RecoveryCodes({ codes, onDone }: { codes: string[]; onDone: () => void }) {
  const head = useRef<HTMLParagraphElement>(null)
  const [copied, setCopied] = useState(false)
  useEffect(() => head.current?.focus(), [])
  const text = codes.join('\n') + '\n'
  const copy = () =>
    void navigator.clipboard.writeText(text).then(
      () => setCopied(true),
      () => {},
    )
  const download = () => {
    const link = document.createElement('a')
    link.href = URL.createObjectURL(new Blob([`Recovery codes for MindFlow\n\n${text}`], { type: 'text/plain' }))
    link.download = 'mindflow-recovery-codes.txt'
    link.click()
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
  }
  return (
    <div className="rise max-w-140 rounded-card border border-line bg-surface p-5">
      <p ref={head} tabIndex={-1} role="status" className="font-[550] outline-none">
        Keep these recovery codes: they are not shown again.
      </p>
      <p className="mt-1 text-[14px] text-ink-2">
        Each signs you in once in place of a code, should your phone be lost. Keep them where the phone is not.
      </p>
      <ul
        aria-label="Recovery codes"
        className="print-alone tnum my-4 grid gap-x-6 gap-y-1.5 font-mono text-[14px] desk:grid-cols-2"
      >
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <div className="flex flex-wrap gap-2">
        <Button kind="primary" onClick={copy}>
          {copied ? 'Copied' : 'Copy'}
        </Button>
        <Button onClick={download}>Download</Button>
        <Button onClick={() => window.print()}>Print</Button>
        <Button onClick={onDone}>I have kept them</Button>
      </div>
    </div>
  )
}
