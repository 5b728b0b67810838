import { Link } from '@tanstack/react-router'
import { useMemo, useState } from 'react'
import type { ImportReport } from '../api/client'
import { Button, buttonClass } from '../ui/button'
import { count } from '../ui/count'
import { grouped, placesWords, type Remark } from './remarks'

const kinds: Record<Remark['kind'], { word: string; colour: string }> = {
  failed: { word: 'Unreadable', colour: 'text-danger' },
  lost: { word: 'Lost', colour: 'text-danger' },
  skipped: { word: 'Skipped', colour: 'text-ink-3' },
  changed: { word: 'Changed', colour: 'text-ink-3' },
}

/** What a dry run found. */
export function Report({ report }: { report: ImportReport }) {
  return (
    <section aria-label="What would come of it" className="rise mt-4 rounded-card border border-line bg-surface p-5">
      <p role="status" className="text-[17px] font-[640] tracking-[-0.01em]">
        {report.created > 0
          ? `${count(report.created, 'task')} would be added`
          : report.gained > 0
            ? `${count(report.gained, 'task')} would gain what the file says`
            : 'Nothing new in this file'}
      </p>
      <Counts report={report} />
      <Remarks report={report} />
    </section>
  )
}

/** What an import did, and where to go from there. */
export function Imported({ report, again }: { report: ImportReport; again: () => void }) {
  return (
    <section aria-label="What was imported" className="rise rounded-card border border-line bg-surface p-5">
      <p role="status" className="text-[17px] font-[640] tracking-[-0.01em]">
        {report.created === 0 && report.gained > 0
          ? `${count(report.gained, 'task')} gained what the file says of ${report.gained === 1 ? 'it' : 'them'}`
          : `${count(report.created, 'task')} ${report.created === 1 ? 'is' : 'are'} here now`}
      </p>
      <Counts report={report} />
      <div className="mt-4 flex flex-wrap gap-2">
        <Link to="/" className={buttonClass('primary')}>
          What should I do now?
        </Link>
        <Link to="/tasks" className={buttonClass()}>
          All tasks
        </Link>
        <Button kind="ghost" onClick={again}>
          Import another file
        </Button>
      </div>
      <Remarks report={report} />
    </section>
  )
}

function Counts({ report }: { report: ImportReport }) {
  const words = [
    report.known > 0 && `${report.known} known already`,
    report.gained > 0 && `${report.gained} of them gain something`,
    report.projects > 0 && count(report.projects, 'new project'),
    report.skipped > 0 && `${report.skipped} skipped`,
    report.failed > 0 && `${report.failed} could not be read`,
    report.lost > 0 && `${count(report.lost, 'piece finds', 'pieces find')} no place`,
  ].filter(Boolean)
  return <p className="tnum mt-1 text-[14px] text-ink-2 empty:hidden">{words.join(' · ')}</p>
}

const few = 8

/** What is said about places of the file, the worst first; little of it until somebody wants all. */
function Remarks({ report }: { report: ImportReport }) {
  const [all, setAll] = useState(false)
  const sorted = useMemo(() => grouped(report.remarks), [report])
  if (sorted.length === 0) return null
  return (
    <div className="mt-4 border-t border-line">
      <ul
        aria-label="Remarks"
        // What scrolls has to be reachable by keyboard.
        // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
        tabIndex={all ? 0 : undefined}
        className={`text-[14px] ${all ? 'max-h-96 overflow-y-auto' : ''}`}
      >
        {(all ? sorted : sorted.slice(0, few)).map((r, i) => (
          <li
            key={i}
            className="grid grid-cols-[84px_minmax(0,1fr)] gap-x-3 border-b border-line py-2 desk:grid-cols-[84px_150px_minmax(0,1fr)]"
          >
            <span className={`text-[13px] leading-5.5 font-[550] ${kinds[r.kind].colour}`}>{kinds[r.kind].word}</span>
            <span dir="auto" className="tnum text-[13px] leading-5.5 text-ink-3">
              {placesWords(r.places)}
            </span>
            <span dir="auto" className="col-start-2 line-clamp-4 desk:col-start-auto">
              {r.message}
            </span>
          </li>
        ))}
      </ul>
      {!all && sorted.length > few && (
        <Button kind="ghost" className="mt-2 -ml-3.75" onClick={() => setAll(true)}>
          Show all {sorted.length} remarks
        </Button>
      )}
      {report.omitted > 0 && (all || sorted.length <= few) && (
        <p className="mt-2 text-[13px] text-ink-3">And {report.omitted} more, which are not listed.</p>
      )}
    </div>
  )
}
