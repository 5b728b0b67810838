// Puts a brotli and a gzip form in the place of each text file of the built app, for the server to hand out as they are.
// Who reads neither gets it unpacked.
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

const app = 'dist/app'
for (const entry of await readdir(app, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !/\.(js|css|svg|webmanifest)$/.test(entry.name)) continue
  const file = join(entry.parentPath, entry.name)
  const text = await readFile(file)
  await writeFile(
    `${file}.br`,
    brotliCompressSync(text, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: text.length },
    }),
  )
  await writeFile(`${file}.gz`, gzipSync(text, { level: 9 }))
  await rm(file)
}
