import type { ReactNode } from 'react'
import type { Scope } from '../api/changes'
import type { Edit } from '../api/client'
import { present } from '../time/now'
import { Button } from '../ui/button'
import { Dialog } from '../ui/dialog'
import { fieldName, fieldWords } from './field-words'
import type { Question } from './scope'
import { useZone } from './zone'

/** Asks whether an edit of a task that repeats is for this time only, or from here on. */
export default function ScopeDialog({ question }: { question: Question }) {
  const zone = useZone()
  const { task, fields, usual, answer } = question
  const choice = (scope: Scope, label: string, hint: ReactNode) => (
    <div className="flex flex-col gap-1.5">
      <Button kind={scope === usual ? 'primary' : 'plain'} autoFocus={scope === usual} onClick={() => answer(scope)}>
        {label}
      </Button>
      <p className="text-[13px] text-ink-3">{hint}</p>
    </div>
  )
  return (
    <Dialog open onClose={() => answer(null)} title="For which times?">
      <div className="flex min-h-0 flex-col gap-5 overflow-y-auto p-5">
        <div className="text-[14px] text-ink-2">
          <p>
            “<bdi>{task.title}</bdi>” comes again and again.
          </p>
          <dl className="mt-2 grid grid-cols-[auto_minmax(0,1fr)] gap-x-3 gap-y-1">
            {(Object.keys(fields) as (keyof Edit)[]).map((name) => (
              <div key={name} className="contents">
                <dt className="text-ink-3">{fieldName(name)}</dt>
                <dd dir="auto" className="line-clamp-3 text-ink">
                  {fieldWords(name, fields[name], present(), zone)}
                </dd>
              </div>
            ))}
          </dl>
        </div>
        <div className="grid gap-3 desk:grid-cols-2">
          {choice('occurrence', 'Only this time', 'What follows stays as it was.')}
          {choice('following', 'From here on', 'This time and all that follow.')}
        </div>
      </div>
    </Dialog>
  )
}
