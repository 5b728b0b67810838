import { Menu } from '@base-ui/react/menu'
import { useQuery } from '@tanstack/react-query'
import { useId, useRef, useState, type FormEvent } from 'react'
import type { Edit, Task } from '../api/client'
import { explain } from '../api/errors'
import { occurrences, understand } from '../api/quick'
import { isOpen } from '../api/queries'
import { useWords, useToday } from '../time/now'
import { dayWords, isDay, momentWords } from '../time/words'
import { Button } from '../ui/button'
import { inputClass } from '../ui/field'
import { Icon } from '../ui/icon'
import { itemClass, popupClass } from '../ui/popup'
import { instant } from './choices'
import { Row, type FieldProps } from './detail-fields'
import { after, askedFor, startOfRule, usualRules, wordsOf } from './repeat-choices'

const shown = 3

type Repeating = NonNullable<Task['recurrence']>
type Props = FieldProps & { zone: string }

/** How a task comes again: what is usual by a menu, all else in words. */
export function RepeatField({ task, editing, zone }: Props) {
  const today = useToday(zone)
  const [asking, setAsking] = useState(false)
  const [failed, setFailed] = useState('')
  const trigger = useRef<HTMLButtonElement>(null)
  const repeat = task.recurrence
  const due = task.due_date
  const day = due ? startOfRule(due, zone).slice(0, 10) : today

  const usual = usualRules(day)
  const said = repeat && wordsOf({ ...repeat, from: 'schedule' }, day)
  const chosen = repeat ? (usual.find((c) => c.words === said)?.rule ?? repeat.rule) : ''

  const put = async (fields: Edit) => {
    setFailed('')
    return (await editing.save(task, fields)) === true
  }
  const choose = async (rule: string) => {
    try {
      const from = repeat?.from ?? 'schedule'
      await put({ recurrence: { rule, from }, ...(await firstOf(rule, task, day, zone)) })
    } catch (error) {
      setFailed(explain(error))
    }
  }
  const count = (done: boolean) => {
    if (repeat) void put({ recurrence: { rule: repeat.rule, from: done ? 'completion' : 'schedule' } })
  }
  return (
    <Row label="Repeats" error={editing.wrong('recurrence')}>
      <Menu.Root>
        <Menu.Trigger
          ref={trigger}
          aria-labelledby="of-Repeats of-repeats-value"
          className={`${inputClass} flex items-center gap-2 text-left`}
        >
          {repeat && <Icon name="repeat" className="size-3.75 text-ink-3" />}
          <span id="of-repeats-value" className="min-w-0 flex-1 py-2">
            {repeat ? wordsOf(repeat, day) : 'Does not repeat'}
          </span>
          <Icon name="chevron" className="size-3.5 rotate-90 text-ink-3" />
        </Menu.Trigger>
        <Menu.Portal>
          <Menu.Positioner sideOffset={6} align="start" className="z-50">
            <Menu.Popup className={popupClass}>
              <Menu.RadioGroup
                value={chosen}
                onValueChange={(rule: string) => void (rule ? choose(rule) : put({ recurrence: null }))}
              >
                <Choice value="">Does not repeat</Choice>
                {usual.map((c) => (
                  <Choice key={c.rule} value={c.rule}>
                    {c.words}
                  </Choice>
                ))}
              </Menu.RadioGroup>
              <Menu.Item className={itemClass} onClick={() => setAsking(true)}>
                In other words…
              </Menu.Item>
              {repeat && (
                <Menu.CheckboxItem
                  closeOnClick
                  checked={repeat.from === 'completion'}
                  onCheckedChange={count}
                  className={`${itemClass} mt-1.5 rounded-t-none border-t border-line`}
                >
                  Counted from when it is done
                  <Menu.CheckboxItemIndicator className="ml-auto">
                    <Icon name="check" />
                  </Menu.CheckboxItemIndicator>
                </Menu.CheckboxItem>
              )}
            </Menu.Popup>
          </Menu.Positioner>
        </Menu.Portal>
      </Menu.Root>
      <p role="alert" className="mt-1 text-[13px] text-danger empty:hidden">
        {failed}
      </p>
      {asking && (
        <InWords
          task={task}
          zone={zone}
          put={put}
          onDone={() => {
            setAsking(false)
            trigger.current?.focus()
          }}
        />
      )}
      {repeat && due && isOpen(task) && <Next repeat={told(repeat, startOfRule(due, zone), zone)} zone={zone} />}
    </Row>
  )
}

/** What the server has not said yet of a rule follows from the due date. */
const told = (repeat: Repeating, due: string, zone: string): Repeating => ({
  ...repeat,
  start: repeat.start || due,
  slot: repeat.slot || due,
  timezone: repeat.timezone || zone,
})

function Choice({ value, children }: { value: string; children: string }) {
  return (
    <Menu.RadioItem value={value} closeOnClick className={itemClass}>
      {children}
      <Menu.RadioItemIndicator className="ml-auto">
        <Icon name="check" />
      </Menu.RadioItemIndicator>
    </Menu.RadioItem>
  )
}

/** The due date that a rule asks for: its first occurrence, from the present due date on. Nothing where it is that. */
async function firstOf(rule: string, task: Task, from: string, zone: string): Promise<Edit> {
  const due = task.due_date
  const start = due ? startOfRule(due, zone) : from
  const [first] = await occurrences(rule, start, zone, 1)
  if (!first || (due && first.slice(0, start.length) === start)) return {}
  return { due_date: isDay(first) ? first : instant(Date.parse(first)) }
}

/** The same words as in quick add: "every 2nd thu", "every 3 days for 5 times". */
function InWords({
  task,
  zone,
  put,
  onDone,
}: {
  task: Task
  zone: string
  put: (fields: Edit) => Promise<boolean>
  onDone: () => void
}) {
  const id = useId()
  const [wrong, setWrong] = useState('')
  const submit = async (e: FormEvent<HTMLFormElement>) => {
    e.preventDefault()
    const typed = new FormData(e.currentTarget).get('words')!.toString().trim()
    setWrong('')
    try {
      const fields = await fieldsOf(/^(every|jede)/i.test(typed) ? typed : `every ${typed}`, task, zone)
      if (!fields) setWrong('That is not understood. Try “every 2nd thu” or “every 3 days”.')
      else if (await put(fields)) onDone()
    } catch (error) {
      setWrong(explain(error))
    }
  }
  return (
    <form onSubmit={(e) => void submit(e)} className="mt-1.5">
      <div className="flex gap-1.5">
        <input
          id={id}
          name="words"
          autoFocus
          required
          dir="auto"
          autoComplete="off"
          spellCheck={false}
          aria-label="How it repeats, in words"
          aria-invalid={wrong ? true : undefined}
          aria-describedby={`${id}-said`}
          placeholder="every 2nd thu"
          onKeyDown={(e) => {
            if (e.key !== 'Escape') return
            e.preventDefault()
            onDone()
          }}
          className={inputClass}
        />
        <Button type="submit">Set</Button>
      </div>
      <p id={`${id}-said`} role="alert" className="mt-1 text-[13px] text-danger empty:hidden">
        {wrong}
      </p>
    </form>
  )
}

async function fieldsOf(text: string, task: Task, zone: string): Promise<Edit | undefined> {
  const { recurrence, due_date: said, title } = await understand(text)
  if (!recurrence || title !== '') return undefined
  // A time that is said goes with its day; else it begins from the present due date on.
  const dates = said && (!task.due_date || !isDay(said)) ? { due_date: atInstant(said) } : null
  return { recurrence, ...(dates ?? (await firstOf(recurrence.rule, task, said ?? '', zone))) }
}

const atInstant = (date: string) => (isDay(date) ? date : instant(Date.parse(date)))

/** The next few times. */
function Next({ repeat, zone }: { repeat: Repeating; zone: string }) {
  const { rule, start, limit, slot } = askedFor(repeat, shown)
  const counts = repeat.from === 'schedule'
  const all = useQuery({
    queryKey: ['occurrences', rule, start, repeat.timezone, limit],
    queryFn: ({ signal }) => occurrences(rule, start, repeat.timezone, limit, signal),
    enabled: counts,
    staleTime: Infinity,
    gcTime: 60_000,
  }).data
  if (!counts) return <p className="mt-1 text-[13px] text-ink-3">The next one follows when this one is done.</p>
  const next = all && after(all, slot, shown)
  return (
    <p className="tnum mt-1 flex min-h-5 flex-wrap gap-x-3 text-[13px] text-ink-3">
      {next &&
        (next.length > 0 ? (
          <>
            <span>Then</span>
            {next.map((at) => (
              <Once key={at} at={at} zone={zone} />
            ))}
          </>
        ) : (
          'This is the last time.'
        ))}
    </p>
  )
}

function Once({ at, zone }: { at: string; zone: string }) {
  const words = useWords((now) => (isDay(at) ? dayWords(at, now, zone) : momentWords(Date.parse(at), now, zone)))
  return <time dateTime={at}>{words.text}</time>
}
