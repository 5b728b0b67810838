// What a browser has to fetch and read before the first screen, gzipped, held against its budget.
import { readFileSync, statSync } from 'node:fs'

const budget = 150_000
const app = 'dist/app/'
const page = readFileSync(`${app}index.html`, 'utf8')
const files = [...page.matchAll(/(?:src|href)="\.\/(assets\/[^"]+\.js)"/g)].map(([, file]) => file)
if (files.length === 0) throw new Error('the page names no script')
const bytes = files.reduce((sum, file) => sum + statSync(`${app + file}.gz`).size, 0)
console.log(
  `initial JavaScript: ${(bytes / 1024).toFixed(1)} KiB gzipped in ${files.length} files, of ${(budget / 1024).toFixed(1)}`,
)
if (bytes > budget) {
  console.error('over the budget')
  process.exit(1)
}
