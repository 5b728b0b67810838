import { useQueryClient } from '@tanstack/react-query'
import type { Edit } from '../api/client'
import type { Conflict } from '../api/errors'
import { present } from '../time/now'
import { Dialog } from '../ui/dialog'
import { Yours } from '../ui/yours'
import { useActions } from './actions'
import { settled } from './conflict-state'
import { fieldName, fieldWords } from './field-words'
import { useZone } from './zone'

/** Shows what two people made of one task, and lets the person choose. */
export default function ConflictDialog({ conflict }: { conflict: Conflict }) {
  const actions = useActions()
  const client = useQueryClient()
  const zone = useZone()
  const { mine, theirs } = conflict
  const words = (of: Edit, name: keyof Edit) => fieldWords(name, of[name], present(), zone)
  const differing = (Object.keys(mine) as (keyof Edit)[])
    .map((name) => ({ name: fieldName(name), mine: words(mine, name), theirs: words(theirs as Edit, name) }))
    .filter((field) => field.mine !== field.theirs)
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
          Somebody else, or another of your devices, changed “<bdi>{theirs.title}</bdi>” while you edited it. Which
          shall it be?
        </p>
        <Yours of="Field" differing={differing} keep={keepMine} leave={close} />
      </div>
    </Dialog>
  )
}
