/**
 * Figures, cell by cell, in Chromium before a live site: of latencies, on the map, in
 * Explore. Each is held against what the stores themselves answer: spans as OTLP,
 * counters as the metrics store has them. Those of traces are in tracefigures.mjs.
 *
 *   SITE_URL=http://127.0.0.1:3000 node e2e/figures.mjs
 *
 * The site must have run for a minute under load, with an ensemble among its models.
 */
import assert from 'node:assert/strict'
import { latencyFigures } from './latencyfigures.mjs'
import { mapFigures } from './mapfigures.mjs'
import { open, site } from './reader.mjs'
import { near, number, spansOf } from './spans.mjs'

const { page, does, until, shot, json, reads } = await open(site)
const { dataSources } = await json('/api/site')
const proxy = (type) => `/api/datasources/proxy/uid/${dataSources.find((d) => d.type === type).uid}`
const tempo = (path, params) => json(`${proxy('tempo')}/api/${path}?${new URLSearchParams(params)}`)
const counters = async (query, time) => (await json(`${proxy('prometheus')}/api/v1/query?${new URLSearchParams({ query, time: time / 1000 })}`)).data.result
const series = async (query, start, end, step) => (await json(`${proxy('prometheus')}/api/v1/query_range?${new URLSearchParams({ query, start, end, step })}`)).data.result
const cellsOf = (rows) => rows.evaluateAll((all) => all.map((r) => [...r.cells].map((c) => c.innerText.trim())))
const region = (name) => page.getByRole('region', { name, exact: true })
const to = Date.now() - 20_000 // what came later may still change
const [{ value: [, began] }] = await counters('max(supersonic_gateway_start_time_seconds)', to)
const range = { from: Math.round(Math.max(to - 60_000, (Number(began) + 12) * 1000)), to } // all were read once by then
const window = `from=${range.from}&to=${range.to}`
const seconds = { start: Math.floor(range.from / 1000), end: Math.ceil(range.to / 1000) }
const q = encodeURIComponent

/** A trace without its root, and one of a server whose clock is slow, from a file. */
async function ofAFile() {
  const span = (id, parent, service, name, from, to) => ({ resource: { attributes: [{ key: 'service.name', value: { stringValue: service } }] }, scopeSpans: [{ spans: [{ traceId: id, spanId: name.padEnd(16, '0').replaceAll(/[^0-9a-f]/g, '1'), parentSpanId: parent, name, startTimeUnixNano: String(1796000000e9 + from * 1e6), endTimeUnixNano: String(1796000000e9 + to * 1e6) }] }] })
  const [rootless, skewed] = ['1'.repeat(32), '2'.repeat(32)]
  const file = [
    { resourceSpans: [span(rootless, 'f'.repeat(16), 'triton-0', 'InferRequest', 5, 20)] },
    { resourceSpans: [span(skewed, '', 'envoy-0', 'ingress', 0, 40), span(skewed, 'ingress'.padEnd(16, '0').replaceAll(/[^0-9a-f]/g, '1'), 'triton-0', 'InferRequest', -3000, -2980)] },
  ].map((line) => JSON.stringify(line)).join('\n')
  for (const [id, said, row] of [[rootless, /root|parent/, /parent missing/], [skewed, /clock/, /InferRequest/]]) {
    await page.goto(`${site}/trace/upload`)
    await page.getByLabel('File of OTLP JSON').setInputFiles({ name: 'two.json', mimeType: 'application/json', buffer: Buffer.from(file) })
    await region('Traces of the file').getByRole('link', { name: new RegExp(id.slice(0, 8)) }).first().click()
    await page.getByRole('treeitem').filter({ hasText: row }).first().waitFor()
    await page.getByRole('main').getByText(said).first().waitFor()
  }
  assert.equal(await page.getByTitle('begins before its parent, by another clock').count(), 1)
  await shot('figures-skewed')
}

async function inExplore() {
  const found = (await tempo('search', { q: '{ name = "ingress" }', limit: 30, ...seconds })).traces
  await page.goto(`${site}/explore?${window}&q=${q('{ name = "ingress" }')}&limit=30`)
  const rows = page.getByRole('region', { name: 'Results' }).locator('tbody tr')
  await rows.first().waitFor()
  const seen = await cellsOf(rows)
  assert.equal(seen.length, found.length)
  for (const [id, root, service, , , duration] of seen) {
    const t = found.find((t) => t.traceID.padStart(32, '0').startsWith(id))
    assert.ok(t, `${id} is among the store's`)
    assert.deepEqual([root, service], [t.rootTraceName, t.rootServiceName])
    assert.ok(Math.abs(parseFloat(duration) - t.durationMs) <= 1 + 0.02 * t.durationMs, `${id} took ${t.durationMs} ms, shown ${duration}`)
  }
  // Spans, with a column of an attribute.
  await page.goto(`${site}/explore?${window}&q=${q('{ name = "ingress" }')}&limit=10&table=spans&columns=span.http.status_code`)
  const spans = page.getByRole('table', { name: 'Spans' })
  await spans.locator('tbody tr').first().waitFor()
  const heads = (await spans.locator('thead th').allInnerTexts()).map((t) => t.replace(/ [↓↑]$/, '').trim())
  const first = (await cellsOf(spans.locator('tbody tr')))[0]
  const whole = spansOf(await tempo(`traces/${found.find((t) => t.traceID.padStart(32, '0').startsWith(first[heads.indexOf('Trace')])).traceID}`, {}))
  const ingress = whole.find((s) => s.name === 'ingress')
  near(first[heads.indexOf('Duration')], ingress.ns, 'the duration of a span')
  assert.ok(first.includes(ingress.attributes['http.status_code']), `${first} has ${ingress.attributes['http.status_code']}`)
  // How many spans of a query: a chart's last value by the counts of the store.
  const metric = '{ name = "ingress" } | count_over_time() by (resource.service.name)'
  await page.goto(`${site}/explore?${window}&type=traceql&q=${q(metric)}&step=10s`)
  const legend = page.getByRole('table', { name: 'Legend' })
  await legend.locator('tbody tr').first().waitFor()
  const { series } = await tempo('metrics/query_range', { q: metric, start: range.from / 1000, end: range.to / 1000, step: '10s' })
  for (const [name, , , most] of await cellsOf(legend.locator('tbody tr'))) {
    const s = series.find((s) => name.includes(s.labels[0].value.stringValue))
    const values = s.samples.map((p) => p.value ?? 0)
    assert.ok(values.includes(number(most)), `${name}: the most is ${most}, of ${values}`)
  }
  // The service graph's table.
  await page.goto(`${site}/explore?${window}&type=serviceMap`)
  const names = page.getByRole('table', { name: 'Busiest span names' })
  await names.locator('tbody tr').first().waitFor()
  const length = `${Math.round((range.to - range.from) / 1000)}s`
  const per = async (what, by = 'span_name') => new Map((await counters(what, range.to)).map((s) => [s.metric[by], Number(s.value[1])]))
  const calls = await per(`sum by (span_name) (rate(traces_spanmetrics_calls_total[${length}]))`)
  const p90 = await per(`histogram_quantile(.9, sum by (span_name, le) (rate(traces_spanmetrics_latency_bucket[${length}])))`)
  const failing = await per(`sum by (span_name) (rate(traces_spanmetrics_calls_total{status_code="STATUS_CODE_ERROR"}[${length}]))`)
  const columns = (await names.locator('thead th').allInnerTexts()).map((t) => t.trim())
  for (const cells of await cellsOf(names.locator('tbody tr'))) {
    const [name, rate, errors, slow] = ['Name', 'Rate', 'Failing', 'Duration'].map((c) => cells[columns.findIndex((h) => h.startsWith(c))])
    const want = calls.get(name)
    assert.ok(Math.abs(parseFloat(rate) - want) <= 0.05 * want + 0.02, `${name}: ${rate}, ${want} by the store`)
    assert.ok(Math.abs(parseFloat(errors) - (100 * (failing.get(name) ?? 0)) / want) < 1, `${name}: ${errors} failed, ${failing.get(name)} of ${want} by the store`)
    near(slow, p90.get(name) * 1e9, `${name}: p90`, 0.1)
  }
}

await reads(async () => {
  await does('a trace without its root, and one of a clock that is slow, say so', ofAFile)
  const { ofLatencies, ofBars, ofFilters } = latencyFigures({ site, page, until, json, tempo, cellsOf, region, range })
  await does('latencies: every cell, steps of ensembles, two times and two pods, by the spans', ofLatencies)
  await does('latencies: the bars, by the spans', ofBars)
  await does('latencies: what a filter leaves, and what it does to the counters beside it', ofFilters)
  const { onTheMap, fromTheMap } = mapFigures({ site, page, until, tempo, counters, series, cellsOf, region, range })
  await does('the map: its words, sides, nodes, edges and models, by the counters', onTheMap)
  await does('from the map: a server, its models, its series, its traces and where its time goes', fromTheMap)
  await does('Explore: traces, spans, counts, the service graph', inExplore)
})
