/** The first that fits counts: browsers name each other. */
const browsers: [RegExp, string][] = [
  [/\bEdgA?\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\b(Firefox|FxiOS)\//, 'Firefox'],
  [/\b(Chrome|CriOS|Chromium)\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
]
const systems: [RegExp, string][] = [
  [/\biPhone\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b/, 'a Mac'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bLinux\b/, 'Linux'],
]

const first = (of: [RegExp, string][], agent: string) => of.find(([like]) => like.test(agent))?.[1]

/** What a client called itself, for people: Firefox on Linux. */
export function agentWords(agent: string | null): string {
  if (!agent) return 'An unknown client'
  if (agent === 'mindflow') return 'The command line'
  const browser = first(browsers, agent)
  const system = first(systems, agent)
  if (!browser) return agent.split(' ', 1)[0]!
  return system ? `${browser} on ${system}` : browser
}
