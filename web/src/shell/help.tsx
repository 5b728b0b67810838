import { Dialog } from '../ui/dialog'
import { Kbd, modifier } from '../ui/kbd'
import { openOverlay, useOverlay } from './overlay'

const groups: { name: string; keys: [string, string][] }[] = [
  {
    name: 'Everywhere',
    keys: [
      ['Q', 'Add a task'],
      [`${modifier} K`, 'Search and commands'],
      ['U', 'Undo'],
      ['G N', 'Go to Now'],
      ['G T', 'Go to Tasks'],
      ['G U', 'Go to Upcoming'],
      ['G S', 'Go to Settings'],
      ['?', 'This list'],
      ['Esc', 'Close what is open'],
    ],
  },
  {
    name: 'Now',
    keys: [
      ['E', 'Done'],
      ['S', 'Start, or put down'],
      ['Z', 'Snooze'],
      ['N', 'Not now'],
    ],
  },
  {
    name: 'Upcoming',
    keys: [
      ['← → ↑ ↓', 'Next task, or the one beside it'],
      ['M', 'Move to another day'],
      ['Shift ← →', 'A day earlier or later'],
      ['E', 'Done'],
    ],
  },
  {
    name: 'Lists',
    keys: [
      ['J', 'Next task'],
      ['K', 'Task before'],
      ['Enter', 'Open'],
      ['X', 'Select'],
      ['Shift X', 'Select up to here'],
      ['E', 'Done, or open again'],
      ['S', 'Start, or put down'],
      ['Z', 'Snooze'],
      ['N', 'Not now'],
      ['1 – 5', 'Priority'],
      ['D', 'Due'],
      ['F2', 'Change the title'],
      ['Delete', 'Delete'],
      ['/', 'Search'],
    ],
  },
]

/** Every shortcut there is. */
export default function Help() {
  return (
    <Dialog wide open={useOverlay() === 'help'} onClose={() => openOverlay(null)} title="Keyboard">
      {/* It may be longer than the window: who has a keyboard scrolls it by the keyboard. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div tabIndex={0} className="overflow-y-auto p-5 -outline-offset-2 desk:columns-2 desk:gap-10">
        {groups.map((g) => (
          <section key={g.name} aria-label={g.name} className="mb-6 break-inside-avoid last:mb-0">
            <h3 className="mb-2 text-[13px] font-semibold text-ink-3">{g.name}</h3>
            <dl>
              {g.keys.map(([keys, label]) => (
                <div key={keys} className="flex min-h-8 items-center justify-between gap-4 text-[14px]">
                  <dt>{label}</dt>
                  <dd>
                    <span className="sr-only">{keys}</span>
                    <Kbd>{keys}</Kbd>
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
