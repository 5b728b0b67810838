import type { Preferences, PreferencesEdit } from '../api/client'
import { Button } from '../ui/button'
import type { Meanwhile } from './saving'

const names: Record<string, string> = {
  timezone: 'Time zone',
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
  const mine = [...lines(meanwhile.mine)].filter(([name, value]) => theirs.get(name) !== value)
  return (
    <div role="alert" className="mt-4 rounded-card border border-line bg-surface p-5">
      <p className="text-[14px] text-ink-2">
        Your settings were changed meanwhile, in another window or on another device. Which shall it be?
      </p>
      <table className="mt-3 w-full table-fixed text-left text-[14px]">
        <thead className="text-[13px] text-ink-3">
          <tr className="border-b border-line">
            <th className="py-2 font-medium">Setting</th>
            <th className="py-2 font-medium">Yours</th>
            <th className="py-2 font-medium">There now</th>
          </tr>
        </thead>
        <tbody className="tnum">
          {mine.map(([name, value]) => (
            <tr key={name} className="border-b border-line">
              <th className="py-2.5 font-medium text-ink-2">{names[name]}</th>
              <td className="py-2.5">{value}</td>
              <td className="py-2.5">{theirs.get(name)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <div className="mt-4 flex flex-wrap justify-end gap-2">
        <Button onClick={leave}>Leave it as it is now</Button>
        <Button kind="primary" onClick={keep}>
          Keep mine
        </Button>
      </div>
    </div>
  )
}
