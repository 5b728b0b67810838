import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { refresh } from '../api/anew'
import { newId, type ImportReport } from '../api/client'
import { explain, Unreachable } from '../api/errors'
import { importFile, type Import } from '../api/files'
import { useZone } from '../shell/zone'
import { Button } from '../ui/button'
import { count } from '../ui/count'
import { Failure } from '../ui/field'
import { DropZone } from './drop-zone'
import { ImportOptions, type Options } from './import-options'
import { Imported, Report } from './import-report'
import { pick, type Picked } from './picked'
import { Section } from './section'
import { recognised } from './sheet'

/** What a dry run said, and the key under which the import itself is done once. */
type Checked = { report: ImportReport; key: string }

/** Who is not answered does not know what was done. */
const lost = {
  checking: 'The server cannot be reached. Try again when it is back.',
  importing:
    'The server cannot be reached, or its answer got lost. Import again when it is back: nothing will be there twice.',
}

/** Tasks of another program: a file, what would come of it, and then what has. */
export function ImportSection() {
  const client = useQueryClient()
  const zone = useZone()
  const [picked, setPicked] = useState<Picked | null>(null)
  const [options, setOptions] = useState<Options | null>(null)
  const [checked, setChecked] = useState<Checked | null>(null)
  const [done, setDone] = useState<ImportReport | null>(null)
  const [busy, setBusy] = useState<'checking' | 'importing' | null>(null)
  const [sent, setSent] = useState(0)
  const [wrong, setWrong] = useState<string | null>(null)

  const choose = async (file: File) => {
    setChecked(null)
    setDone(null)
    setWrong(null)
    const found = await pick(file)
    const it = 'wrong' in found ? null : found
    setPicked(it)
    setOptions(it && { format: it.format, inZone: it.format === 'taskwarrior', columns: {} })
    if ('wrong' in found) setWrong(found.wrong)
  }

  const again = () => {
    setPicked(null)
    setOptions(null)
    setChecked(null)
    setDone(null)
    setWrong(null)
  }

  const change = (to: Options) => {
    setOptions(to)
    setChecked(null)
    setWrong(null)
  }

  const run = async (what: 'checking' | 'importing', fn: () => Promise<void>) => {
    setBusy(what)
    setSent(0)
    setWrong(null)
    try {
      await fn()
    } catch (failure) {
      setWrong(failure instanceof Unreachable ? lost[what] : explain(failure))
    } finally {
      setBusy(null)
    }
  }

  const asImport = (p: Picked, o: Options): Import => ({
    file: p.file,
    format: o.format,
    timezone: o.inZone ? zone : null,
    columns: o.format === 'csv' ? o.columns : {},
  })

  const check = (p: Picked, o: Options) =>
    run('checking', async () => {
      setChecked({ report: await importFile(asImport(p, o), { dryRun: true }, setSent), key: newId() })
    })

  const take = (p: Picked, o: Options, key: string) =>
    run('importing', async () => {
      setDone(await importFile(asImport(p, o), { key }, setSent))
      await refresh(client)
    })

  const titled =
    options?.format !== 'csv' || options.columns.title !== undefined || recognised(picked?.columns ?? []).has('title')

  return (
    <Section
      title="Import"
      hint="From Taskwarrior, todo.txt, Todoist, or any table as CSV. You see what would come of the file before anything is written, and a file that is imported again doubles nothing."
    >
      {done ? (
        <Imported report={done} again={again} />
      ) : !picked || !options ? (
        <DropZone onFile={(file) => void choose(file)} />
      ) : (
        <>
          <ImportOptions picked={picked} options={options} zone={zone} disabled={busy !== null} onChange={change} />
          {checked && <Report report={checked.report} />}
          <div className="mt-4 flex flex-wrap gap-2">
            {checked ? (
              <Button
                kind="primary"
                disabled={busy !== null || checked.report.created + checked.report.gained === 0}
                onClick={() => void take(picked, options, checked.key)}
              >
                {checked.report.created > 0
                  ? `Import ${count(checked.report.created, 'task')}`
                  : checked.report.gained > 0
                    ? `Complete ${count(checked.report.gained, 'task')}`
                    : 'Nothing to import'}
              </Button>
            ) : (
              <Button kind="primary" disabled={busy !== null || !titled} onClick={() => void check(picked, options)}>
                See what would come of it
              </Button>
            )}
            <Button kind="ghost" disabled={busy !== null} onClick={again}>
              Another file
            </Button>
          </div>
          {busy && <Progress what={busy} sent={sent} />}
        </>
      )}
      <div className="mt-3">
        <Failure>{wrong}</Failure>
      </div>
    </Section>
  )
}

/** How much of the file is there. Once all of it is, the server still works on it. */
function Progress({ what, sent }: { what: 'checking' | 'importing'; sent: number }) {
  const words = what === 'checking' ? 'Looking through the file' : 'Importing'
  return (
    <div className="rise mt-4">
      <p className="tnum mb-1.5 text-[13px] text-ink-3">
        {sent < 1 ? `${words}: ${Math.floor(sent * 100)} % sent` : `${words}: all is sent, the rest is done there`}
      </p>
      <progress
        aria-label={words}
        max={1}
        {...(sent < 1 ? { value: sent } : {})}
        className="block h-1.5 w-full overflow-hidden rounded-full accent-accent"
      />
    </div>
  )
}
