/** What a token may do, in the words of the screen. */
export const scopes = [
  { scope: 'tasks:read', words: 'Read your tasks', standard: true },
  { scope: 'tasks:write', words: 'Add and change tasks', standard: true },
  { scope: 'account:read', words: 'Read your name and e-mail address', standard: false },
] as const

/** How long a token may live, in days. */
export const lives = [
  { days: 7, words: 'In a week' },
  { days: 30, words: 'In 30 days' },
  { days: 90, words: 'In 90 days' },
  { days: 365, words: 'In a year' },
] as const

/** What a token's scopes let it do: Read your tasks · Add and change tasks. */
export const scopeWords = (of: readonly string[] | null): string =>
  scopes
    .filter(({ scope }) => of?.includes(scope))
    .map(({ words }) => words)
    .join(' · ')
