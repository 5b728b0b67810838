/**
 * Where a slider of weights stops: closely where small weights lie, which most are,
 * and farther apart towards the greatest.
 */
const steps = (from: number, to: number, by: number) =>
  Array.from({ length: Math.round((to - from) / by) }, (_, i) => from + i * by)

export const stops = [...steps(0, 10, 0.5), ...steps(10, 50, 1), ...steps(50, 100, 2), ...steps(100, 1010, 10)]

/** The stop nearest to a weight. */
export function stopOf(weight: number): number {
  let best = 0
  stops.forEach((stop, i) => {
    if (Math.abs(stop - weight) < Math.abs(stops[best]! - weight)) best = i
  })
  return best
}
