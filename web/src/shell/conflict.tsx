import { useQueryClient } from '@tanstack/react-query'
import type { Conflict } from '../api/errors'
import { Button } from '../ui/button'
import { Dialog } from '../ui/dialog'
import { useActions } from './actions'
import { settled } from './conflict-state'

/** What a field holds, as text. */
export function shown(value: unknown): string {
  if (value === null || value === undefined || value === '') return 'nothing'
  if (Array.isArray(value)) return value.length > 0 ? value.join(', ') : 'nothing'
  return String(value)
}

/** Shows what two people made of one task, and lets the person choose. */
export default function ConflictDialog({ conflict }: { conflict: Conflict }) {
  const actions = useActions()
  const client = useQueryClient()
  const { mine, theirs } = conflict
  const fields = Object.keys(mine) as (keyof typeof mine)[]
  const close = () => {
    settled()
    void client.invalidateQueries()
  }
  const keepMine = () => {
    close()
    void actions.edit(theirs, mine, 'Yours is kept')
  }
  return (
    <Dialog wide open onClose={close} title="This task was changed meanwhile">
      <div className="flex min-h-0 flex-col gap-5 overflow-y-auto p-5">
        <p className="text-[14px] text-ink-2">
          Somebody else, or another of your devices, changed “{theirs.title}” while you edited it. Which shall it be?
        </p>
        <table className="w-full table-fixed text-left text-[14px]">
          <thead className="text-[13px] text-ink-3">
            <tr className="border-b border-line">
              <th className="w-24 py-2 font-medium desk:w-32">Field</th>
              <th className="py-2 font-medium">Yours</th>
              <th className="py-2 font-medium">There now</th>
            </tr>
          </thead>
          <tbody>
            {fields.map((name) => (
              <tr key={name} className="border-b border-line align-top">
                <th className="py-2.5 pr-3 font-medium text-ink-2">{name.replaceAll('_', ' ')}</th>
                <td dir="auto" className="py-2.5 pr-3 whitespace-pre-wrap">
                  {shown(mine[name])}
                </td>
                <td dir="auto" className="py-2.5 whitespace-pre-wrap">
                  {shown(theirs[name])}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        <div className="flex justify-end gap-2">
          <Button onClick={close}>Leave it as it is now</Button>
          <Button kind="primary" onClick={keepMine}>
            Keep mine
          </Button>
        </div>
      </div>
    </Dialog>
  )
}
