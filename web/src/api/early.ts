import { reach } from './reach'
import { accessToken } from './session'

/**
 * What the first screen needs, asked for while the rest of the app is still on its way.
 * Whoever asks the same a moment later gets that answer; each is handed out once.
 */
const asked = new Map<string, Promise<Response>>()

/** An answer nobody came for is too old by then. */
const lasts = 5_000

export const headersOf = (token: string) => ({ 'X-Client': 'web', Authorization: `Bearer ${token}` })

/** Asks for paths of the API. */
export function askEarly(paths: readonly string[]): void {
  const token = accessToken()
  for (const path of paths) {
    const answer = token.then((token) => reach(path, { headers: headersOf(token) }))
    answer.catch(() => {}) // whoever comes for it is told
    asked.set(new URL(path, location.origin).href, answer)
  }
  setTimeout(forget, lasts)
}

/** What was asked for early, read without taking it from whoever comes for it; nothing where that failed. */
export async function told<T>(path: string): Promise<T | undefined> {
  const response = await asked.get(new URL(path, location.origin).href)?.catch(() => undefined)
  if (!response?.ok || response.bodyUsed) return undefined
  return response
    .clone()
    .json()
    .catch(() => undefined) as Promise<T | undefined>
}

/** What nobody came for is not read to its end. */
function forget() {
  for (const answer of asked.values()) answer.then((response) => response.body?.cancel()).catch(() => {})
  asked.clear()
}

/** The answer to a request that was asked early. */
export function early(request: Request): Promise<Response> | undefined {
  const answer = request.method === 'GET' ? asked.get(request.url) : undefined
  asked.delete(request.url)
  return answer
}
