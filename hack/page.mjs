/**
 * Holds the built page to two promises: the same source gives the same bytes, and
 * what index.html loads before anything is shown stays small.
 *
 *   node hack/page.mjs
 *
 * It builds the page a second time, into a folder of its own.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { gzipSync } from 'node:zlib'

const most = 150 * 1024
const root = join(import.meta.dirname, '..')
const dist = join(root, 'ui/dist')
const faults = []

const list = (dir) => readdirSync(dir, { recursive: true, withFileTypes: true }).filter((e) => e.isFile() && e.name !== '.gitkeep').map((e) => relative(dir, join(e.parentPath, e.name))).sort()

const again = mkdtempSync(join(tmpdir(), 'page-'))
try {
  execFileSync('npx', ['vite', 'build', '--logLevel', 'error', '--outDir', again, '--emptyOutDir'], { cwd: join(root, 'ui/web'), stdio: ['ignore', 'ignore', 'inherit'] })
  const [first, second] = [list(dist), list(again)]
  for (const name of new Set([...first, ...second])) {
    if (!first.includes(name) || !second.includes(name)) faults.push(`${name} is in one of two builds alone`)
    else if (!readFileSync(join(dist, name)).equals(readFileSync(join(again, name)))) faults.push(`${name} differs between two builds of the same source`)
  }
} finally {
  rmSync(again, { recursive: true, force: true })
}
if (faults.length) faults.push('if the source changed since the page was built: make build')

// What index.html names, and what those files import before they run.
const read = (name) => readFileSync(join(dist, name))
const needed = new Set()
const take = (name) => {
  if (needed.has(name)) return
  needed.add(name)
  if (!name.endsWith('.js')) return
  for (const m of read(name).toString().matchAll(/(?:^|[;}])import(?:[^"'()]*?from)?["']\.\/([^"']+)["']/g)) take(`assets/${m[1]}`)
}
for (const m of read('index.html').toString().matchAll(/(?:src|href)="(?:\.\/)?(assets\/[^"]+\.(?:js|css))"/g)) take(m[1])
const bytes = [...needed].reduce((sum, name) => sum + gzipSync(read(name), { level: 9 }).length, 0)
console.log(`the page starts with ${(bytes / 1024).toFixed(1)} KiB gzip in ${needed.size} files, at most ${most / 1024}; ${list(dist).length} files, built twice alike: ${faults.length === 0}`)
if (bytes > most) faults.push(`what index.html loads is larger than ${most / 1024} KiB: load what is not needed at once by import()`)
if (needed.size < 2) faults.push(`index.html names ${needed.size} files: is it the built page?`)

for (const f of faults) console.error(f)
if (faults.length) process.exitCode = 1
