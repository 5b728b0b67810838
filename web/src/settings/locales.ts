import type { KnownPreferences } from '../api/queries'

export type Locale = KnownPreferences['locale']

/** Each with 3 December as it is typed. */
export const locales: Record<Locale, { name: string; example: string }> = {
  'en-US': { name: 'English (US)', example: '12/3' },
  'en-GB': { name: 'English (UK)', example: '3/12' },
  de: { name: 'Deutsch und English', example: '3.12.' },
}

/** The locale of a name, or another where there is none of it. */
export const localeOf = (name: string | null | undefined, otherwise: Locale): Locale =>
  name && name in locales ? (name as Locale) : otherwise
