import { defineConfig } from 'vitest/config'

/** What is asked of the built binary in a browser. Pictures and measurements are asked for by name. */
const project = (name: string, include: string, patience: number) => ({
  root: import.meta.dirname,
  test: {
    name,
    include: [include],
    fileParallelism: false,
    testTimeout: patience,
    hookTimeout: patience,
    expect: { poll: { timeout: 10_000 } },
  },
})

export default defineConfig({
  test: {
    projects: [
      project('e2e', '*.e2e.ts', 60_000),
      project('screenshots', 'screenshots.ts', 120_000),
      project('bench', 'bench.ts', 600_000),
    ],
  },
})
