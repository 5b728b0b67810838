import { Link, Outlet, useLocation } from '@tanstack/react-router'
import { useEffect, useRef } from 'react'
import { Heading } from '../ui/heading'

/** The pages of the settings, each with an address of its own. */
export const sections = [
  { to: '/settings', label: 'General' },
  { to: '/settings/score', label: 'Score' },
  { to: '/settings/theme', label: 'Theme' },
  { to: '/settings/templates', label: 'Templates' },
  { to: '/settings/data', label: 'Data' },
  { to: '/settings/tokens', label: 'Tokens' },
  { to: '/settings/assistants', label: 'Assistants' },
  { to: '/settings/account', label: 'Account' },
] as const

/** How MindFlow works for one person. */
export default function Settings() {
  const nav = useRef<HTMLElement>(null)
  const path = useLocation({ select: (l) => l.pathname })
  // In a narrow window the page one is on may be beyond its edge.
  useEffect(() => {
    nav.current?.querySelector('[aria-current]')?.scrollIntoView?.({ inline: 'nearest', block: 'nearest' })
  }, [path])
  return (
    <>
      <Heading>Settings</Heading>
      <nav
        ref={nav}
        aria-label="Settings"
        className="mt-3 mb-8 flex gap-4 overflow-x-auto border-b border-line desk:gap-6"
      >
        {sections.map(({ to, label }) => (
          <Link
            key={to}
            to={to}
            activeOptions={{ exact: true }}
            className="-mb-px flex min-h-11 min-w-11 shrink-0 items-center justify-center rounded-t-lg border-b-2 border-transparent font-medium whitespace-nowrap text-ink-2 outline-offset-[-2px] hover:text-ink aria-[current=page]:border-accent aria-[current=page]:text-accent"
          >
            {label}
          </Link>
        ))}
      </nav>
      <div>
        <Outlet />
      </div>
    </>
  )
}
