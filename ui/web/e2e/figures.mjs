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
import { open, site } from './reader.mjs'
import { near, number, shareOf, spansOf } from './spans.mjs'

const { page, does, until, shot, json, reads } = await open(site)
const { dataSources } = await json('/api/site')
const proxy = (type) => `/api/datasources/proxy/uid/${dataSources.find((d) => d.type === type).uid}`
const tempo = (path, params) => json(`${proxy('tempo')}/api/${path}?${new URLSearchParams(params)}`)
const counters = async (query, time) => (await json(`${proxy('prometheus')}/api/v1/query?${new URLSearchParams({ query, time: time / 1000 })}`)).data.result
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

async function ofLatencies() {
  const api = await json(`/api/latency?${window}`)
  await page.goto(`${site}/latency?${window}`)
  const numbers = region('Numbers')
  await numbers.locator('tr[data-row]').first().waitFor()
  const row = async (name) => (await cellsOf(numbers.locator(`tr[data-row="${name}"]`)))[0]
  const holds = ([, count, p50, p90, p99, mean, total, part], r, what) => {
    if (r.requests !== undefined) assert.equal(number(count), r.requests, `${what}: requests`)
    const t = r.total ?? r
    for (const [text, ms, name] of [[p50, t.p50Ms, 'p50'], [p90, t.p90Ms, 'p90'], [p99, t.p99Ms, 'p99'], [mean, t.meanMs, 'mean'], [total, t.totalS * 1e3, 'total']]) near(text, ms * 1e6, `${what}: ${name}`)
    shareOf(part, r.share, `${what}: share`)
  }
  holds(await row('all requests'), api.all[0], 'all requests')
  for (const m of api.models) holds(await row(m.model), m, m.model)
  const phases = await cellsOf(numbers.locator('tr[data-phase]'))
  for (const [i, p] of api.all[0].phases.entries()) holds(phases[i], p, api.phases[i].label)
  // The other route: the gateway's spans as the store finds them, of requests that did not fail.
  const found = (await tempo('search', { q: '{ name = "ingress" && status != error }', limit: 5000, spss: 1, ...seconds })).traces
  const took = found.flatMap((t) => (t.spanSets ?? [t.spanSet]).flatMap((s) => s.spans)).map((s) => Number(s.durationNanos)).sort((a, b) => a - b)
  assert.ok(api.all[0].requests <= took.length + 2 && api.all[0].requests > 0.6 * took.length, `${api.all[0].requests} of ${took.length} requests are split`)
  near((await row('all requests'))[2], took[Math.floor(took.length / 2)], 'the median of the gateway\'s own spans', 0.15)
  for (const s of api.steps) {
    const li = region('Steps of ensembles').locator('li', { has: page.getByRole('link', { name: s.model, exact: true }) }).filter({ hasText: `${s.requests} runs` })
    const [mean, part] = await li.first().locator('.number').allInnerTexts()
    near(mean, s.total.meanMs * 1e6, `${s.model} of ${s.ensemble}`)
    shareOf(part, s.share, `${s.model} of ${s.ensemble}`)
  }
  // Two times beside each other.
  const against = (await json(`/api/latency?${window}&compare=before`)).against
  await page.getByLabel('Compare').selectOption({ label: 'with the time before' })
  await region('Comparison').waitFor()
  const compared = await cellsOf(region('Comparison').locator('tbody tr'))
  assert.equal(await region('Comparison').getByRole('note').innerText(), against.sentence)
  assert.equal(compared.length, against.rows.length)
  for (const [i, r] of against.rows.entries()) {
    assert.deepEqual([number(compared[i][1]), number(compared[i][2])], [r.left, r.right])
    if (r.left > 0 && r.right > 0) near(compared[i][5], r.total.moreMs * 1e6, `${r.model}: more`)
  }
  const before = `from=${2 * range.from - range.to}&to=${range.from}`
  assert.equal(against.rows.find((r) => r.model === api.models[0].model).left, (await json(`/api/latency?${before}`)).models.find((m) => m.model === api.models[0].model)?.requests ?? 0, 'left is the time before')
}

/** grown is how much a counter of the gateways grew between their last scrapes before the ends of the range, and how much a second, by labels. */
async function grown(metric, by) {
  const at = (time) => counters(`sum by (${['pod', ...by]}) (${metric})`, time)
  const scraped = async (time) => new Map((await counters('max by (pod) (timestamp(supersonic_gateway_start_time_seconds))', time)).map((s) => [s.metric.pod, Number(s.value[1])]))
  const [a, b, from, to] = await Promise.all([at(range.from), at(range.to), scraped(range.from), scraped(range.to)])
  const key = (s, labels) => labels.map((l) => s.metric[l]).join(' ')
  const was = new Map(a.map((s) => [key(s, ['pod', ...by]), Number(s.value[1])]))
  const sums = new Map()
  for (const s of b) {
    const more = Number(s.value[1]) - (was.get(key(s, ['pod', ...by])) ?? 0)
    const sum = sums.get(key(s, by)) ?? { n: 0, perSecond: 0 }
    sums.set(key(s, by), { n: sum.n + more, perSecond: sum.perSecond + more / (to.get(s.metric.pod) - from.get(s.metric.pod)) })
  }
  return sums
}

async function onTheMap() {
  await page.goto(`${site}/map?${window}`)
  const map = page.getByRole('group', { name: /^Map/ })
  await map.locator('[data-node]').first().waitFor()
  const labels = (what) => map.locator(`[data-${what}]`).evaluateAll((all) => all.map((e) => e.getAttribute('aria-label')))
  const [count, sum] = ['count', 'sum'].map((what) => `supersonic_gateway_request_duration_seconds_${what}`)
  const rated = (text, { n, perSecond }, what) => assert.ok(Math.abs(parseFloat(text) - perSecond) <= 0.02 * perSecond + 0.02, `${what}: ${n} requests, ${perSecond} a second`)
  for (const [side, label] of [['gateway', 'pod'], ['server', 'server']]) {
    const [rate, time, failed] = await Promise.all([grown(count, [label]), grown(sum, [label]), grown('supersonic_gateway_requests_total{code!="OK"}', [label])])
    const nodes = (await labels('node')).filter((l) => l.startsWith(side))
    assert.ok(nodes.length >= 1, `${side}s`)
    for (const node of nodes) {
      const [, id, perSecond, latency, bad] = /^\w+ (\S+): ([<\d.]+) \/s, ([^,]+), (\S+) ?% failed/.exec(node)
      rated(perSecond, rate.get(id), node)
      near(latency, (time.get(id).n / rate.get(id).n) * 1e9, node)
      assert.ok(Math.abs(parseFloat(bad) - (100 * (failed.get(id)?.n ?? 0)) / rate.get(id).n) < 0.6, `${node}: ${failed.get(id)?.n} of ${rate.get(id).n} failed`)
    }
  }
  const between = await grown(count, ['pod', 'server'])
  const edges = await labels('edge')
  assert.equal(edges.length, [...between].filter(([id, { n }]) => n > 0 && !id.endsWith(' ')).length)
  for (const edge of edges) {
    const [, from, to, perSecond] = /^(\S+) to (\S+): ([<\d.]+) \/s/.exec(edge)
    rated(perSecond, between.get(`${from} ${to}`), edge)
  }
  const requests = await grown(count, ['model'])
  for (const row of await cellsOf(page.locator('[data-model]'))) assert.equal(number(row[1]), requests.get(row[0]).n, `${row[0]}: requests`)
  // A part of it, and the ways from it.
  const [pod] = [...(await grown(count, ['server'])).keys()].filter(Boolean).sort()
  await page.getByLabel('Pods whose name has').fill(pod)
  await page.keyboard.press('Enter')
  await until('one server is left', async () => (await labels('node')).filter((l) => l.startsWith('server')).every((l) => l.includes(pod)) || labels('node'))
  await map.getByRole('button', { name: new RegExp(`^server ${pod}`) }).press('Enter')
  await page.getByRole('dialog').getByRole('link', { name: 'Traces', exact: true }).click()
  const table = page.getByRole('region', { name: 'Results' }).locator('tbody tr')
  await table.first().waitFor()
  assert.ok((await table.allInnerTexts()).every((t) => t.includes(pod)), `traces of ${pod} alone`)
  await page.goBack()
  await map.getByRole('button', { name: new RegExp(`^server ${pod}`) }).press('Enter')
  await page.getByRole('dialog').getByRole('link', { name: 'Where its time goes' }).click()
  await region('Numbers').waitFor()
  const own = await json(`/api/latency?${window}&q=${q(`{ resource.service.name = "${pod}" }`)}`)
  assert.deepEqual(own.pods.map((p) => p.pod), [pod])
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
  await does('latencies: every cell, steps of ensembles, two times', ofLatencies)
  await does('the map: nodes, edges and models by the counters, and the ways from it', onTheMap)
  await does('Explore: traces, spans, counts, the service graph', inExplore)
})
