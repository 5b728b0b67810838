import { useMatches } from '@tanstack/react-router'
import { useEffect, useLayoutEffect } from 'react'

declare module '@tanstack/react-router' {
  interface StaticDataRouteOption {
    /** What the window is called where this is the innermost route that says. */
    title?: string
  }
}

const call = (title: string | undefined) => {
  document.title = title ? `${title} · MindFlow` : 'MindFlow'
}

/** Calls the window what its route is called. */
export function useRouteTitle() {
  const { title, path } = useMatches({
    select: (all) => ({
      title: all.findLast((m) => m.staticData.title)?.staticData.title,
      path: all.at(-1)?.pathname,
    }),
    structuralSharing: true,
  })
  useLayoutEffect(() => call(title), [title, path])
}

/** Calls the window something that only the screen itself knows; where it stands under several addresses, which of them. */
export function useTitle(title: string | undefined, address = '') {
  useEffect(() => {
    if (title) call(title)
  }, [title, address])
}
