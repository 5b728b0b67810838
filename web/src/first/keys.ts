/**
 * Keys that are pressed while the best task is seen already, and what they do is still on its way:
 * they count as soon as it is there.
 */
const pressed: KeyboardEvent[] = []

const keep = (e: KeyboardEvent) => {
  if (!e.ctrlKey && !e.metaKey && !e.altKey) pressed.push(e)
}

export const keepKeys = () => document.addEventListener('keydown', keep)

/** Presses again what was kept; from now on the app hears for itself. */
export function pressKept() {
  document.removeEventListener('keydown', keep)
  for (const e of pressed.splice(0)) document.body.dispatchEvent(new KeyboardEvent('keydown', e))
}
