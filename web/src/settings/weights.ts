import type { Weights } from '../api/queries'

export type WeightName = keyof Weights

export const standard: Weights = { weight_urgency: 40, weight_priority: 10, weight_effort: 10, time_of_day_bonus: 0.1 }

export const weightNames = Object.keys(standard) as WeightName[]

export const most = (name: WeightName) => (name === 'time_of_day_bonus' ? 0.5 : 1000)

/** What a person typed, as a weight; or why it is none. */
export function readWeight(name: WeightName, text: string): { value: number } | { wrong: string } {
  const plain = text.trim().replace(',', '.')
  const value = Number(plain)
  if (!/^\d+(\.\d{1,2})?$|^\.\d{1,2}$/.test(plain)) return { wrong: 'must be a number with at most two decimals' }
  if (value > most(name)) return { wrong: `must be from 0 to ${most(name)}` }
  return { value }
}

/** Weights as a person typed them: those that can be read, and why others cannot. */
export function readWeights(texts: Record<WeightName, string>) {
  const weights: Partial<Weights> = {}
  const wrong: Partial<Record<WeightName, string>> = {}
  for (const name of weightNames) {
    const read = readWeight(name, texts[name])
    if ('value' in read) weights[name] = read.value
    else wrong[name] = read.wrong
  }
  const whole = Object.keys(wrong).length === 0
  return { weights: whole ? (weights as Weights) : null, wrong }
}

export const sameWeights = (a: Weights, b: Weights) => weightNames.every((name) => a[name] === b[name])
