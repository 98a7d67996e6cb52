/**
 * Panels of every kind taken along, in Chromium before a live site: as CSV, whose every
 * cell is held against the stores' own answers, as what is seen, which has to have the
 * same values, and as PNG, which has to be the picture that is seen.
 *
 *   SITE_URL=http://127.0.0.1:3000 node e2e/downloads.mjs
 *
 * TO is a time other than now, in Unix milliseconds.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { inkOf, missing, pixelsOf } from './pixels.mjs'
import { open, site } from './reader.mjs'
import { seenOf } from './seen.mjs'

const { page, does, until, quiet, panel, json, reads } = await open(site, { deviceScaleFactor: 2 })
const { dataSources } = await json('/api/site')
const uid = Object.fromEntries(dataSources.map((d) => [d.type, d.uid]))
const asks = async (path, params) => (await json(`/api/datasources/proxy/uid/${uid.prometheus}/api/v1/${path}?${new URLSearchParams(params)}`)).data.result
const to = Math.floor((Number(process.env.TO ?? Date.now()) - 20_000) / 1000) * 1000
const from = to - 60_000
const prometheus = { type: 'prometheus', uid: uid.prometheus }
const per = (by) => `sum by (${by}) (supersonic_gateway_request_duration_seconds_count)`
const buckets = 'sum by (le) (supersonic_gateway_request_duration_seconds_bucket)'
const range = (expr, legendFormat) => ({ refId: 'A', datasource: prometheus, expr, range: true, legendFormat })
const instant = (expr, more = {}) => ({ refId: 'A', datasource: prometheus, expr, instant: true, range: false, ...more })
const kinds = {
  timeseries: [range(per('model'), '{{model}}'), { options: { legend: { showLegend: true, displayMode: 'table', placement: 'right', calcs: ['max'] } }, fieldConfig: { defaults: { unit: 'short', custom: { fillOpacity: 20 } }, overrides: [] } }],
  stat: [instant(per('server'), { legendFormat: '{{server}}' })], gauge: [instant(per('server'), { legendFormat: '{{server}}' })], bargauge: [instant(per('model'), { legendFormat: '{{model}}' })],
  piechart: [instant(per('model'), { legendFormat: '{{model}}' })], barchart: [instant(per('model'), { format: 'table' })], table: [instant(per('server, model'), { format: 'table' })],
  histogram: [range(per('model'), '{{model}}')], heatmap: [{ ...range(buckets, '{{le}}'), format: 'heatmap' }], 'state-timeline': [range('sum by (server) (supersonic_gateway_server_ready)', '{{server}}')],
  nodeGraph: [{ refId: 'A', datasource: { type: 'tempo', uid: uid.tempo }, queryType: 'serviceMap' }], traces: [{ refId: 'A', datasource: { type: 'tempo', uid: uid.tempo }, queryType: 'traceql', query: '{ name = "ingress" }', limit: 20, tableType: 'traces' }],
}
kinds.traces = ['table', ...kinds.traces] // a list of traces stands in a table
const notice = '## Shift\n\n| pod | who |\n|---|---|\n| triton-0 | *Ada* |\n| triton-1 | **Emmy** |\n\n1. look at `queue`\n2. call [the site](/status)\n\n> then sleep'
kinds.text = [null, { options: { mode: 'markdown', content: notice } }]
const titleOf = (kind) => `Taken along: ${kind}`
const columnsOf = 3

async function opens() {
  const panels = Object.entries(kinds).map(([kind, given], i) => {
    const [type, target, more] = typeof given[0] === 'string' ? given : [kind, ...given]
    return { id: i + 1, type, title: titleOf(kind), ...(target ? { datasource: target.datasource, targets: [target] } : {}), gridPos: { x: (i % columnsOf) * 8, y: Math.floor(i / columnsOf) * 8, w: 8, h: 8 }, ...more }
  })
  const saved = await json('/api/dashboards/save', { model: { uid: '', title: 'To be taken along', schemaVersion: 41, panels, templating: { list: [] } }, version: 0, message: '', copy: true })
  await page.setViewportSize({ width: 1440, height: 1300 })
  await page.goto(`${site}/d/${saved.uid}?from=${from}&to=${to}&refresh=&timezone=utc`)
  await page.locator('[data-panel]').nth(panels.length - 1).waitFor()
  await quiet()
  return saved
}

async function download(kind, item) {
  const it = panel(titleOf(kind))
  await it.scrollIntoViewIfNeeded()
  await quiet()
  await it.hover()
  await it.getByRole('button', { name: /^Menu of/ }).click()
  const file = page.waitForEvent('download')
  await page.getByRole('menuitem', { name: item }).click()
  await page.mouse.move(0, 0)
  return readFileSync(await (await file).path())
}

/** tablesOf reads CSV: tables with an empty line between them, rows by the names of their columns. */
function tablesOf(text) {
  assert.ok(text.endsWith('\r\n'), 'lines end as RFC 4180 has it')
  return text.split('\r\n\r\n').map((part) => {
    const [head, ...rows] = part.replace(/\r\n$/, '').split('\r\n').map((line) => [...`,${line}`.matchAll(/,("(?:[^"]|"")*"|[^,]*)/g)].map(([, cell]) => (cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell)))
    return { head, rows: rows.map((r) => Object.fromEntries(head.map((h, i) => [h, r[i]]))) }
  })
}

const same = (text, value, what) => assert.ok(Math.abs(Number(text) - value) <= 1e-9 * Math.abs(value), `${what}: the file has ${text}, it is ${value}`)

/** seriesHold: a column of each series, a row of each time, each cell as the store has it. */
async function seriesHold({ head, rows }, query, by, cellsOf = (values) => values) {
  const times = rows.map((r) => Date.parse(r.Time) / 1000)
  const step = times[1] - times[0]
  assert.ok(times.length > 5 && times[0] > from / 1000 - step && times.at(-1) <= to / 1000 && to / 1000 - times.at(-1) < step, `${times.length} times, ${step} s apart`)
  const want = cellsOf(await asks('query_range', { query, start: times[0], end: times.at(-1), step }), by)
  assert.deepEqual(head.slice(1).map((h) => h.replace(/^'/, '')).sort(), want.map((s) => s.metric[by]).sort())
  for (const s of want) {
    const column = head.find((h) => h.replace(/^'/, '') === s.metric[by])
    const values = new Map(s.values)
    times.forEach((at, i) => { // a model that nobody had asked for yet has none
      if (values.has(at)) same(rows[i][column], Number(values.get(at)), `${column} at ${at}`)
      else assert.equal(rows[i][column], '', `${column} at ${at}`)
    })
  }
}

/** each is what each bucket holds beside those below it. */
function each(series, by) {
  const sorted = series.toSorted((a, b) => Number(a.metric[by].replace('+Inf', 'Infinity')) - Number(b.metric[by].replace('+Inf', 'Infinity')))
  return sorted.map((s, i) => ({ ...s, values: s.values.map(([at, v], n) => [at, v - (i > 0 ? sorted[i - 1].values[n][1] : 0)]) }))
}

/** nowHolds: one row, a column of each series, as it was at the end. */
async function nowHolds({ head, rows }, query, by) {
  const want = await asks('query', { query, time: to / 1000 })
  assert.equal(rows.length, 1)
  assert.equal(Date.parse(rows[0].Time), to)
  assert.deepEqual(head.slice(1).sort(), want.map((s) => s.metric[by]).sort())
  for (const s of want) same(rows[0][s.metric[by]], Number(s.value[1]), s.metric[by])
}

async function tableHolds({ rows }, query) {
  const want = await asks('query', { query, time: to / 1000 })
  assert.equal(rows.length, want.length)
  for (const { Time, Value, ...labels } of rows) {
    assert.equal(Date.parse(Time), to)
    const s = want.find((s) => JSON.stringify(Object.entries(s.metric).sort()) === JSON.stringify(Object.entries(labels).sort()))
    assert.ok(s, `${JSON.stringify(labels)} is a series`)
    same(Value, Number(s.value[1]), JSON.stringify(labels))
  }
}

async function graphHolds(nodes, edges) {
  const [rate, time, failed] = await Promise.all(['total', 'server_seconds_sum', 'failed_total'].map((m) => asks('query', { query: `sum by (client, server) (rate(traces_service_graph_request_${m}[60s]))`, time: to / 1000 })))
  const sum = (list, is) => list.filter((s) => is(s.metric)).reduce((n, s) => n + Number(s.value[1]), 0)
  assert.deepEqual(nodes.rows.map((r) => r['Service name']).sort(), [...new Set(rate.flatMap((s) => [s.metric.client, s.metric.server]))].sort())
  for (const r of nodes.rows) {
    const to = (m) => m.server === r['Service name']
    if (sum(rate, to) === 0) continue
    same(r['Requests per second'], sum(rate, to), `${r['Service name']}: rate`)
    same(r['Average response time'], (1000 * sum(time, to)) / sum(rate, to), `${r['Service name']}: time`)
    same(r.Failed, sum(failed, to) / sum(rate, to), `${r['Service name']}: failed`)
  }
  assert.deepEqual(edges.rows.map((r) => `${r['edges source']} ${r['edges target']}`).sort(), rate.map((s) => `${s.metric.client} ${s.metric.server}`).sort())
  for (const r of edges.rows) {
    const is = (m) => m.client === r['edges source'] && m.server === r['edges target']
    same(r['Requests per second'], sum(rate, is), `${r['edges source']} to ${r['edges target']}: rate`)
    same(r['Average response time'], (1000 * sum(time, is)) / sum(rate, is), `${r['edges source']} to ${r['edges target']}: time`)
  }
}

async function tracesHold({ rows }) {
  const { traces } = await json(`/api/datasources/proxy/uid/${uid.tempo}/api/search?${new URLSearchParams({ q: '{ name = "ingress" }', limit: 20, start: from / 1000, end: to / 1000 })}`)
  assert.equal(rows.length, traces.length)
  for (const r of rows) {
    const t = traces.find((t) => t.traceID.padStart(32, '0') === r['Trace ID'].padStart(32, '0'))
    assert.ok(t, `${r['Trace ID']} is among the store's`)
    assert.deepEqual([r.Service, r.Name, Number(r.Duration), Date.parse(r['Start time'])], [t.rootServiceName, t.rootTraceName, t.durationMs ?? 0, Number(BigInt(t.startTimeUnixNano) / 1_000_000n)])
  }
}

const holds = {
  timeseries: ([t]) => seriesHold(t, per('model'), 'model'), histogram: ([t]) => seriesHold(t, per('model'), 'model'), 'state-timeline': ([t]) => seriesHold(t, 'sum by (server) (supersonic_gateway_server_ready)', 'server'),
  heatmap: ([t]) => seriesHold(t, buckets, 'le', each), stat: ([t]) => nowHolds(t, per('server'), 'server'), gauge: ([t]) => nowHolds(t, per('server'), 'server'), bargauge: ([t]) => nowHolds(t, per('model'), 'model'),
  piechart: ([t]) => nowHolds(t, per('model'), 'model'), barchart: ([t]) => tableHolds(t, per('model')), table: ([t]) => tableHolds(t, per('server, model')), nodeGraph: ([nodes, edges]) => graphHolds(nodes, edges), traces: ([t]) => tracesHold(t),
}

const border = 16 // pixels left and right of what is seen, at two a point

/** pictureHolds: the picture has all that is seen, at its place, below the title. */
async function pictureHolds(kind) {
  const body = panel(titleOf(kind)).locator('.body').first()
  let picture
  // What lit up below the mouse on its way to the menu fades for a moment.
  await until('what is seen is in the picture', async () => {
    picture = pixelsOf(await download(kind, 'Download PNG'))
    await until('no menu lies on it', async () => (await page.getByRole('menu').count()) === 0)
    const seen = pixelsOf(await body.screenshot())
    assert.equal(picture.width, seen.width + 2 * border)
    assert.ok(Math.abs(picture.height - seen.height - 76) <= 4, `${picture.height} high, what is seen ${seen.height}`)
    assert.ok(inkOf(seen, 0, 0, seen.width, seen.height) > 1000, 'something is seen')
    const not = missing(seen, picture, border, 58)
    return not.length === 0 || `${not.length} parts are missing: ${not.slice(0, 5).join(' ')}`
  })
  const wide = await page.evaluate((title) => {
    const to = document.createElement('canvas').getContext('2d')
    to.font = `600 14px ${getComputedStyle(document.body).fontFamily}`
    return to.measureText(title).width
  }, titleOf(kind))
  const written = [border, border + 2 * wide - 16, border + 2 * wide + 8].map((x) => inkOf(picture, Math.round(x), 8, 16, 40))
  assert.ok(written[0] > 10 && written[1] > 10 && written[2] === 0, `the title is ${2 * wide} pixels wide, ink at its ends: ${written}`)
}

await reads(async () => {
  const saved = await opens()
  await does('text is seen, and is no table to take along', async () => {
    await panel(titleOf('text')).hover()
    await panel(titleOf('text')).getByRole('button', { name: /^Menu of/ }).click()
    assert.deepEqual((await page.getByRole('menuitem').allInnerTexts()).map((t) => t.split('\n')[0].trim()).filter((t) => /Download|Data|Query/.test(t)), ['Download PNG'])
    await page.keyboard.press('Escape')
    const seen = (await panel(titleOf('text')).locator('.body').innerText()).replaceAll(/\s+/g, ' ').trim()
    assert.equal(seen, 'Shift pod who triton-0 Ada triton-1 Emmy look at queue call the site then sleep')
  })
  await does('text as PNG', () => pictureHolds('text'))
  for (const kind of Object.keys(kinds).filter((k) => k !== 'text')) {
    const tables = async () => tablesOf((await download(kind, 'Download CSV')).toString())
    await does(`${kind} as CSV`, async () => holds[kind](await tables()))
    await does(`${kind} as it is seen`, async () => seenOf[kind](page, panel(titleOf(kind)), await tables()))
    await does(`${kind} as PNG`, () => pictureHolds(kind))
  }
  await json('/api/dashboards/delete', { uid: saved.uid })
})
