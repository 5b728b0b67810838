import { explain } from '../api/errors'
import { Button } from '../ui/button'
import { Bone, Soon } from '../ui/skeleton'
import { isFiltered, type Search } from './search'

/** What is said where there is nothing, kindly, with a way on. */
export function Empty({ search, onClear }: { search: Search; onClear: (to: Partial<Search>) => void }) {
  const { status, priority, tag, due, q } = search
  const only = !priority && !tag && !q
  const [title, text] = !isFiltered(search)
    ? search.project
      ? ['Nothing is open in it', 'What belongs to it can be added here, or be put into it from its own page.']
      : ['Your desk is clear', 'Nothing is open. Add what comes to mind.']
    : only && !due && status === 'completed'
      ? ['Nothing done yet', 'What you complete is kept here.']
      : only && due === 'overdue'
        ? ['Nothing is overdue', 'All that was due is done, or has its time still.']
        : only && due
          ? [
              due === 'today' ? 'Nothing is due today' : 'Nothing is due in the next 7 days',
              'A good day to look ahead.',
            ]
          : ['Nothing matches', q ? 'No task has these words.' : 'No task is like this.']
  return (
    <section className="pt-10 desk:pt-16">
      <h2 className="text-[24px] font-[640] tracking-[-0.02em] text-balance">{title}</h2>
      <p className="mt-2 mb-6 max-w-[56ch] text-ink-2">{text}</p>
      {isFiltered(search) && (
        <Button
          onClick={() =>
            onClear({ status: undefined, priority: undefined, tag: undefined, due: undefined, q: undefined })
          }
        >
          Show what is open
        </Button>
      )}
    </section>
  )
}

export function Failed({ error, again }: { error: Error; again: () => void }) {
  return (
    <section className="pt-10 desk:pt-16" role="alert">
      <h2 className="text-[24px] font-[640] tracking-[-0.02em]">The tasks are not known just now</h2>
      <p className="mt-2 mb-6 max-w-[56ch] text-ink-2">{explain(error)}</p>
      <Button onClick={again}>Try again</Button>
    </section>
  )
}

export const Waiting = () => (
  <Soon>
    {Array.from({ length: 10 }, (_, i) => (
      <div key={i} className="flex h-16 items-center gap-3.5 border-b border-line desk:h-12">
        <Bone className="size-4.5 rounded-full" />
        <Bone className={`h-4 ${['w-1/2', 'w-2/3', 'w-2/5'][i % 3]}`} />
      </div>
    ))}
  </Soon>
)
