/**
 * Panels of synthetic views in Chromium: what they look like, how quickly they are
 * drawn and whether they leave anything behind.
 *
 *   node e2e/panels.mjs shots FOLDER    a picture of each set, dark and light
 *   node e2e/panels.mjs bench [RANGES]  draws 12 panels of 20 series, then 200 other ranges
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { extname, join, normalize } from 'node:path'
import { svelte } from '@sveltejs/vite-plugin-svelte'
import { build } from 'vite'
import { start, watched } from './chromium.mjs'

const here = new URL('.', import.meta.url).pathname
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; worker-src 'self'; base-uri 'self'"

/** Serves the gallery, built as the page is built and under the page's content policy, until close is called. */
export async function served(port = 0) {
  const out = mkdtempSync(join(tmpdir(), 'panels-'))
  await build({
    root: join(here, 'panels'), base: './', configFile: false, logLevel: 'error', plugins: [svelte({ configFile: join(here, '../svelte.config.js') })],
    build: { outDir: out, emptyOutDir: true, target: 'es2023', modulePreload: { polyfill: false }, assetsInlineLimit: 0, minify: true }, worker: { format: 'es' },
  })
  const types = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' }
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url, 'http://x').pathname)
    const file = extname(path) ? path : '/index.html'
    try {
      const body = readFileSync(join(out, file))
      response.writeHead(200, { 'content-type': types[extname(file)] ?? 'application/octet-stream', 'content-security-policy': policy }).end(body)
    } catch {
      response.writeHead(404).end()
    }
  })
  await new Promise((done) => server.listen(port, '127.0.0.1', done))
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    close: () => {
      server.close()
      rmSync(out, { recursive: true, force: true })
    },
  }
}

/** Pictures of each set. */
export async function shots(origin, folder, sets) {
  for (const set of sets) {
    for (const colorScheme of ['dark', 'light']) {
      const browser = await start()
      const { page, faults } = await watched(browser, origin, { colorScheme, viewport: { width: 1420, height: 700 } })
      await page.goto(`${origin}/?set=${set}`)
      await page.waitForTimeout(1200)
      await page.screenshot({ path: join(folder, `${set}-${colorScheme}.png`), fullPage: true })
      if (faults.length > 0) console.log(set, faults)
      await browser.close()
    }
  }
}

/**
 * How long 12 panels of 20 series take from data to screen, and what 200 ranges
 * leave behind. Times are of the wall and, because other work may go on beside, of
 * the page's own thread.
 */
export async function bench(origin, ranges = 200) {
  const painted = 5 // ranges that are timed to the screen, which without a GPU takes seconds
  const browser = await start()
  const { page, context, faults } = await watched(browser, origin)
  await page.goto(`${origin}/?set=bench`)
  const session = await context.newCDPSession(page)
  await session.send('Performance.enable', { timeDomain: 'threadTicks' })
  const metrics = async () => Object.fromEntries((await session.send('Performance.getMetrics')).metrics.map((m) => [m.name, m.value]))
  const drawn = async (n) => {
    const before = await metrics()
    const wallMs = await page.evaluate((n) => window.draw(n), n)
    const after = await metrics()
    if (process.env.VERBOSE) console.error(n, Math.round(wallMs), Math.round((after.TaskDuration - before.TaskDuration) * 1000))
    const ms = (name) => Math.round((after[name] - before[name]) * 1000)
    return { wallMs: Math.round(wallMs), threadMs: ms('TaskDuration'), scriptMs: ms('ScriptDuration'), layoutMs: ms('LayoutDuration') + ms('RecalcStyleDuration') }
  }
  const heap = async () => {
    await session.send('HeapProfiler.collectGarbage')
    const m = await metrics()
    return { heapMiB: Number((m.JSHeapUsedSize / 2 ** 20).toFixed(2)), nodes: m.Nodes, listeners: m.JSEventListeners }
  }
  const first = await drawn(0)
  const redrawn = []
  for (let n = 1; n <= Math.min(painted, ranges); n++) redrawn.push(await drawn(n))
  await page.evaluate(([from, to]) => window.turn(from, to), [painted + 1, 20])
  const before = await heap()
  // What is left behind does not depend on a screen: the rest of the ranges is drawn without waiting for one.
  const on = []
  let turnedMs = 0
  for (let n = 21; n <= ranges; n += 60) {
    turnedMs += await page.evaluate(([from, to]) => window.turn(from, to), [n, Math.min(ranges, n + 59)])
    on.push(await heap())
  }
  const after = on.at(-1) ?? before
  await page.evaluate(() => window.clear())
  const again = await drawn(1)
  for (let n = 0; n < 5; n++) {
    await page.evaluate(() => window.clear())
    await page.evaluate((n) => window.turn(n, n), n)
  }
  const remounted = await heap()
  await browser.close()
  redrawn.sort((a, b) => a.threadMs - b.threadMs)
  return { first, again, redrawMedian: redrawn[redrawn.length >> 1], redrawWorst: redrawn.at(-1), ranges, turnedMs: Math.round(turnedMs), before, on, after, remounted, faults }
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const site = await served(Number(process.env.PORT ?? 0))
  try {
    if (process.argv[2] === 'shots') await shots(site.origin, process.argv[3], process.argv[4]?.split(',') ?? ['charts', 'values', 'more'])
    else console.log(JSON.stringify(await bench(site.origin, Number(process.argv[3] ?? 200)), null, 1))
  } finally {
    site.close()
  }
}
