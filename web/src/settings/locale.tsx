import { explain } from '../api/errors'
import type { KnownPreferences } from '../api/queries'
import { Failure } from '../ui/field'
import { say } from '../ui/toast'
import { localeOf, locales, type Locale } from './locales'
import { MeanwhileNotice } from './meanwhile'
import { useSaving } from './saving'

const choices = (Object.keys(locales) as Locale[]).map((locale) => ({ locale, ...locales[locale] }))

/** How days are typed in numbers, and in which language besides English. */
export function LocaleSetting({ known }: { known: KnownPreferences }) {
  const { save, takeBack, error, meanwhile, forget } = useSaving()

  const choose = async (locale: Locale, seen = known) => {
    if (locale === seen.locale) return
    const before = seen.locale
    const now = await save(seen, { locale })
    if (now) say(`Typing: ${locales[locale].name}`, () => void takeBack(now, { locale: before }))
  }

  return (
    <>
      <div role="radiogroup" aria-label="Language of what you type" className="grid gap-2 desk:grid-cols-3">
        {choices.map(({ locale, name, example }) => (
          <label
            key={locale}
            className="relative flex min-h-16 cursor-pointer flex-col justify-center rounded-control border border-line bg-surface px-4 py-2 hover:border-ink-3 has-checked:border-accent has-checked:bg-accent-soft has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent"
          >
            <input
              type="radio"
              name="locale"
              value={locale}
              checked={locale === known.locale}
              onChange={() => void choose(locale)}
              className="absolute inset-0 cursor-pointer opacity-0"
            />
            <span className="font-[550]">{name}</span>
            <span className="text-[13px] text-ink-2">{example}</span>
          </label>
        ))}
      </div>
      <Failure>{error !== null && explain(error)}</Failure>
      {meanwhile && (
        <MeanwhileNotice
          meanwhile={meanwhile}
          leave={forget}
          keep={() => void choose(localeOf(meanwhile.mine.locale, known.locale), meanwhile.theirs)}
        />
      )}
    </>
  )
}
