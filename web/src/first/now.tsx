import type { Best, Preferences, Ranked } from '../api/client'
import { told } from '../api/early'
import {
  ActsView,
  DeskView,
  doneLabel,
  DueFactView,
  fullOf,
  notNowLabel,
  SnoozeButton,
  startLabel,
  titleClass,
  UntilView,
} from '../now/desk'
import { ScoreView, termsOf } from '../now/score'
import { ClockView, columnClass, FrameView, type PlaceProps } from '../shell/frame-view'
import { present } from '../time/now'
import { dueWords, momentWords } from '../time/words'
import { zoneOf } from '../time/zone'
import { headingClass } from '../ui/heading'
import { draw } from './draw'
import { keepKeys } from './keys'

/** What Now asks for. */
export const paths = ['/api/tasks/best', '/api/tasks/ranked?limit=6', '/api/preferences'] as const

/**
 * Draws the best task as soon as the server has told it, while the app itself is still to be read: the same
 * components, without what makes them live. It is not
 * to be used until React has drawn it anew, in the same place; keys wait until then.
 * Resolves when it is drawn, or is not to be: then the app says why.
 */
export async function drawNow(root: Element): Promise<void> {
  const [best, top, preferences] = await Promise.all([
    told<Best>(paths[0]),
    told<Ranked>(paths[1]),
    told<Preferences>(paths[2]),
  ])
  if (!best || !top || !preferences || root.hasChildNodes()) return
  const still = document.createElement('div')
  still.inert = true
  draw(<FirstNow best={best} top={top} preferences={preferences} />, still)
  root.append(still)
  keepKeys()
}

export function FirstNow({ best, top, preferences }: { best: Best; top: Ranked; preferences: Preferences }) {
  const { task, reasoning } = best
  const zone = zoneOf(preferences)
  const now = present()
  return (
    <FrameView to={Place} counts={{ '/tasks': top.total }} clock={<ClockView now={now} zone={zone} />}>
      <div className={columnClass}>
        <DeskView
          best={best}
          top={top}
          heading={
            <h1 id="best" dir="auto" className={headingClass('large')}>
              <a href={`/tasks/${task.id}`} className={titleClass}>
                {task.title}
              </a>
            </h1>
          }
          due={task.due_date && <DueFactView due={dueWords(task.due_date, now, zone)} />}
          until={best.valid_until && <UntilView text={momentWords(Date.parse(best.valid_until), now, zone).text} />}
          score={
            <ScoreView
              terms={termsOf(reasoning, task, preferences)}
              total={reasoning.total_score}
              full={fullOf(best)}
            />
          }
          acts={
            <ActsView
              done={{ label: doneLabel }}
              start={{ label: startLabel(task) }}
              notNow={{ label: notNowLabel }}
              snooze={<SnoozeButton />}
            />
          }
        />
      </div>
    </FrameView>
  )
}

const Place = ({ to, children, ...props }: PlaceProps) => (
  <a href={to} aria-current={to === '/' ? 'page' : undefined} {...props}>
    {children}
  </a>
)
