import { useState } from 'react'
import { explain } from '../api/errors'
import { exportFile, keepFile } from '../api/files'
import { Button } from '../ui/button'
import { Failure } from '../ui/field'
import { Icon } from '../ui/icon'
import { say } from '../ui/toast'
import { Section } from './section'

/** Everything, as a file of one's own. */
export function ExportSection() {
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const run = async (format: 'json' | 'csv') => {
    setBusy(true)
    setError(null)
    try {
      const file = await exportFile(format)
      keepFile(file)
      say(`Exported: ${file.name}`)
    } catch (failure) {
      setError(failure)
    } finally {
      setBusy(false)
    }
  }
  return (
    <Section
      title="Export"
      hint="All your tasks, completed ones too, but for those you deleted. CSV opens as a table, and can be imported again; JSON has your preferences too."
    >
      <div aria-busy={busy} className="flex flex-wrap gap-2">
        <Button disabled={busy} onClick={() => void run('csv')}>
          <Icon name="download" />
          Export as CSV
        </Button>
        <Button disabled={busy} onClick={() => void run('json')}>
          <Icon name="download" />
          Export as JSON
        </Button>
      </div>
      <div className="mt-3">
        <Failure>{error !== null && explain(error)}</Failure>
      </div>
    </Section>
  )
}
