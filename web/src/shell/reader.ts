import type { Understood } from '../api/quick'
import type { Known } from './quick-text'

/** How long somebody types on before it is asked what that means. */
export const pause = 120

/** As much as the server reads. */
const longest = 1_000

/**
 * Has a text read while it is typed: after a short pause, one request at a time. What is answered to an older text than
 * the last one is not told; where there is no answer the text is plain.
 */
export function reader(
  ask: (text: string, signal: AbortSignal) => Promise<Understood>,
  tell: (known: Known | null) => void,
) {
  let timer: ReturnType<typeof setTimeout> | undefined
  let asking: AbortController | undefined

  const send = async (text: string) => {
    const mine = (asking = new AbortController())
    try {
      const said = await ask(text, mine.signal)
      if (!mine.signal.aborted) tell({ text, said })
    } catch {
      if (!mine.signal.aborted) tell(null)
    }
  }

  const stop = () => {
    clearTimeout(timer)
    asking?.abort()
    asking = undefined
  }

  const read = (text: string, wait = pause) => {
    stop()
    if (text.trim() === '' || text.length > 2 * longest) tell(null)
    else timer = setTimeout(() => void send(text), wait)
  }

  return { read, stop }
}
