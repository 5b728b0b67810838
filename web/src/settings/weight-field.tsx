import { useId } from 'react'
import { inputClass } from '../ui/field'
import { stopOf, stops } from './stops'
import { most, readWeight, type WeightName } from './weights'

const words: Record<WeightName, { label: string; hint: string; colour: string }> = {
  weight_urgency: { label: 'Deadline', hint: '× 1.25 overdue, × 1 today, less later', colour: 'bg-deadline' },
  weight_priority: { label: 'Priority', hint: '× its 1 to 5', colour: 'bg-priority' },
  weight_effort: { label: 'Effort', hint: '× 1 up to 15 min, less beyond', colour: 'bg-effort' },
  time_of_day_bonus: {
    label: 'Time of day',
    hint: '± this share, by its part of the day',
    colour: 'bg-time',
  },
}

/** One weight: a slider for trying, a field for saying exactly. */
export function WeightField({
  name,
  text,
  wrong,
  onChange,
}: {
  name: WeightName
  text: string
  wrong: string | undefined
  onChange: (text: string) => void
}) {
  const id = useId()
  const { label, hint, colour } = words[name]
  const read = readWeight(name, text)
  const value = 'value' in read ? read.value : 0
  const bonus = name === 'time_of_day_bonus'
  return (
    <div role="group" aria-labelledby={`${id}-label`}>
      <div className="grid grid-cols-[minmax(0,1fr)_88px] items-center gap-x-4 desk:grid-cols-[minmax(0,9fr)_minmax(0,10fr)_88px]">
        <div>
          <span id={`${id}-label`} className="flex items-center gap-2 font-medium">
            <i className={`size-2 rounded-xs ${colour}`} />
            {label}
          </span>
          <span id={`${id}-hint`} className="block text-[13px] text-ink-3">
            {hint}
          </span>
        </div>
        <input
          type="range"
          aria-label={`${label}, roughly`}
          aria-valuetext={String(value)}
          min={0}
          max={bonus ? 50 : stops.length - 1}
          value={bonus ? Math.round(value * 100) : stopOf(value)}
          onChange={(e) => {
            const at = Number(e.target.value)
            onChange(String(bonus ? at / 100 : stops[at]))
          }}
          className="order-last col-span-2 min-h-11 w-full accent-accent desk:order-none desk:col-span-1"
        />
        <input
          id={`${id}-exact`}
          inputMode="decimal"
          autoComplete="off"
          aria-label={`${label}, 0 to ${most(name)}`}
          aria-invalid={wrong ? true : undefined}
          aria-describedby={`${id}-hint ${id}-said`}
          value={text}
          onChange={(e) => onChange(e.target.value)}
          className={`${inputClass} tnum text-right`}
        />
      </div>
      <p id={`${id}-said`} className="mt-1 text-right text-[13px] text-danger empty:hidden">
        {wrong}
      </p>
    </div>
  )
}
