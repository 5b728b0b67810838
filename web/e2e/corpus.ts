import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** The texts of test/hostile, as Go writes them. */
export async function corpus(): Promise<string[]> {
  const source = await readFile(join(import.meta.dirname, '../../test/hostile/hostile.go'), 'utf8')
  const [, list] = source.split('var Texts = []string{\n') as [string, string]
  return list
    .slice(0, list.indexOf('\n}'))
    .split('\n')
    .map((line) => /^\t(?:`(.*)`|(".*")),$/.exec(line))
    .filter((m) => m !== null)
    .map(
      ([, raw, quoted]) =>
        raw ??
        (JSON.parse(
          quoted!
            .replace(/\\x(..)/g, '\\u00$1')
            .replace(/\\U0*(\w+)/g, (_, h: string) => String.fromCodePoint(parseInt(h, 16))),
        ) as string),
    )
    .filter((text) => text.length <= 200)
}
