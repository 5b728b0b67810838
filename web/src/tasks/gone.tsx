import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { show } from '../api/shown'
import * as changes from '../api/changes'
import { api, data, type Task } from '../api/client'
import { explain } from '../api/errors'
import { inTrashQuery } from '../api/trash'
import { takeBack, tell } from '../shell/actions'
import { Button, buttonClass } from '../ui/button'
import { Icon } from '../ui/icon'
import { short } from '../ui/short'
import { Bone, Soon } from '../ui/skeleton'
import { say } from '../ui/toast'

/** A task that is deleted, or was never there. Only what is known to be in the trash can be brought back. */
export function Gone({ id, task, onBack }: { id: string; task: Task | undefined; onBack: () => void }) {
  const client = useQueryClient()
  const { data: found, error } = useQuery({ ...inTrashQuery(id), enabled: !task })
  const title = task?.title ?? found
  const restore = async () => {
    try {
      const back = task
        ? await changes.restore(client, task)
        : await data(api.POST('/api/tasks/{id}/restore', { params: { path: { id } } }))
      if (!task) show(client, back)
      say(`Restored: ${short(back.title)}`, () => void takeBack(client, { deleted_at: back.updated_at }, back))
      onBack()
    } catch (failure) {
      tell(failure)
    }
  }
  if (title === undefined && !error)
    return (
      <Soon>
        <Bone className="mb-4 h-7 w-4/5" />
        <Bone className="h-11 w-32" />
      </Soon>
    )
  return (
    <div>
      <h2 dir="auto" className="text-[20px] font-[640] tracking-[-0.02em]">
        {title ?? 'This task is not here'}
      </h2>
      <p className="mt-2 mb-5 text-ink-2">
        {title
          ? 'It is deleted. For 30 days it can be brought back.'
          : error
            ? explain(error)
            : 'The address may be mistyped, or the task is gone for good.'}
      </p>
      {title ? (
        <div className="flex flex-wrap gap-2">
          <Button onClick={() => void restore()}>
            <Icon name="undo" />
            Restore
          </Button>
          <Link to="/trash" className={buttonClass('ghost')}>
            See the trash
          </Link>
        </div>
      ) : (
        <Link to="/tasks" search className={buttonClass()}>
          To the tasks
        </Link>
      )}
    </div>
  )
}
