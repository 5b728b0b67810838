import { Dialog } from '../ui/dialog'
import { Kbd } from '../ui/kbd'
import { linesOf, signsOf, table, type Place } from './keys'
import { openOverlay, useOverlay } from './overlay'

const places = Object.keys(table) as Place[]

/** Every shortcut there is. */
export default function Help() {
  return (
    <Dialog wide open={useOverlay() === 'help'} onClose={() => openOverlay(null)} title="Keyboard">
      {/* It may be longer than the window: who has a keyboard scrolls it by the keyboard. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div tabIndex={0} className="overflow-y-auto p-5 -outline-offset-2 desk:columns-2 desk:gap-10">
        {places.map((place) => (
          <section key={place} aria-label={place} className="mb-6 break-inside-avoid last:mb-0">
            <h3 className="mb-2 text-[13px] font-semibold text-ink-3">{place}</h3>
            <dl>
              {linesOf(place).map(([name, line]) => (
                <div key={name} className="flex min-h-8 items-center justify-between gap-4 text-[14px]">
                  <dt>{line.label}</dt>
                  <dd className="flex gap-1.5">
                    <span className="sr-only">{signsOf(line).join(', or ')}</span>
                    {signsOf(line).map((keys) => (
                      <Kbd key={keys}>{keys}</Kbd>
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  )
}
