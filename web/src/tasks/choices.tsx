import { useId, useRef, type FormEvent, type KeyboardEvent, type ReactNode } from 'react'
import { snoozeChoices } from '../now/snooze-choices'
import { SnoozeForm } from '../now/snooze-form'
import { useZone } from '../shell/zone'
import { present } from '../time/now'
import { dayWords, effortWords, isDay, momentWords, nameOfDay, nameOfWeekday } from '../time/words'
import { addDays, clockOf, dayOf, instantAt, weekday } from '../time/zone'
import { Button } from '../ui/button'
import { Icon } from '../ui/icon'
import type { Picked } from './picker'

type Pick = (picked: Picked) => void

const small =
  'min-h-11 w-full min-w-0 rounded-lg border border-line bg-paper px-2 text-[14px] text-ink fine:min-h-10 aria-invalid:border-danger'

/** An instant as the API writes it. */
export const instant = (at: number): string => new Date(at).toISOString().replace('.000Z', 'Z')

/** A column of choices: arrows go up and down in it. */
function Choices({ children }: { children: ReactNode }) {
  const box = useRef<HTMLDivElement>(null)
  const go = (e: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[e.key]
    if (!step) return
    e.preventDefault()
    const all = [...box.current!.querySelectorAll('button')]
    const at = all.indexOf(document.activeElement as HTMLButtonElement)
    all[(at + step + all.length) % all.length]?.focus()
  }
  return (
    // The keys move the focus among the buttons inside.
    // eslint-disable-next-line jsx-a11y/no-static-element-interactions
    <div ref={box} onKeyDown={go}>
      {children}
    </div>
  )
}

function Choice({
  current = false,
  hint,
  onClick,
  children,
}: {
  current?: boolean
  hint?: string
  onClick: () => void
  children: ReactNode
}) {
  return (
    <button
      type="button"
      aria-pressed={current}
      onClick={onClick}
      className="flex min-h-11 w-full items-center gap-3 rounded-lg px-3 text-left text-[14px] outline-none hover:bg-accent-soft focus-visible:bg-accent-soft aria-pressed:font-[550] aria-pressed:text-accent fine:min-h-9"
    >
      {children}
      {hint && <span className="tnum ml-auto pl-6 text-[13px] text-ink-3">{hint}</span>}
      {current && <Icon name="check" className="ml-auto size-4" />}
    </button>
  )
}

const form = 'mt-1.5 flex flex-col gap-2 border-t border-line p-2 pt-3'

export const priorities: [number, string][] = [
  [5, '5 highest'],
  [4, '4 high'],
  [3, '3'],
  [2, '2 low'],
  [1, '1 lowest'],
]

export function PriorityChoices({ current, pick }: { current: number | undefined; pick: Pick }) {
  const choose = (priority: number) => pick({ kind: 'edit', fields: { priority }, said: `Priority ${priority}` })
  return (
    // eslint-disable-next-line jsx-a11y/no-static-element-interactions
    <div onKeyDown={(e) => /^[1-5]$/.test(e.key) && choose(Number(e.key))}>
      <Choices>
        {priorities.map(([priority, name]) => (
          <Choice key={priority} current={current === priority} onClick={() => choose(priority)}>
            {name}
          </Choice>
        ))}
      </Choices>
    </div>
  )
}

export function DueChoices({ current, pick }: { current: string | null | undefined; pick: Pick }) {
  const zone = useZone()
  const now = present()
  const today = dayOf(now, zone)
  const monday = addDays(today, 8 - weekday(today))
  const choose = (due: string | null) => {
    const said = due === null ? 'No due date' : `Due ${saidOf(due, now, zone)}`
    pick({ kind: 'edit', fields: { due_date: due }, said })
  }
  const day = current ? (isDay(current) ? current : dayOf(Date.parse(current), zone)) : ''
  const clock = current && !isDay(current) ? clockOf(Date.parse(current), zone) : ''
  const set = (e: FormEvent<HTMLFormElement>) => {
    e.preventDefault()
    const said = new FormData(e.currentTarget)
    const [onDay, at] = [String(said.get('day')), String(said.get('clock'))]
    choose(at ? instant(instantAt(onDay, at, zone)) : onDay)
  }
  const choices: [string, string][] = [
    [today, 'Today'],
    [addDays(today, 1), 'Tomorrow'],
    [monday, `Next ${nameOfWeekday(monday)}`],
    [addDays(today, 14), 'In two weeks'],
  ]
  return (
    <>
      <Choices>
        {choices.map(([to, name]) => (
          <Choice key={name} current={current === to} hint={nameOfDay(to, today)} onClick={() => choose(to)}>
            {name}
          </Choice>
        ))}
        <Choice current={current === null} onClick={() => choose(null)}>
          No due date
        </Choice>
      </Choices>
      <form onSubmit={set} className={form}>
        <span className="flex gap-2">
          <input name="day" type="date" required aria-label="Day" defaultValue={day} className={small} />
          <input name="clock" type="time" aria-label="Time, if it matters" defaultValue={clock} className={small} />
        </span>
        <Button type="submit">Set</Button>
      </form>
    </>
  )
}

const saidOf = (due: string, now: number, zone: string): string =>
  isDay(due) ? lower(dayWords(due, now, zone).text) : momentWords(Date.parse(due), now, zone).text

const lower = (text: string) => (/^(Today|Tomorrow|Yesterday)/.test(text) ? text.toLowerCase() : text)

const efforts = [15, 30, 60, 120, 240]

export function EffortChoices({ current, pick }: { current: number | null | undefined; pick: Pick }) {
  const choose = (minutes: number | null) =>
    pick({
      kind: 'edit',
      fields: { effort_estimate_minutes: minutes },
      said: minutes === null ? 'No estimate' : effortWords(minutes),
    })
  return (
    <>
      <Choices>
        {efforts.map((minutes) => (
          <Choice key={minutes} current={current === minutes} onClick={() => choose(minutes)}>
            {effortWords(minutes)}
          </Choice>
        ))}
        <Choice current={current === null} onClick={() => choose(null)}>
          No estimate
        </Choice>
      </Choices>
      <form
        onSubmit={(e) => {
          e.preventDefault()
          choose(Number(new FormData(e.currentTarget).get('minutes')))
        }}
        className={form}
      >
        <span className="flex items-center gap-2 text-[14px] text-ink-2">
          <input
            name="minutes"
            type="number"
            inputMode="numeric"
            required
            min={1}
            max={10080}
            aria-label="Minutes"
            defaultValue={current ?? ''}
            className={small}
          />
          min
        </span>
        <Button type="submit">Set</Button>
      </form>
    </>
  )
}

export function SnoozeChoices({ pick }: { pick: Pick }) {
  const zone = useZone()
  const now = present()
  const choose = (until: number) => pick({ kind: 'snooze', until })
  return (
    <>
      <Choices>
        {snoozeChoices(now, zone).map((c) => (
          <Choice key={c.label} hint={momentWords(c.until, now, zone).text} onClick={() => choose(c.until)}>
            {c.label}
          </Choice>
        ))}
      </Choices>
      <SnoozeForm onPick={choose} className="mt-1.5 max-w-76 gap-3 border-t border-line p-2 pt-3" />
    </>
  )
}

export function TagChoices({ tags, pick }: { tags: string[]; pick: Pick }) {
  const list = useId()
  return (
    <form
      onSubmit={(e) => {
        e.preventDefault()
        const tag = String(new FormData(e.currentTarget).get('tag')).trim()
        if (tag) pick({ kind: 'tag', tag })
      }}
      className="flex flex-col gap-2 p-2"
    >
      <input
        name="tag"
        required
        maxLength={50}
        dir="auto"
        autoComplete="off"
        list={list}
        aria-label="Tag"
        className={small}
      />
      <datalist id={list}>
        {tags.map((tag) => (
          <option key={tag} value={tag} />
        ))}
      </datalist>
      <Button type="submit">Add</Button>
    </form>
  )
}
