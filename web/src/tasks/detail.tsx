import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { useEffect, useMemo, useRef, type ReactNode } from 'react'
import type { Task } from '../api/client'
import { explain, isStatus } from '../api/errors'
import { isOpen, taskQuery } from '../api/queries'
import { SnoozeMenu } from '../now/snooze-menu'
import { useActs } from '../shell/acts'
import { useTitle } from '../shell/title'
import { useWaking } from '../shell/waking'
import { useZone } from '../shell/zone'
import { Button, IconButton } from '../ui/button'
import { Check } from '../ui/check'
import { useDesk } from '../ui/desk'
import { useHandsOn } from '../ui/focus'
import { Icon } from '../ui/icon'
import { Bone, Soon } from '../ui/skeleton'
import { Dates, Estimate, Notes, PreferredTime, Priority, StatusField, Title } from './detail-fields'
import { More } from './detail-more'
import { Reason } from './detail-reason'
import { RemindersField } from './detail-reminders'
import { RepeatField } from './detail-repeat'
import { ProjectField } from './detail-project'
import { Steps } from './detail-steps'
import { TagsField } from './detail-tags'
import { WaitsFor } from './detail-waits'
import { useEditing } from './editing'
import { Gone } from './gone'
import { StepOf } from './step-of'
import { Times } from './detail-times'

/** One task with all its fields, at the side of the list; on a phone it is the page. */
export default function Detail() {
  const { id } = useParams({ from: '/inside/frame/tasks/$id' })
  const { data: task, error, refetch } = useQuery(taskQuery(id))
  useTitle(task?.title, id)
  const navigate = useNavigate()
  const panel = useRef<HTMLElement>(null)
  const close = () => void navigate({ to: '/tasks', search: true, resetScroll: false })
  const desk = useDesk()
  useEffect(() => {
    // Beside the list the focus stays there: the next key may be j.
    if (!desk || !document.activeElement?.closest('[data-tasks]')) panel.current?.focus({ preventScroll: true })
  }, [desk])
  return (
    // Escape leaves a field, then the panel.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <aside
      ref={panel}
      tabIndex={-1}
      data-panel
      aria-label={task ? `Task: ${task.title}` : 'Task'}
      onKeyDown={(e) => {
        if (e.key !== 'Escape' || e.defaultPrevented) return
        e.preventDefault()
        if (e.target === panel.current || !(e.target as Element).matches('input, textarea, select')) close()
        else panel.current?.focus()
      }}
      className="panel fixed inset-y-0 right-0 z-40 overflow-y-auto overscroll-contain border-line bg-surface outline-none desk:z-20 desk:border-l"
    >
      {task && !task.deleted_at && !isStatus(error, 404) ? (
        <Fields key={task.id} task={task} onClose={close} />
      ) : (
        <div className="p-5 desk:p-6">
          <Bar onClose={close} />
          {task || isStatus(error, 404) ? (
            <Gone id={id} task={task} onBack={() => void refetch()} />
          ) : error ? (
            <div role="alert">
              <h2 className="text-[20px] font-[640] tracking-[-0.02em]">This task is not known just now</h2>
              <p className="mt-2 mb-5 text-ink-2">{explain(error)}</p>
              <Button onClick={() => void refetch()}>Try again</Button>
            </div>
          ) : (
            <Soon>
              <Bone className="mb-4 h-7 w-4/5" />
              <Bone className="mb-4 h-24 w-full" />
              <Bone className="h-40 w-full" />
            </Soon>
          )}
        </div>
      )}
    </aside>
  )
}

function Bar({ onClose, children }: { onClose: () => void; children?: ReactNode }) {
  return (
    <div className="-mx-2 mb-4 flex items-center gap-1">
      <IconButton label="Close" className="size-11 fine:size-9" onClick={onClose}>
        <Icon name="chevron" className="size-4.5 rotate-180 desk:hidden" />
        <Icon name="close" className="hidden size-4 desk:block" />
      </IconButton>
      <span className="flex-1" />
      {children}
    </div>
  )
}

function Fields({ task, onClose }: { task: Task; onClose: () => void }) {
  const { done, start, wake, skip, template, remove } = useActs()(task)
  const editing = useEditing()
  const zone = useZone()
  const open = isOpen(task)
  useWaking(useMemo(() => [task], [task]))
  const props = { task, editing }
  const fields = useRef<HTMLDivElement>(null)
  useHandsOn(fields, (going) => going.closest<HTMLElement>('[data-panel]'))
  return (
    <div ref={fields} className="p-5 pb-16 desk:p-6">
      <Bar onClose={onClose}>
        {task.status !== 'in_progress' && open && (
          <IconButton label={start.label} className="size-11 fine:size-9" onClick={start.run}>
            <Icon name={start.icon} />
          </IconButton>
        )}
        {task.status === 'snoozed' ? (
          <Button kind="ghost" onClick={wake.run}>
            {wake.label}
          </Button>
        ) : (
          open && (
            <SnoozeMenu
              task={task}
              trigger={
                <IconButton label="Snooze" className="size-11 fine:size-9">
                  <Icon name="moon" />
                </IconButton>
              }
            />
          )
        )}
        <More acts={skip ? [skip, template] : [template]} />
        <IconButton label={remove.label} className="size-11 fine:size-9" onClick={remove.run}>
          <Icon name={remove.icon} />
        </IconButton>
      </Bar>
      <StepOf task={task} className="-mt-3 mb-1" />
      <div className="grid grid-cols-[22px_minmax(0,1fr)] gap-x-3">
        <span className="pt-2">
          <Check label={done.label} done={!open} onCheck={done.run} />
        </span>
        <Title {...props} />
      </div>
      <Notes {...props} />
      <Steps task={task} />
      <dl className="grid gap-y-4">
        <StatusField {...props} zone={zone} />
        <Priority {...props} />
        <Dates {...props} zone={zone} />
        <RepeatField {...props} zone={zone} />
        <RemindersField {...props} zone={zone} />
        <Estimate {...props} />
        <PreferredTime {...props} />
        <TagsField {...props} />
        <ProjectField {...props} />
        <WaitsFor {...props} />
      </dl>
      <Reason task={task} />
      <Times task={task} />
    </div>
  )
}
