import type { Token } from '../api/quick'
import { Icon, type IconName } from '../ui/icon'
import { nameOf, type Piece } from './quick-text'

const icons: Record<Token['kind'], IconName> = {
  due_date: 'calendar',
  start_date: 'play',
  priority: 'flag',
  project: 'folder',
  tags: 'tag',
  effort_estimate_minutes: 'clock',
  preferred_time: 'sun',
  reminders: 'bell',
  recurrence: 'repeat',
  escape: 'pencil',
}

/** Each piece that was understood, in the order of the text. Pressing one takes that back: it is only text then. */
export function Chips({ pieces, onTakeBack }: { pieces: Piece[]; onTakeBack: (piece: Piece) => void }) {
  return (
    <ul aria-label="Understood" className="flex min-h-11 flex-wrap items-center gap-1.5 fine:min-h-8">
      {pieces
        .filter((p) => p.token.kind !== 'escape')
        .map((p) => (
          <li key={`${p.token.kind} ${p.from}`} className="max-w-full">
            <button
              type="button"
              aria-label={`${nameOf(p.token)}: ${p.token.text}. Make it text again`}
              title="Make it text again"
              onClick={() => onTakeBack(p)}
              onKeyDown={(e) => {
                if (e.key !== 'Backspace' && e.key !== 'Delete') return
                e.preventDefault()
                onTakeBack(p)
              }}
              className="group/chip flex min-h-11 max-w-full items-center gap-1.75 rounded-full bg-accent-soft pr-2.5 pl-3 text-[13.5px] text-accent fine:min-h-8"
            >
              <Icon name={icons[p.token.kind]} className="size-3.75" />
              <span dir="auto" className="truncate">
                {p.token.text}
              </span>
              <Icon name="close" className="size-3 opacity-70 group-hover/chip:opacity-100" />
            </button>
          </li>
        ))}
    </ul>
  )
}
