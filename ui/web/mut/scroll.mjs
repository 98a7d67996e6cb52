/**
 * How long the main thread is held up while a trace of 10,000 spans scrolls:
 *
 *   SITE_URL=http://127.0.0.1:3000 LARGE=trace-id node e2e/scroll.mjs
 *
 * prints one line of JSON: the longest tasks by the clock and by the thread's own
 * time (ms), which other work on the machine stretches less.
 */
import { start, watched } from './chromium.mjs'

const { SITE_URL: site, LARGE: id } = process.env
const browser = await start()
const { page } = await watched(browser, new URL(site).origin)
page.setDefaultTimeout(60_000)
await page.goto(`${site}/trace/${id}`)
const tree = page.getByRole('tree', { name: 'Spans of the trace' })
await tree.waitFor()
await page.waitForLoadState('networkidle')
const box = await tree.locator('..').boundingBox()
await page.mouse.move(box.x + box.width / 2, box.y + 300)

const cdp = await browser.newBrowserCDPSession()
const events = []
cdp.on('Tracing.dataCollected', ({ value }) => events.push(...value))
const complete = new Promise((done) => cdp.once('Tracing.tracingComplete', done))
await cdp.send('Tracing.start', { transferMode: 'ReportEvents', traceConfig: { includedCategories: ['toplevel', 'devtools.timeline'] } })
for (let i = 0; i < 80; i++) await page.mouse.wheel(0, i % 40 === 39 ? 40_000 : 500)
await page.waitForTimeout(500)
await cdp.send('Tracing.end')
await complete
await browser.close()

const threads = new Map(events.filter((e) => e.name === 'thread_name').map((e) => [`${e.pid} ${e.tid}`, e.args.name]))
const main = events.filter((e) => /RunTask$/.test(e.name) && e.ph === 'X' && /InProcRendererThread|CrRendererMain/.test(threads.get(`${e.pid} ${e.tid}`) ?? ''))
const longest = (of) => main.map((e) => Math.round((e[of] ?? 0) / 100) / 10).sort((a, b) => b - a).slice(0, 10)
console.log(JSON.stringify({ tasks: main.length, over50ms: main.filter((e) => e.dur > 50_000).length, wallMs: longest('dur'), threadMs: longest('tdur') }))
