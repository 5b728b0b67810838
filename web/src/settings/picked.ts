import { maxImport, type ImportFormat } from '../api/files'
import { guessFormat, headerOf } from './sheet'

/** A file somebody picked, and what its beginning shows. */
export type Picked = { file: File; format: ImportFormat; columns: string[] }

const beginningLength = 64 * 1024

/** Looks at a file; or says why it cannot be imported. */
export async function pick(file: File): Promise<Picked | { wrong: string }> {
  if (file.size === 0) return { wrong: `${file.name} is empty.` }
  if (file.size > maxImport)
    return { wrong: `${file.name} is larger than 50 MiB. Split it: its parts can be imported one after another.` }
  let beginning: string
  try {
    beginning = await file.slice(0, beginningLength).text()
  } catch {
    return { wrong: `${file.name} cannot be read. Is it a file, and still there?` }
  }
  const format = guessFormat(file.name, beginning)
  if (!format)
    return { wrong: `${file.name} is an export of MindFlow as JSON. Export as CSV instead: that can be imported.` }
  return { file, format, columns: headerOf(beginning).filter(Boolean) }
}

/** 512 B, 3.4 KB, 12 MB. */
export function sizeWords(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`
  const [value, unit] = bytes < 1e6 ? [bytes / 1e3, 'KB'] : [bytes / 1e6, 'MB']
  return `${value < 10 ? Math.round(value * 10) / 10 : Math.round(value)} ${unit}`
}
