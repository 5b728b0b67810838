import { Combobox } from '@base-ui/react/combobox'
import { useId, useMemo, useState } from 'react'
import { explain } from '../api/errors'
import type { KnownPreferences } from '../api/queries'
import { useMinute } from '../time/now'
import { clockOf, guessZone, sameZone, zones } from '../time/zone'
import { Button } from '../ui/button'
import { Failure, inputClass } from '../ui/field'
import { Icon } from '../ui/icon'
import { itemClass, popupClass } from '../ui/popup'
import { say } from '../ui/toast'
import { MeanwhileNotice } from './meanwhile'
import { useSaving } from './saving'
import { nearFirst } from './zones'

const spoken = (zone: string) => zone.replaceAll('_', ' ')

/** More than fit into the list need another letter, not more scrolling. */
const shownZones = 60

/** The person's zone, chosen from all there are; the browser's own where it differs. */
export function ZoneSetting({ known }: { known: KnownPreferences }) {
  const { save, takeBack, error, meanwhile, forget } = useSaving()
  const guess = guessZone()

  const choose = async (timezone: string, seen = known) => {
    if (timezone === seen.timezone) return
    const before = seen.timezone
    const now = await save(seen, { timezone })
    if (now) say(`Time zone: ${spoken(timezone)}`, () => void takeBack(now, { timezone: before }))
  }

  return (
    <>
      <ZonePicker value={known.timezone} onChoose={(zone) => void choose(zone)} />
      {!sameZone(guess, known.timezone) && (
        <p className="mt-3 flex flex-wrap items-center gap-x-4 gap-y-2 rounded-control bg-accent-soft py-2 pr-2 pl-3.5 text-[14px] text-ink-2">
          <span className="min-w-0 flex-1">This browser is in {spoken(guess)}.</span>
          <Button onClick={() => void choose(guess)}>Use {spoken(guess.slice(guess.lastIndexOf('/') + 1))}</Button>
        </p>
      )}
      <Failure>{error !== null && explain(error)}</Failure>
      {meanwhile && (
        <MeanwhileNotice
          meanwhile={meanwhile}
          leave={forget}
          keep={() => void choose(meanwhile.mine.timezone ?? known.timezone, meanwhile.theirs)}
        />
      )}
    </>
  )
}

function ZonePicker({ value, onChoose }: { value: string; onChoose: (zone: string) => void }) {
  const id = useId()
  const now = useMinute()
  const all = useMemo(() => nearFirst(value, guessZone(), zones()), [value])
  const [typed, setTyped] = useState<string | null>(null)
  return (
    <Combobox.Root
      items={all}
      value={value}
      onValueChange={(zone) => zone && onChoose(zone)}
      inputValue={typed ?? spoken(value)}
      onInputValueChange={(text, { reason }) => {
        if (reason === 'input-change') setTyped(text)
        else if (reason === 'input-clear') setTyped((typed) => (typed === null ? null : ''))
      }}
      onOpenChange={(open) => setTyped((text) => (open ? (text ?? '') : null))}
      filter={(zone, query) => spoken(zone).toLowerCase().includes(query.trim().toLowerCase().replaceAll('_', ' '))}
      itemToStringLabel={spoken}
      limit={shownZones}
      autoHighlight
    >
      <label htmlFor={id} className="sr-only">
        Time zone
      </label>
      <div className="relative max-w-100">
        <Combobox.Input
          id={id}
          placeholder="Type a city or a continent"
          onFocus={(e) => e.currentTarget.select()}
          spellCheck={false}
          autoComplete="off"
          className={`${inputClass} pr-11`}
        />
        <Icon
          name="chevron"
          className="pointer-events-none absolute top-1/2 right-3.5 size-4 -translate-y-1/2 rotate-90 text-ink-3"
        />
      </div>
      <Combobox.Portal>
        <Combobox.Positioner sideOffset={6} align="start" className="z-40">
          <Combobox.Popup
            className={`${popupClass} max-h-[min(20rem,var(--available-height))] w-(--anchor-width)`}
            aria-label="Time zones"
          >
            <Combobox.Empty className="px-3 py-2.5 text-[14px] text-ink-3 empty:hidden">
              No time zone is called that.
            </Combobox.Empty>
            <Combobox.List>
              {(zone: string) => (
                <Combobox.Item key={zone} value={zone} className={itemClass}>
                  <span className="min-w-0 flex-1 truncate">{spoken(zone)}</span>
                  <span className="tnum text-[13px] text-ink-3">{clockOf(now, zone)}</span>
                </Combobox.Item>
              )}
            </Combobox.List>
          </Combobox.Popup>
        </Combobox.Positioner>
      </Combobox.Portal>
    </Combobox.Root>
  )
}
