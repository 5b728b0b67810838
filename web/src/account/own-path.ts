/**
 * Only a path of this app, as the browser reads it, which leaves out tabs and takes a backslash for a
 * slash: whoever sends a link must not lead people elsewhere.
 */
export function ownPath(path: unknown): string | undefined {
  if (typeof path !== 'string' || !path.startsWith('/')) return undefined
  try {
    const read = new URL(path, location.origin)
    return read.origin === location.origin && !read.pathname.startsWith('//') ? path : undefined
  } catch {
    return undefined
  }
}
