import { useEffect, useMemo, useState } from 'react'
import { understand } from '../api/quick'
import { present } from '../time/now'
import { sentence, type Known } from './quick-text'
import { reader } from './reader'
import { useZone } from './zone'

/** What was understood last, and how another text is read. */
export function useUnderstanding() {
  const [known, setKnown] = useState<Known | null>(null)
  const reading = useMemo(() => reader(understand, setKnown), [])
  useEffect(() => reading.stop, [reading])
  return { known, read: reading.read }
}

/** Who listens is told once there is quiet. */
const quiet = 900

/** What was understood, in words, once nobody types. */
export function useSaid(known: Known | null): string {
  const zone = useZone()
  const [said, say] = useState('')
  useEffect(() => {
    const timer = setTimeout(() => say(known ? sentence(known.said, present(), zone) : ''), quiet)
    return () => clearTimeout(timer)
  }, [known, zone])
  return said
}
