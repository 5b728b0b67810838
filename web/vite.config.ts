import react from '@vitejs/plugin-react'
import tailwind from '@tailwindcss/vite'
import { VitePWA } from 'vite-plugin-pwa'
import { resolve } from 'node:path'
import { defineConfig } from 'vitest/config'

type Modules = { getModuleInfo: (id: string) => { importedIds: string[] } | null }

/** What the first screen is made of, all that is reached without a dynamic import, is one file: thirty small ones take longer. */
function firstScreen() {
  let reached: Set<string> | null = null
  return (id: string, modules: Modules) => {
    if (!reached) {
      reached = new Set()
      const walk = [resolve(import.meta.dirname, 'src/main.tsx')]
      for (let next = walk.pop(); next; next = walk.pop()) {
        if (reached.has(next)) continue
        reached.add(next)
        walk.push(...(modules.getModuleInfo(next)?.importedIds ?? []))
      }
    }
    return reached.has(id) ? 'app' : null
  }
}

export default defineConfig({
  // The server writes the addresses anew: the page has many, and its assets may lie elsewhere.
  base: './',
  plugins: [
    react(),
    tailwind(),
    VitePWA({
      strategies: 'injectManifest',
      srcDir: 'src',
      filename: 'sw.ts',
      injectRegister: false,
      manifest: false,
      injectManifest: {
        globPatterns: ['assets/*.{js,css,woff2}', 'icons/*.svg'],
        globIgnores: ['**/*.{br,gz}'],
        additionalManifestEntries: undefined,
      },
    }),
  ],
  build: {
    outDir: 'dist/app',
    emptyOutDir: true,
    target: 'es2023',
    sourcemap: false,
    assetsInlineLimit: 0, // the policy admits no data: scripts or fonts
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: firstScreen() }] } } },
  },
  server: {
    proxy: { '/api': 'http://127.0.0.1:8000' },
  },
  test: {
    environment: 'jsdom',
    include: ['src/**/*.test.{ts,tsx}'],
    setupFiles: ['src/test/setup.ts'],
    env: { TZ: 'Pacific/Auckland' }, // the browser's zone is nobody's: only a person's own counts
  },
})
