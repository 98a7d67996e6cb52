/**
 * Everything that the page does with a trace, in Chromium, against a running site:
 *
 *   SITE_URL=http://127.0.0.1:3000 SHOTS=folder node e2e/trace.mjs
 *
 * TRACE names a trace of four bars; without it one is looked for. LARGE is one of
 * 10,000 spans, GROWING one whose spans arrive late, CAPTURE a file of OTLP JSON
 * lines; steps that need what is not given are left to those who have it. ONLY is a
 * regular expression for the steps to take.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { largeTrace } from './largetrace.mjs'
import { open, site } from './reader.mjs'

const { page, does, until, shot, json, narrow, reads } = await open(site, { inOrder: true, shots: 'trace-' })
const api = (path) => json(`${site}/api/${path}`)
const tree = page.getByRole('tree', { name: 'Spans of the trace' })
const rows = page.getByRole('treeitem')

/** A trace with ingress, InferRequest, a model and compute. */
async function fourBars() {
  if (process.env.TRACE) return process.env.TRACE
  const found = await api(`traces/search?limit=100&from=${Date.now() - 3_600_000}&to=${Date.now() - 20_000}`) // spans of what began later may still come
  for (const t of found.traces) {
    const whole = await api(`traces/${t.id}`)
    if (whole.spans.length === 4 && whole.spans.at(-1).name === 'compute' && !whole.failed) return t.id
  }
  throw new Error('the site has no trace of four bars')
}

async function headerTellsTheCall(id) {
  const t = await api(`traces/${id}`)
  await page.goto(`${site}/trace/${id}`)
  await tree.waitFor()
  const heading = await page.getByRole('heading', { level: 1 }).innerText()
  assert.match(heading.replace(/\s+/g, ' '), new RegExp(`^${t.rootPod}: ${t.rootName} [0-9.]+ (s|ms|µs)$`))
  const head = await page.locator('main header').innerText()
  for (const text of [t.head.method, t.head.status, `gRPC ${t.head.grpc}`, t.head.url, id, 'Export JSON']) assert.ok(head.includes(text), `the header tells ${text}`)
  await shot('waterfall')
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Export JSON' }).click()])
  const spans = JSON.parse(readFileSync(await file.path(), 'utf8')).resourceSpans.flatMap((r) => r.scopeSpans.flatMap((s) => s.spans))
  assert.equal(spans.length, t.spans.length)
  assert.deepEqual(new Set(spans.map((s) => s.spanId)), new Set(t.spans.map((s) => s.id)))
  assert.match(await page.getByRole('link', { name: 'Explore' }).last().getAttribute('href'), /q=.*trace/)
}

async function waterfallHasItsMarks(id) {
  const t = await api(`traces/${id}`)
  await page.goto(`${site}/trace/${id}`)
  await tree.waitFor()
  const rowsAre = (n, what) => until(`${what}: ${n} rows`, async () => (await rows.count()) === n || rows.count())
  await rowsAre(t.spans.length, 'at first')
  const drawn = await page.locator('[data-step]').evaluateAll((all) => all.map((e) => e.dataset.step))
  assert.deepEqual(drawn.toSorted(), t.critical.map((c) => c.name).toSorted(), 'every step of the critical path is underlined')
  const first = t.critical[0]
  assert.ok(first.span === 0 && first.ns > 0 && ['before', 'choose', 'send'].includes(first.name), `the gap before the server is the gateway's, not ${first.name}`)
  const early = t.spans.flatMap((s) => s.events).find((e) => e.atNs < 0 && !e.far)
  if (early) assert.ok(await page.locator(`[data-event="${early.name}"]`).count() > 0, `${early.name}, before its span, is a tick`)
  // Folding by level, and by key.
  const fold = page.getByRole('group', { name: 'Fold spans' })
  await fold.getByRole('button', { name: 'Fold one level' }).click()
  await rowsAre(t.spans.length - 1, 'one level folded')
  await fold.getByRole('button', { name: 'Fold all' }).click()
  await rowsAre(t.spans.filter((s) => s.depth === 0).length, 'all folded')
  await fold.getByRole('button', { name: 'Open one level' }).click()
  await rowsAre(t.spans.filter((s) => s.depth < 2).length, 'one level opened')
  await fold.getByRole('button', { name: 'Open all' }).click()
  await rowsAre(t.spans.length, 'all opened')
  await rows.first().focus()
  await page.keyboard.press('ArrowLeft')
  await rowsAre(1, 'folded by key')
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  const detail = page.getByRole('complementary', { name: `Span ${t.spans[1].name}` })
  await detail.waitFor()
  for (const text of ['Attributes', 'Resource', 'Events', 'Identity']) await detail.getByRole('heading', { name: text }).waitFor()
  await shot('detail')
  await page.keyboard.press('Escape')
  await detail.waitFor({ state: 'detached' })
  // The names' width and the stretch of time, by keys.
  const line = page.getByRole('separator', { name: 'Width of the names' })
  const before = Number(await line.getAttribute('aria-valuenow'))
  await line.focus()
  await page.keyboard.press('ArrowRight')
  assert.equal(Number(await line.getAttribute('aria-valuenow')), before + 2)
  await page.keyboard.press('ArrowLeft')
  await page.getByRole('slider', { name: 'Begin of what is shown' }).focus()
  for (let i = 0; i < 3; i++) await page.keyboard.press('PageUp')
  await until('the address has the stretch', () => /zoom=\d+-\d+/.test(page.url()) || page.url())
  await shot('zoomed')
  await page.getByRole('button', { name: 'Whole trace' }).click()
  await until('the address has no stretch', () => !/zoom=/.test(page.url()) || page.url())
}

async function findsWithin(id) {
  const t = await api(`traces/${id}`)
  await page.goto(`${site}/trace/${id}`)
  const find = page.getByRole('search', { name: 'Search in this trace' })
  await find.getByLabel('Find in the trace').fill('compute')
  const fit = t.spans.filter((s) => [s.name, ...s.attrs.flatMap((a) => [a.key, a.value]), ...s.events.map((e) => e.name)].join(' ').toLowerCase().includes('compute'))
  await find.getByText(new RegExp(`^${fit.length} match`)).waitFor()
  await page.getByRole('tree').getByRole('treeitem').first().focus()
  await page.keyboard.press('n')
  await page.getByRole('complementary', { name: `Span ${fit[0].name}` }).waitFor()
  await find.getByText(/^1 of/).waitFor()
  await find.getByLabel('only matches').check()
  await shot('find')
  await find.getByRole('button', { name: 'More conditions' }).click()
  await find.getByLabel('Shortest duration').fill('1h')
  await page.getByText('No span fits.').waitFor()
  await find.getByRole('button', { name: 'Clear the search' }).click()
  await tree.waitFor()
}

async function everyViewTellsTheSame(id) {
  const t = await api(`traces/${id}`)
  await page.goto(`${site}/trace/${id}`)
  await page.getByRole('tab', { name: 'Node graph' }).click()
  const graph = page.getByRole('group', { name: 'Node graph of the trace' })
  const nodes = graph.getByRole('button')
  await until('all nodes', async () => (await nodes.count()) === t.graph.nodes.length || nodes.count())
  const said = await nodes.evaluateAll((all) => all.map((e) => e.getAttribute('aria-label')))
  for (const [i, n] of t.graph.nodes.entries()) {
    assert.ok(said[i].startsWith(`${n.name}, ${n.service}: total `), said[i])
    const [, total, self] = /total ([\d.]+) .*self ([\d.]+) /.exec(said[i])
    const sizes = [1, 1e3, 1e6, 1e9]
    for (const [text, ns] of [[total, n.totalNs], [self, n.selfNs]]) assert.ok(sizes.some((s) => Math.abs(Number(text) * s - ns) <= Math.max(ns * 0.006, 1)), `${text} for ${ns} ns`)
  }
  await shot('graph')
  await graph.getByRole('button', { name: /^compute/ }).click()
  await page.getByRole('complementary', { name: 'Span compute' }).waitFor()
  await page.getByRole('tab', { name: 'Flame graph' }).click()
  const frames = page.getByRole('group', { name: 'Frames' }).getByRole('button')
  await until('a frame of each span', async () => (await frames.count()) === t.spans.length || frames.count())
  await shot('flame')
  await page.getByRole('button', { name: 'By path' }).click()
  await until('a frame of each path', async () => (await frames.count()) === t.paths.length || frames.count())
  await page.getByRole('tab', { name: 'Statistics' }).click()
  const table = page.getByRole('region', { name: 'Statistics' }).getByRole('table')
  await table.locator('tbody tr').first().waitFor()
  assert.deepEqual((await table.locator('tbody tr td:first-child').allInnerTexts()).toSorted(), t.stats.byName.map((r) => r.name).toSorted())
  await table.getByRole('button', { name: 'Count' }).click()
  await until('sorted by the count', async () => (await table.locator('th[aria-sort="descending"]').innerText()) === 'Count ↓')
  await shot('statistics')
  await page.getByRole('tab', { name: 'Events' }).click()
  const events = t.spans.reduce((sum, s) => sum + s.events.length + (s.failed ? 1 : 0), 0)
  const log = page.getByRole('region', { name: 'Events of the trace' })
  await log.getByText(`${events} events`, { exact: true }).waitFor()
  await log.getByLabel('Filter the events').fill('COMPUTE_INPUT_END')
  await log.getByText(/^1 of/).waitFor()
  await until('the address has the view', () => /view=events/.test(page.url()) || page.url())
  await page.goto(`${site}/trace/${id}?view=events`)
  await log.waitFor()
  await shot('events')
}

/** The data source's nodeGraph.enabled decides whether a graph stands above its traces. */
async function graphStandsAboveWhereTheDataSourceSaysSo(id, off, on) {
  await page.goto(`${site}/trace/${id}?ds=${off}`)
  await tree.waitFor()
  assert.equal(await page.getByRole('region', { name: 'Node graph' }).count(), 0, 'nodeGraph.enabled: false')
  await page.goto(`${site}/trace/${id}?ds=${on}`)
  const above = page.getByRole('region', { name: 'Node graph' })
  await above.getByRole('group', { name: 'Node graph of the trace' }).waitFor()
  await tree.waitFor()
  await shot('graph-above')
  await above.getByRole('button', { name: 'Node graph' }).first().click()
  await above.getByRole('group', { name: 'Node graph of the trace' }).waitFor({ state: 'detached' })
}

/** Scrolls through 10,000 spans: a screen of rows is drawn at most, and what is seen is drawn. scroll.mjs measures it. */
async function scrollsTenThousandSpans(id) {
  await page.goto(`${site}/trace/${id}`)
  await tree.waitFor()
  await page.getByText('10 000 spans').first().waitFor()
  await shot('large')
  const scroller = tree.locator('..')
  const box = await scroller.boundingBox()
  await page.mouse.move(box.x + box.width / 2, box.y + Math.min(box.height, 600) / 2)
  await page.evaluate(() => {
    window.most = 0
    const count = () => {
      window.most = Math.max(window.most, document.querySelectorAll('[role="treeitem"]').length)
      requestAnimationFrame(count)
    }
    count()
  })
  for (let i = 0; i < 80; i++) await page.mouse.wheel(0, i % 40 === 39 ? 40_000 : 500)
  await page.waitForFunction(() => {
    const scroller = document.querySelector('[role="tree"]').parentElement
    const drawn = [...document.querySelectorAll('[role="treeitem"]')].map((e) => e.getBoundingClientRect())
    const seen = scroller.getBoundingClientRect()
    return scroller.scrollTop > 20_000 && drawn.some((r) => r.top <= seen.top + 1 && r.bottom > seen.top) && drawn.some((r) => r.bottom >= seen.bottom - 1 && r.top < seen.bottom)
  })
  const most = await page.evaluate(() => window.most)
  assert.ok(most < 120, `at most a screen of rows is drawn, saw ${most}`)
  await page.getByLabel('Find in the trace').fill('out of memory')
  await page.getByText(/^\d+ matches/).first().waitFor()
  for (const view of ['graph', 'flame', 'statistics', 'events']) {
    await page.goto(`${site}/trace/${id}?view=${view}`)
    await page.getByRole('tab', { selected: true }).waitFor()
    await page.getByRole('tabpanel').locator('section').waitFor()
    await shot(`large-${view}`)
  }
  const frameCount = async () => page.getByRole('group', { name: 'Frames' }).getByRole('button').count()
  await page.goto(`${site}/trace/${id}?view=flame`)
  await page.getByRole('group', { name: 'Frames' }).waitFor()
  await until('frames', async () => (await frameCount()) > 0)
  assert.ok((await frameCount()) < 2500, 'frames too narrow to be seen are drawn together')
}

async function growsByItself(id) {
  await page.goto(`${site}/trace/${id}`)
  await rows.first().waitFor()
  await page.getByText('Spans may still arrive').waitFor()
  await page.getByRole('treeitem', { name: /^InferRequest/ }).waitFor()
}

async function saysWhatToDoWithoutATrace() {
  await page.goto(`${site}/trace/abcdef`)
  await page.getByText('has no trace 00000000000000000000000000abcdef').waitFor()
  await page.getByText(/not sampled/).waitFor()
  await page.getByRole('link', { name: 'Search traces' }).waitFor()
  await shot('none')
}

async function comparesTwo(id) {
  await page.goto(`${site}/trace/${id}`)
  await page.getByRole('link', { name: 'Compare' }).click()
  for (const list of ['Fastest', 'Slowest', 'Newest']) await page.getByRole('region', { name: list }).waitFor()
  await shot('compare-pick')
  await page.getByRole('region', { name: 'Slowest' }).getByRole('link').first().click()
  await page.getByRole('heading', { name: 'Two traces' }).waitFor()
  const other = new URL(page.url()).pathname.split('/').at(-1)
  const c = await api(`traces/${id}/compare/${other}`)
  await page.getByRole('table', { name: 'Steps aligned by their path' }).waitFor()
  assert.equal(await page.getByRole('status').first().innerText(), c.sentence)
  assert.equal(await page.locator('[data-step]').count(), Math.min(c.rows.length, 40))
  await shot('compare')
}

async function readsAFile(path) {
  await page.goto(`${site}/trace/upload`)
  await page.getByRole('heading', { name: 'Traces from a file' }).waitFor()
  await shot('upload-empty')
  await page.getByLabel('File of OTLP JSON').setInputFiles(path)
  const list = page.getByRole('region', { name: 'Traces of the file' })
  await list.waitFor()
  const ids = new Set(readFileSync(path, 'utf8').match(/"traceId": ?"[0-9a-f]{32}"/g))
  await until('a row of each', async () => (await list.locator('tbody tr').count()) === ids.size || list.locator('tbody tr').count())
  await shot('upload')
  await list.getByRole('checkbox').nth(0).check()
  await list.getByRole('checkbox').nth(1).check()
  await list.getByRole('link', { name: 'Compare the two' }).click()
  await page.getByRole('heading', { name: 'Two traces' }).waitFor()
  await page.goBack()
  await list.getByRole('link').first().click()
  await tree.waitFor()
  await page.getByLabel('File of OTLP JSON').setInputFiles({ name: 'no.json', mimeType: 'application/json', buffer: Buffer.from('{"a":') })
  await page.getByRole('alert').getByText(/line 1/).waitFor()
}

async function fitsAPhone(id, light = true) {
  await page.setViewportSize({ width: 360, height: 740 })
  for (const view of ['waterfall', 'graph', 'flame', 'statistics', 'events']) {
    await page.goto(`${site}/trace/${id}?view=${view}`)
    await page.getByRole('tabpanel').locator('section').waitFor()
    await narrow(view)
    await shot(`phone-${view}`)
  }
  await page.setViewportSize({ width: 1440, height: 900 })
  if (!light) return
  await page.emulateMedia({ colorScheme: 'light' })
  await page.goto(`${site}/trace/${id}?view=waterfall`)
  await tree.waitFor()
  await shot('light')
}

await reads(async () => {
  const id = await fourBars()
  await does('the header tells the call and gives the spans as a file', () => headerTellsTheCall(id))
  await does('the waterfall has its marks, by mouse and by key', () => waterfallHasItsMarks(id))
  await does('search within', () => findsWithin(id))
  await does('every view tells the same', () => everyViewTellsTheSame(id))
  if (process.env.LARGE) {
    await does('a graph above where the data source says so', () => graphStandsAboveWhereTheDataSourceSaysSo(id, 'tempo', 'with-graph'))
    await does('10,000 spans scroll', () => scrollsTenThousandSpans(process.env.LARGE))
    const { rowsAreTheSpans, findsAmongThem } = largeTrace({ site, page, until, json })
    await does('rows of 10,000 spans, at several places, are the spans of the store', () => rowsAreTheSpans(process.env.LARGE))
    await does('a search among 10,000 spans leads from match to match', () => findsAmongThem(process.env.LARGE))
  }
  if (process.env.GROWING) await does('a young trace grows by itself', () => growsByItself(process.env.GROWING))
  await does('an absent trace tells the next step', () => saysWhatToDoWithoutATrace())
  await does('two traces compared', () => comparesTwo(id))
  if (process.env.CAPTURE) await does('a trace from a file', () => readsAFile(process.env.CAPTURE))
  await does('a phone and light colours', () => fitsAPhone(id))
})
