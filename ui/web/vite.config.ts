import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import type { Plugin } from 'vite'
import { defineConfig } from 'vite'

/** Writes a .gz beside each text file, which the server sends as it is, and the .gitkeep that git holds the folder by. */
function compressed(): Plugin {
  let dist = ''
  return {
    name: 'compressed',
    apply: 'build',
    configResolved(config) {
      dist = resolve(config.root, config.build.outDir)
    },
    closeBundle() {
      writeFileSync(join(dist, '.gitkeep'), '')
      for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
        if (!entry.isFile() || !/\.(js|css|svg)$/.test(entry.name)) continue
        const path = join(entry.parentPath, entry.name)
        const plain = readFileSync(path)
        const gz = gzipSync(plain, { level: 9 })
        if (gz.length < plain.length) writeFileSync(path + '.gz', gz)
      }
    },
  }
}

export default defineConfig({
  base: './',
  plugins: [svelte(), compressed()],
  build: { outDir: resolve(import.meta.dirname, '../dist'), emptyOutDir: true, target: 'es2023', modulePreload: { polyfill: false }, assetsInlineLimit: 0 },
  worker: { format: 'es' },
})
