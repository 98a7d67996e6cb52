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
import { exploreFigures } from './explorefigures.mjs'
import { latencyFigures } from './latencyfigures.mjs'
import { mapFigures } from './mapfigures.mjs'
import { open, site } from './reader.mjs'

const { page, does, until, shot, json, series, reads } = await open(site)
const { dataSources } = await json('/api/site')
const proxy = (type) => `/api/datasources/proxy/uid/${dataSources.find((d) => d.type === type).uid}`
const tempo = (path, params) => json(`${proxy('tempo')}/api/${path}?${new URLSearchParams(params)}`)
const counters = async (query, time) => (await json(`${proxy('prometheus')}/api/v1/query?${new URLSearchParams({ query, time: time / 1000 })}`)).data.result
const cellsOf = (rows) => rows.evaluateAll((all) => all.map((r) => [...r.cells].map((c) => c.innerText.trim())))
const region = (name) => page.getByRole('region', { name, exact: true })
const to = Date.now() - 20_000 // what came later may still change
const [{ value: [, began] }] = await counters('max(supersonic_gateway_start_time_seconds)', to)
const range = { from: Math.round(Math.max(to - 60_000, (Number(began) + 12) * 1000)), to } // all were read once by then

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

await reads(async () => {
  await does('a trace without its root, and one of a clock that is slow, say so', ofAFile)
  const { ofLatencies, ofBars, ofFilters } = latencyFigures({ site, page, until, json, tempo, cellsOf, region, range })
  await does('latencies: every cell, steps of ensembles, two times and two pods, by the spans', ofLatencies)
  await does('latencies: the bars, by the spans', ofBars)
  await does('latencies: what a filter leaves, and what it does to the counters beside it', ofFilters)
  const { onTheMap, fromTheMap } = mapFigures({ site, page, until, tempo, counters, series, cellsOf, region, range })
  await does('the map: its words, sides, nodes, edges and models, by the counters', onTheMap)
  await does('from the map: a server, its models, its series, its traces and where its time goes', fromTheMap)
  const { ofTraces, ofColumns, ofTraceSeries, ofPromSeries, ofDifferences, ofTheServiceGraph } = exploreFigures({ site, page, until, shot, tempo, counters, series, cellsOf, range })
  await does('Explore: the cells of traces and of spans, by the spans', ofTraces)
  await does('Explore: a column that is added has what each span has', ofColumns)
  await does('Explore: counts, rates and quantiles of spans, by the spans', ofTraceSeries)
  await does('Explore: lines of PromQL and their exemplars, by the store', ofPromSeries)
  await does('Explore: what is different in a selection, by the spans', ofDifferences)
  await does('Explore: the service graph, by its series', ofTheServiceGraph)
})
