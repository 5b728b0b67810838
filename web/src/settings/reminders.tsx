import { useState } from 'react'
import { turnOff, turnOn, useAbility, useOn, type Ability } from '../reminding/notices'

/** Why this browser shows no notices. */
const why: Record<Exclude<Ability, 'able'>, string> = {
  refused:
    'This browser refuses notifications from MindFlow. Allow them in its settings for this site, then turn them on here.',
  insecure: 'Browsers give notifications to secure addresses alone, those that begin with https.',
  none: 'This browser has no notifications here. On an iPhone or iPad it has once MindFlow is on the home screen.',
}

/** Whether the system shows reminders on this device. Nothing else in the app asks the browser for that. */
export function RemindersSetting() {
  const on = useOn()
  const able = useAbility()
  const [undecided, setUndecided] = useState(false)
  const turn = async (to: boolean) => {
    setUndecided(false)
    if (!to) turnOff()
    else if (!(await turnOn())) setUndecided(true)
  }
  return (
    <>
      <label className="relative flex min-h-16 max-w-120 cursor-pointer items-center gap-3.5 rounded-control border border-line bg-surface px-4 py-2 hover:border-ink-3 has-checked:border-accent has-checked:bg-accent-soft has-disabled:cursor-default has-disabled:hover:border-line has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent">
        <input
          type="checkbox"
          role="switch"
          checked={on}
          disabled={able !== 'able'}
          aria-labelledby="notices"
          aria-describedby="notices-how notices-say"
          onChange={(e) => void turn(e.target.checked)}
          className="size-4.5 flex-none accent-accent"
        />
        <span className="text-[13px] text-ink-2">
          <span id="notices" className="block text-[15px] font-[550] text-ink">
            Notifications on this device
          </span>
          <span id="notices-how">While MindFlow is open in a tab, also one you do not look at</span>
        </span>
      </label>
      <p id="notices-say" role="status" className="mt-2 max-w-[60ch] text-[14px] text-ink-2 empty:hidden">
        {able !== 'able' && why[able]}
        {able === 'able' &&
          undecided &&
          'The browser was not allowed to show them. Turn this on again to be asked again.'}
      </p>
    </>
  )
}
