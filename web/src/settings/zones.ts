/** The person's zone, the browser's, those of the same continents, then the others. */
export function nearFirst(value: string, guess: string, all: string[]): string[] {
  const area = (zone: string) => zone.slice(0, zone.indexOf('/') + 1)
  const near = new Set([area(value), area(guess)])
  return [...new Set([value, guess, ...all.filter((zone) => near.has(area(zone))), ...all])]
}
