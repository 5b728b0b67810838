const examples: [string, string][] = [
  ['tomorrow 5pm · fri · 3 dec · in 2 weeks', 'when it is due'],
  ['from monday', 'when it starts'],
  ['every friday · every 2nd thu · every! 3 days', 'how it repeats; with ! from when it is done'],
  ['p1 to p4', 'priority, p1 the highest'],
  ['#project · @tag', 'where it belongs'],
  ['~30m · for 2 hours', 'how long it takes'],
  ['remind me 1h before', 'a reminder'],
  ['\\tomorrow · “call at noon”', 'stays text'],
]

/** What can be written, by examples. */
export function QuickHelp({ id }: { id: string }) {
  return (
    <dl
      id={id}
      ref={(list) => list?.scrollIntoView({ block: 'nearest' })}
      className="grid gap-x-4 gap-y-1 rounded-control bg-paper px-3.5 py-3 text-[13px] desk:grid-cols-[auto_minmax(0,1fr)]"
    >
      {examples.map(([words, meaning]) => (
        <div key={words} className="contents">
          <dt className="font-medium text-ink">{words}</dt>
          <dd className="mb-1.5 text-ink-3 desk:mb-0">{meaning}</dd>
        </div>
      ))}
    </dl>
  )
}
