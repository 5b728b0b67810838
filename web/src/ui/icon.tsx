/** Line icons on a 24 px grid, drawn in the colour of the text beside them. */
const shapes = {
  now: (
    <>
      <circle cx="12" cy="12" r="9" />
      <circle cx="12" cy="12" r="3.2" fill="currentColor" stroke="none" />
    </>
  ),
  list: (
    <>
      <path d="M9 6h11M9 12h11M9 18h11" />
      <circle cx="4.5" cy="6" r="1" fill="currentColor" />
      <circle cx="4.5" cy="12" r="1" fill="currentColor" />
      <circle cx="4.5" cy="18" r="1" fill="currentColor" />
    </>
  ),
  calendar: (
    <>
      <rect x="3.5" y="5" width="17" height="15.5" rx="3" />
      <path d="M3.5 10h17M8 3v4M16 3v4" />
    </>
  ),
  settings: (
    <>
      <path d="M4 7h9M17 7h3M4 17h3M11 17h9" />
      <circle cx="15" cy="7" r="2.2" />
      <circle cx="9" cy="17" r="2.2" />
    </>
  ),
  plus: <path d="M12 5v14M5 12h14" />,
  clock: (
    <>
      <circle cx="12" cy="12" r="9" />
      <path d="M12 7v5l3.2 2" />
    </>
  ),
  tag: (
    <>
      <path d="M3.5 12.2V5a1.5 1.5 0 0 1 1.5-1.5h7.2l8.3 8.3a1.6 1.6 0 0 1 0 2.3l-6.4 6.4a1.6 1.6 0 0 1-2.3 0z" />
      <circle cx="8" cy="8" r="1.2" fill="currentColor" stroke="none" />
    </>
  ),
  check: <path d="m5 12.5 4.5 4.5L19 7.5" strokeWidth="2.2" />,
  moon: <path d="M20 14.2A8.2 8.2 0 0 1 9.8 4a8.2 8.2 0 1 0 10.2 10.2z" />,
  sun: (
    <>
      <circle cx="12" cy="12" r="4" />
      <path d="M12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6 7 7M17 17l1.4 1.4M18.4 5.6 17 7M7 17l-1.4 1.4" />
    </>
  ),
  search: (
    <>
      <circle cx="11" cy="11" r="6.5" />
      <path d="m16 16 4.5 4.5" />
    </>
  ),
  close: <path d="M6 6l12 12M18 6 6 18" />,
  trash: <path d="M4.5 7h15M9.5 7V4.5h5V7M6.5 7l.8 12.5h9.4L17.5 7M10 11v5M14 11v5" />,
  undo: <path d="M4 9h10a5.5 5.5 0 0 1 0 11h-3M4 9l4.5-4.5M4 9l4.5 4.5" />,
  repeat: (
    <path d="M4.5 11V9.5A3.5 3.5 0 0 1 8 6h11M15.5 2.5 19 6l-3.5 3.5M19.5 13v1.5A3.5 3.5 0 0 1 16 18H5M8.5 21.5 5 18l3.5-3.5" />
  ),
  bell: <path d="M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 1.5h-15zM10 20.5h4" />,
  folder: (
    <path d="M3.5 7A1.5 1.5 0 0 1 5 5.5h4.5l2 2.5H19A1.5 1.5 0 0 1 20.5 9.5v8A1.5 1.5 0 0 1 19 19H5a1.5 1.5 0 0 1-1.5-1.5z" />
  ),
  steps: <path d="M4 6.5 5.5 8 8.5 5M4 13.5 5.5 15l3-3M12 6.5h8.5M12 13.5h8.5M12 19.5h8.5M4.5 19.5h3" />,
  under: <path d="M5.5 4.5V11a3.5 3.5 0 0 0 3.5 3.5h10M15 10.5l4 4-4 4" />,
  flag: <path d="M5.5 21V4.5M5.5 5h11l-2 4 2 4h-11" />,
  play: <path d="M8 5.5v13l10.5-6.5z" />,
  skip: <path d="M5.5 6v12l9-6zM18.5 6v12" />,
  chevron: <path d="m9 6 6 6-6 6" />,
  pencil: <path d="M4.5 19.5 5.3 16 16.5 4.8a1.8 1.8 0 0 1 2.7 2.6L8 18.7zM14.5 7l2.6 2.6" />,
  offline: (
    <path d="M3 3l18 18M8.5 16.5a5 5 0 0 1 5.6-1M5.2 13a9.6 9.6 0 0 1 4-2.3M2 9.4A14 14 0 0 1 6.7 6.6M12.5 5.5A14 14 0 0 1 22 9.4M15.5 11.3a9.6 9.6 0 0 1 3.3 1.7" />
  ),
  download: <path d="M12 4v11M7.5 11l4.5 4.5 4.5-4.5M5 20h14" />,
  upload: <path d="M12 16V5M7.5 9 12 4.5 16.5 9M5 20h14" />,
  keyboard: (
    <>
      <rect x="3" y="6" width="18" height="12" rx="2.5" />
      <path d="M7 10h.01M11 10h.01M15 10h.01M8 14h8" />
    </>
  ),
  more: (
    <>
      <circle cx="5.5" cy="12" r="1.2" fill="currentColor" />
      <circle cx="12" cy="12" r="1.2" fill="currentColor" />
      <circle cx="18.5" cy="12" r="1.2" fill="currentColor" />
    </>
  ),
  signOut: <path d="M10 4.5H6A1.5 1.5 0 0 0 4.5 6v12A1.5 1.5 0 0 0 6 19.5h4M15 8l4 4-4 4M19 12H9.5" />,
}

export type IconName = keyof typeof shapes

export function Icon({ name, className = 'size-4' }: { name: IconName; className?: string }) {
  return (
    <svg
      aria-hidden="true"
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.8"
      strokeLinecap="round"
      strokeLinejoin="round"
      className={`flex-none ${className}`}
    >
      {shapes[name]}
    </svg>
  )
}
