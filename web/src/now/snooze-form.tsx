import { useState, type FormEvent } from 'react'
import { useZone } from '../shell/zone'
import { present } from '../time/now'
import { addDays, dayOf, instantAt } from '../time/zone'
import { Button } from '../ui/button'
import { Field } from '../ui/field'

/** Any moment to come, to put a task off to. */
export function SnoozeForm({
  onPick,
  autoFocus = false,
  className,
}: {
  onPick: (until: number) => void
  autoFocus?: boolean
  className: string
}) {
  const zone = useZone()
  const [past, setPast] = useState(false)
  const today = dayOf(present(), zone)
  const pick = (e: FormEvent<HTMLFormElement>) => {
    e.preventDefault()
    const form = new FormData(e.currentTarget)
    const until = instantAt(String(form.get('day')), String(form.get('clock')), zone)
    if (until > Date.now()) onPick(until)
    else setPast(true)
  }
  return (
    <form onSubmit={pick} className={`flex flex-col ${className}`}>
      <div className="grid grid-cols-2 gap-3">
        <Field
          label="Day"
          name="day"
          type="date"
          required
          autoFocus={autoFocus}
          min={today}
          max="9998-12-31"
          defaultValue={addDays(today, 1)}
          onChange={() => setPast(false)}
        />
        <Field
          label="Time"
          name="clock"
          type="time"
          required
          defaultValue="09:00"
          onChange={() => setPast(false)}
          error={past ? 'This moment has passed.' : undefined}
        />
      </div>
      <div className="flex justify-end">
        <Button type="submit" kind="primary">
          Snooze
        </Button>
      </div>
    </form>
  )
}
