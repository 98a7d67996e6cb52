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
import { comparedOf, phases, requestsOf, rowOf, stepsOf } from './latencytruth.mjs'
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

/** requestsIn reads the whole traces of a time from the store, and splits their requests. */
async function requestsIn(from, to) {
  const { traces = [] } = await tempo('search', { q: '{}', limit: 5000, spss: 1, start: Math.floor(from / 1000) - 1, end: Math.ceil(to / 1000) + 1 })
  const whole = []
  const next = traces.values()
  await Promise.all(Array.from({ length: 8 }, async () => {
    for (const t of next) whole.push(spansOf(await tempo(`traces/${t.traceID}`, {})))
  }))
  return requestsOf(whole, from, to)
}

const isSplit = (r) => r.fate === 'split'

async function ofLatencies() {
  // The newest third of the time, and the third before: what is read trace by trace is bounded.
  const length = Math.round((range.to - range.from) / 3)
  const from = range.to - length
  const here = `${site}/latency?from=${from}&to=${range.to}`
  const [all, earlier] = await Promise.all([requestsIn(from, range.to), requestsIn(from - length, from)])
  const requests = all.filter(isSplit)
  const shown = rowOf(requests)
  assert.ok(requests.length > 50, `${requests.length} requests of a third of the time`)
  await page.goto(here)
  const numbers = region('Numbers')
  await numbers.locator('tr[data-row]').first().waitFor()
  const row = async (name) => (await cellsOf(numbers.locator(`tr[data-row="${name}"]`)))[0]
  const holds = ([, count, p50, p90, p99, mean, total, part], want, whole, what) => {
    if (count !== '') assert.equal(number(count), want.count, `${what}: requests`)
    for (const [text, name] of [[p50, 'p50'], [p90, 'p90'], [p99, 'p99'], [mean, 'mean'], [total, 'total']]) near(text, want[name], `${what}: ${name}`)
    shareOf(part.replace('>', ''), want.total / whole, `${what}: share`)
  }
  holds(await row('all requests'), shown, shown.total, 'all requests')
  const models = [...new Set(requests.map((r) => r.model))].sort()
  assert.deepEqual((await numbers.locator('tr[data-row]').evaluateAll((rows) => rows.map((r) => r.dataset.row))).sort(), ['all requests', ...models].sort())
  for (const model of models) holds(await row(model), rowOf(requests.filter((r) => r.model === model)), shown.total, model)
  for (const [i, cells] of (await cellsOf(numbers.locator('tr[data-phase]'))).entries()) holds(cells, shown.phases[i], shown.total, phases[i])
  // Pods, and the models of each.
  const pods = [...new Set(requests.map((r) => r.pod))].sort()
  for (const [by, key] of [['By pod', (r) => r.pod], ['Both', (r) => `${r.model} on ${r.pod}`]]) {
    await page.getByRole('button', { name: by, exact: true }).click()
    const groups = [...new Set(requests.map(key))]
    await until(`rows by ${by}`, async () => (await numbers.locator('tr[data-row]').count()) === groups.length + 1)
    for (const g of groups) holds(await row(g), rowOf(requests.filter((r) => key(r) === g)), shown.total, g)
  }
  // Steps of ensembles.
  for (const s of stepsOf(requests)) {
    const li = region('Steps of ensembles').locator('li', { has: page.getByRole('link', { name: s.model, exact: true }) }).filter({ hasText: `${s.count} runs` })
    const [mean, part] = await li.first().locator('.number').allInnerTexts()
    near(mean, s.mean, `${s.model} of ${s.ensemble}`)
    shareOf(part, s.share, `${s.model} of ${s.ensemble}`)
  }
  // Two times, and two pods, beside each other: every figure of every row.
  const pair = await page.getByLabel('Compare').locator('option').evaluateAll((all) => all.map((o) => o.value).find((v) => v.includes('~')))
  assert.deepEqual(pair.split('~').sort(), pods.slice(0, 2))
  for (const [against, [left, right]] of [['before', [earlier.filter(isSplit), requests]], [pair, pair.split('~').map((pod) => requests.filter((r) => r.pod === pod))]]) {
    await page.goto(here)
    await page.getByLabel('Compare').selectOption(against)
    await region('Comparison').waitFor()
    const compared = await cellsOf(region('Comparison').locator('tbody tr'))
    const want = comparedOf(left, right)
    assert.deepEqual(compared.map(([model, l, r]) => [model.replace(/ (few requests|on one side alone)$/, ''), number(l), number(r)]), want.map((w) => [w.model, w.left, w.right]), against)
    for (const [i, { model, left, right, total, phases: parts }] of want.entries()) {
      const [, , , l, r, more, ...each] = compared[i]
      if (left > 0) near(l, total[0], `${against}: ${model}, left`)
      if (right > 0) near(r, total[1], `${against}: ${model}, right`)
      if (left === 0 || right === 0) continue
      differs(more, total, `${against}: ${model}, more`)
      for (const [p, name] of phases.entries()) differs(each[p], parts[p], `${against}: ${model}, ${name}`)
    }
  }
  assert.equal(await region('Comparison').getByRole('note').innerText(), (await json(`/api/latency?from=${from}&to=${range.to}&${new URLSearchParams({ left: pair.split('~')[0], right: pair.split('~')[1] })}`)).against.sentence)
}

/** differs holds a text against a difference, with its sign. */
function differs(text, [left, right], what) {
  const more = right - left
  if (Math.abs(more) < 1) return
  assert.equal(text[0] === '−', more < 0, `${what}: ${text} has the sign of ${more}`)
  near(text.replace('+', ''), more, what)
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
  await does('latencies: every cell, steps of ensembles, two times and two pods, by the spans', ofLatencies)
  await does('the map: nodes, edges and models by the counters, and the ways from it', onTheMap)
  await does('Explore: traces, spans, counts, the service graph', inExplore)
})
