/**
 * What charts of a million points cost their reader, in Chromium: a dashboard of
 * PANELS charts of 100 series of 10,000 points each, opened, pointed at, refreshed:
 *
 *   SITE_URL=http://127.0.0.1:3000 PANELS=10 node e2e/crowd.mjs   (the site of ui/pagebench_test.go)
 *
 * prints one line of JSON: seconds from the address to the last chart and the page's own
 * thread of them, the longest tasks of the main thread (ms, by the clock and by the
 * thread's own time), memory after all rubbish is gone (MiB).
 */
import { start, watched } from './chromium.mjs'

const { SITE_URL: site, PANELS: count = '1' } = process.env
const panels = Array.from({ length: Number(count) }, (_, i) => ({
  id: i + 1, type: 'timeseries', title: `Crowd ${i}`, maxDataPoints: 10_000, interval: '1s', gridPos: { x: (i % 4) * 6, y: Math.floor(i / 4) * 6, w: 6, h: 6 },
  targets: [{ refId: 'A', expr: `load_${i}`, interval: '1s' }], options: { legend: { showLegend: false }, tooltip: { mode: 'multi' } },
}))
const to = Date.UTC(2026, 0, 31, 12)
const uid = `crowd${count}`
await fetch(`${site}/api/dashboards/save`, {
  method: 'POST', headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ model: { uid, title: 'A crowd', panels, time: { from: String(to - 9_990_000), to: String(to) } }, version: 0, message: '', copy: false }),
})
const browser = await start()
const { page, context, faults } = await watched(browser, new URL(site).origin, { timezoneId: 'UTC' })
page.setDefaultTimeout(300_000)
const session = await context.newCDPSession(page)
await session.send('Performance.enable', { timeDomain: 'threadTicks' })
const metrics = async () => Object.fromEntries((await session.send('Performance.getMetrics')).metrics.map((m) => [m.name, m.value]))
const tracer = await browser.newBrowserCDPSession()

/** traced gives what a step costs: seconds, the thread's own, its longest tasks. */
async function traced(step) {
  const events = []
  const got = ({ value }) => events.push(...value)
  tracer.on('Tracing.dataCollected', got)
  const complete = new Promise((done) => tracer.once('Tracing.tracingComplete', done))
  const [before, began] = [await metrics(), performance.now()]
  await tracer.send('Tracing.start', { transferMode: 'ReportEvents', traceConfig: { includedCategories: ['toplevel', 'devtools.timeline'] } })
  await step()
  const seconds = (performance.now() - began) / 1000
  await tracer.send('Tracing.end')
  await complete
  tracer.off('Tracing.dataCollected', got)
  const threads = new Map(events.filter((e) => e.name === 'thread_name').map((e) => [`${e.pid} ${e.tid}`, e.args.name]))
  const main = events.filter((e) => /RunTask$/.test(e.name) && e.ph === 'X' && /InProcRendererThread|CrRendererMain/.test(threads.get(`${e.pid} ${e.tid}`) ?? ''))
  const longest = (of) => main.map((e) => Math.round((e[of] ?? 0) / 100) / 10).sort((a, b) => b - a).slice(0, 5)
  return { s: Number(seconds.toFixed(2)), threadS: Number(((await metrics()).TaskDuration - before.TaskDuration).toFixed(2)), over50ms: main.filter((e) => e.dur > 50_000).length, wallMs: longest('dur'), threadMs: longest('tdur') }
}
const drawn = () => page.waitForFunction((n) => document.querySelectorAll('[data-panel] canvas').length === n && document.querySelectorAll('[data-panel][aria-busy="true"]').length === 0, panels.length, { polling: 100 })
const heap = async () => {
  await session.send('HeapProfiler.collectGarbage')
  return Math.round((await metrics()).JSHeapUsedSize / 2 ** 20)
}

await page.goto(`${site}/login`)
const empty = await heap()
const open = await traced(async () => {
  await page.goto(`${site}/d/${uid}/x?refresh=`)
  await drawn()
  await page.waitForTimeout(300)
})
const heapMiB = [empty, await heap()]
const box = await page.locator('[data-panel] .plot').first().boundingBox()
const point = await traced(async () => {
  for (let i = 0; i < 40; i++) await page.mouse.move(box.x + 60 + ((box.width - 80) * i) / 40, box.y + box.height / 2 + (i % 5))
  await page.waitForTimeout(300)
})
await page.mouse.move(5, 5)
const again = await traced(async () => {
  for (let i = 0; i < 2; i++) {
    await page.getByRole('button', { name: 'Refresh', exact: true }).click()
    await page.waitForTimeout(200)
    await drawn()
  }
})
heapMiB.push(await heap())
if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/crowd${count}.png` })
await browser.close()
if (faults.length > 0) throw new Error(faults.join('\n'))
console.log(JSON.stringify({ panels: panels.length, open, point, again, heapMiB }))
