import { useEffect, useState, type ComponentType, type ReactNode } from 'react'
import { warn } from '../ui/toast'

/** What a part's place shows until its code is there, and what to do where that cannot be had; one that nobody asked for says nothing. */
type Place = { until?: ReactNode; onMissing: () => void; unasked?: boolean }

/**
 * A part of the app whose code comes when it is first shown. Where it cannot be had, since
 * the server is gone, the rest stays as it is and says so; it is asked for again the next time.
 */
export function part<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P & Place> {
  let loaded: ComponentType<P> | null = null
  return function Part({ until, onMissing, unasked, ...props }: P & Place) {
    const [Loaded, show] = useState(() => loaded)
    useEffect(() => {
      if (loaded) return
      let gone = false
      load().then(
        (component) => {
          loaded = component
          if (!gone) show(() => component)
        },
        () => {
          if (gone) return
          if (!unasked)
            warn(
              'This part of the app was not opened here before, and the server cannot be reached. Try again when it is back.',
            )
          onMissing()
        },
      )
      return () => {
        gone = true
      }
    }, []) // eslint-disable-line react-hooks/exhaustive-deps -- asked for once
    return Loaded ? <Loaded {...(props as unknown as P)} /> : until
  }
}
