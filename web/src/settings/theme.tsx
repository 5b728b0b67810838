import { setTheme, useTheme, type Theme } from '../shell/theme'
import { Icon, type IconName } from '../ui/icon'
import { Section } from './section'

const themes: { theme: Theme; label: string; hint: string; icon: IconName }[] = [
  { theme: 'system', label: 'As the system', hint: 'Turns with it', icon: 'settings' },
  { theme: 'light', label: 'Light', hint: 'Paper and ink', icon: 'sun' },
  { theme: 'dark', label: 'Dark', hint: 'Easy on the eyes at night', icon: 'moon' },
]

/** Light or dark, on this device. */
export default function ThemeSettings() {
  const chosen = useTheme()
  return (
    <Section title="Theme" hint="Kept on this device alone.">
      <div role="radiogroup" aria-label="Theme" className="grid gap-2 desk:grid-cols-3">
        {themes.map(({ theme, label, hint, icon }) => (
          <label
            key={theme}
            className="relative flex min-h-16 cursor-pointer items-center gap-3.5 rounded-control border border-line bg-surface px-4 py-2 hover:border-ink-3 has-checked:border-accent has-checked:bg-accent-soft has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent"
          >
            <input
              type="radio"
              name="theme"
              value={theme}
              checked={theme === chosen}
              onChange={() => setTheme(theme)}
              className="absolute inset-0 cursor-pointer opacity-0"
            />
            <Icon name={icon} className="size-5 text-ink-3" />
            <span>
              <span className="block font-[550]">{label}</span>
              <span className="block text-[13px] text-ink-2">{hint}</span>
            </span>
          </label>
        ))}
      </div>
    </Section>
  )
}
