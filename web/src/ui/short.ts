/** A title's beginning, set apart (U+2068, U+2069): one that runs from right to left does not turn the words around it. */
export function short(title: string): string {
  const letters = [...title.replace(/[\u2066-\u2069]/g, '')]
  return `\u2068${letters.length > 48 ? `${letters.slice(0, 46).join('')}…` : letters.join('')}\u2069`
}

/** What is said, in turn: around a title, and a title. */
export const aside = (text: string): string[] => text.split(/[\u2068\u2069]/)
