/** What programs may do, in the words of the screen. */
export const scopes = [
  {
    scope: 'tasks:read',
    words: 'Read your tasks',
    more: 'With notes, dates, tags, and what comes first.',
    standard: true,
  },
  {
    scope: 'tasks:write',
    words: 'Add and change tasks',
    more: 'Complete, snooze and delete them, too.',
    standard: true,
  },
  {
    scope: 'account:read',
    words: 'Read your name and e-mail address',
    more: 'And your settings, such as the time zone.',
    standard: false,
  },
] as const

/** How long a token may live, in days. */
export const lives = [
  { days: 7, words: 'In a week' },
  { days: 30, words: 'In 30 days' },
  { days: 90, words: 'In 90 days' },
  { days: 365, words: 'In a year' },
] as const

/** What scopes let a program do: Read your tasks · Add and change tasks. */
export const scopeWords = (of: readonly string[] | null): string =>
  scopes
    .filter(({ scope }) => of?.includes(scope))
    .map(({ words }) => words)
    .join(' · ')
