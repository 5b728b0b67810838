import { Link } from '@tanstack/react-router'
import { buttonClass } from '../ui/button'
import { Entrance } from './entrance'

/** What a link that is dead leads to: no harm is done, and how to go on. */
export function Over({ again }: { again?: '/forgot' | undefined }) {
  return (
    <Entrance title="This link is not good any more">
      <p className="mb-6 text-ink-2">
        A link works once and for a short while, and only the newest one does. Was it copied whole?
      </p>
      <div className="flex flex-wrap gap-2">
        {again && (
          <Link to={again} className={buttonClass('primary')}>
            Send a new one
          </Link>
        )}
        <Link to="/" className={buttonClass()}>
          Go to MindFlow
        </Link>
      </div>
    </Entrance>
  )
}
