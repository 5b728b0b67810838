/** What was to be kept and could not be: it holds as long as the page stands. */
const instead = new Map<string, string | null>()

/** Small things kept on this device. A browser may give no room for them, or forbid it: the app goes on all the same. */
export function kept(key: string): string | null {
  const held = instead.get(key)
  if (held !== undefined) return held
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}

/** Keeps a text, or with null none any longer. */
export function keepText(key: string, text: string | null): void {
  instead.delete(key)
  try {
    if (text !== null) localStorage.setItem(key, text)
    else localStorage.removeItem(key)
  } catch {
    instead.set(key, text)
    if (text !== null) forget(key)
  }
}

/** What was so before must not come back because there was no room for what is. */
function forget(key: string) {
  try {
    localStorage.removeItem(key)
  } catch {
    // Forbidden: then nothing was kept.
  }
}

// Another tab had the room.
window.addEventListener('storage', ({ key }) => key && instead.delete(key))
