import react from '@vitejs/plugin-react'
import tailwind from '@tailwindcss/vite'
import { VitePWA } from 'vite-plugin-pwa'
import { resolve } from 'node:path'
import type { Plugin } from 'vite'
import { defineConfig } from 'vitest/config'

type Modules = { getModuleInfo: (id: string) => { importedIds: string[] } | null }

/** All that a module of ours reaches without a dynamic import, itself included. */
function reach(module: string, modules: Modules): Set<string> {
  const reached = new Set<string>()
  const walk = [resolve(import.meta.dirname, 'src', module)]
  for (let next = walk.pop(); next; next = walk.pop()) {
    if (reached.has(next)) continue
    reached.add(next)
    walk.push(...(modules.getModuleInfo(next)?.importedIds ?? []))
  }
  return reached
}

/** What the first screen is made of is one file, beside the small one that asks for its data and says the best task: thirty take longer. */
function firstScreen() {
  let app: Set<string> | undefined
  let first: Set<string> | undefined
  return (id: string, modules: Modules) => {
    app ??= reach('app.tsx', modules)
    first ??= reach('main.ts', modules)
    if (first.has(id) || id.includes('rolldown/runtime')) return 'first'
    return app.has(id) ? firstScreenName : null
  }
}

const firstScreenName = 'app'

/** It and its letters come together with the page, not after the first script or the first word has asked for them. */
const withFirstScreen: Plugin = {
  name: 'mindflow:first-screen',
  transformIndexHtml: {
    order: 'post',
    handler: (_, { bundle }) => {
      const files = Object.values(bundle ?? {})
      const app = files.find((f) => f.type === 'chunk' && f.name === firstScreenName)
      const font = files.find((f) => /inter-latin-wght-.*\.woff2$/.test(f.fileName))
      const link = (attrs: Record<string, string>, file: { fileName: string } | undefined) =>
        file
          ? [
              {
                tag: 'link',
                attrs: { ...attrs, crossorigin: true, href: `./${file.fileName}` },
                injectTo: 'head' as const,
              },
            ]
          : []
      return [...link({ rel: 'modulepreload' }, app), ...link({ rel: 'preload', as: 'font', type: 'font/woff2' }, font)]
    },
  },
}

export default defineConfig({
  // The server writes the addresses anew: the page has many, and its assets may lie elsewhere.
  base: './',
  plugins: [
    react(),
    tailwind(),
    withFirstScreen,
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
    rolldownOptions: {
      output: { codeSplitting: { groups: [{ name: firstScreen(), includeDependenciesRecursively: false }] } },
    },
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
