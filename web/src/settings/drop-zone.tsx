import { useState } from 'react'
import { Icon } from '../ui/icon'

/** Takes a file: dropped, or picked. */
export function DropZone({ onFile }: { onFile: (file: File) => void }) {
  const [over, setOver] = useState(false)
  return (
    <div
      onDragOver={(e) => {
        e.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(e) => {
        e.preventDefault()
        setOver(false)
        const file = e.dataTransfer.files[0]
        if (file) onFile(file)
      }}
    >
      <label
        className={`flex min-h-32 cursor-pointer flex-col items-center justify-center gap-2 rounded-card border border-dashed px-5 text-center has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent ${over ? 'border-accent bg-accent-soft' : 'border-ink-3 bg-surface hover:border-accent'}`}
      >
        <Icon name="upload" className="size-5 text-ink-3" />
        <span className="font-[550]">Choose a file, or drop it here</span>
        <span className="text-[13px] text-ink-3">.json, .txt or .csv, up to 50 MiB</span>
        <input
          type="file"
          accept=".json,.txt,.csv,.tsv,text/plain,text/csv,application/json"
          className="sr-only"
          onChange={(e) => {
            const file = e.target.files?.[0]
            e.target.value = '' // the same file may be picked again, once it is mended
            if (file) onFile(file)
          }}
        />
      </label>
    </div>
  )
}
