import type { Preferences, PreferencesEdit } from '../api/client'
import { Yours } from '../ui/yours'
import type { Meanwhile } from './saving'

const names: Record<string, string> = {
  timezone: 'Time zone',
  locale: 'Language',
  weight_urgency: 'Deadline',
  weight_priority: 'Priority',
  weight_effort: 'Effort',
  time_of_day_bonus: 'Time of day',
  morning: 'Morning',
  afternoon: 'Afternoon',
  evening: 'Evening',
}

/** Preferences as lines: a window is one. */
function lines({ windows, ...rest }: PreferencesEdit | Preferences): Map<string, string> {
  const all = new Map<string, string>()
  for (const [name, value] of Object.entries(rest)) if (name in names) all.set(name, String(value))
  for (const [part, w] of Object.entries(windows ?? {})) all.set(part, `${w.start} – ${w.end}`)
  return all
}

/** Shows what was saved elsewhere meanwhile, and lets the person choose. */
export function MeanwhileNotice({
  meanwhile,
  keep,
  leave,
}: {
  meanwhile: Meanwhile
  keep: () => void
  leave: () => void
}) {
  const theirs = lines(meanwhile.theirs)
  const differing = [...lines(meanwhile.mine)]
    .filter(([name, mine]) => theirs.get(name) !== mine)
    .map(([name, mine]) => ({ name: names[name]!, mine, theirs: theirs.get(name) }))
  return (
    <div role="alert" className="mt-4 rounded-card border border-line bg-surface p-5">
      <p className="text-[14px] text-ink-2">
        Your settings were changed meanwhile, in another window or on another device. Which shall it be?
      </p>
      <div className="mt-3 flex flex-col gap-4">
        <Yours of="Setting" differing={differing} keep={keep} leave={leave} />
      </div>
    </div>
  )
}
