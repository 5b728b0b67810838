import { Menu } from '@base-ui/react/menu'
import { useRef } from 'react'
import { leads, reminderWords, sameReminder, type Reminder } from '../time/reminders'
import { useWords } from '../time/now'
import { Button } from '../ui/button'
import { Icon } from '../ui/icon'
import { itemClass, popupClass } from '../ui/popup'
import { Row, type FieldProps } from './detail-fields'

type Props = FieldProps & { zone: string }

/** When one is reminded of it: chips, and a menu that adds one. */
export function RemindersField({ task, editing: { save, wrong }, zone }: Props) {
  const add = useRef<HTMLButtonElement>(null)
  const { reminders } = task
  const has = (r: Reminder) => reminders.some((known) => sameReminder(known, r))
  const offered = task.due_date ? leads.map((before_minutes) => ({ before_minutes })).filter((r) => !has(r)) : []
  const without = (r: Reminder) => {
    void save(task, { reminders: reminders.filter((known) => !sameReminder(known, r)) })
    add.current?.focus()
  }
  return (
    <Row label="Reminders" error={wrong('reminders')}>
      {reminders.length > 0 && (
        <ul className="mb-1.5 flex flex-wrap gap-1 pt-1">
          {reminders.map((r) => (
            <Chip key={`${r.before_minutes} ${r.at}`} reminder={r} due={task.due_date} zone={zone} onRemove={without} />
          ))}
        </ul>
      )}
      {task.due_date ? (
        <Menu.Root>
          <Menu.Trigger
            ref={add}
            disabled={offered.length === 0 || reminders.length >= 10}
            render={
              <Button kind="ghost" className="-ml-3.75 text-[14px] font-normal!">
                <Icon name="plus" className="size-3.75" />
                Add a reminder
              </Button>
            }
          />
          <Menu.Portal>
            <Menu.Positioner sideOffset={6} align="start" className="z-50">
              <Menu.Popup className={popupClass}>
                {offered.map((r) => (
                  <Menu.Item
                    key={r.before_minutes}
                    className={itemClass}
                    onClick={() => void save(task, { reminders: [...reminders, r] })}
                  >
                    {reminderWords(r, task.due_date, 0, zone).text}
                  </Menu.Item>
                ))}
              </Menu.Popup>
            </Menu.Positioner>
          </Menu.Portal>
        </Menu.Root>
      ) : (
        reminders.length === 0 && (
          <p className="flex min-h-11 items-center text-[14px] text-ink-3 fine:min-h-10">A due date comes first</p>
        )
      )}
    </Row>
  )
}

function Chip({
  reminder,
  due,
  zone,
  onRemove,
}: {
  reminder: Reminder
  due: string | null
  zone: string
  onRemove: (r: Reminder) => void
}) {
  const { text } = useWords((now) => reminderWords(reminder, due, now, zone))
  return (
    <li className="inline-flex max-w-full items-center rounded-full bg-accent-soft pl-3 text-[13.5px] text-ink-2">
      <span className="truncate">{text}</span>
      <button
        type="button"
        aria-label={`Take away the reminder ${text}`}
        onClick={() => onRemove(reminder)}
        className="grid size-11 flex-none place-items-center rounded-full hover:text-ink fine:size-8"
      >
        <Icon name="close" className="size-3" />
      </button>
    </li>
  )
}
