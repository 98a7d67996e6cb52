/**
 * What Explore shows of a live site, figure by figure, held against spans and series as
 * the stores have them: figures.mjs opens the page and gives the site and its stores.
 */
import assert from 'node:assert/strict'
import { nanoseconds, near, number, shareOf, spansOf } from './spans.mjs'

const none = '–'

/** exploreFigures are the steps of a reader of Explore, of a time; tempo and counters ask the stores. */
export function exploreFigures({ site, page, until, shot, tempo, counters, series, cellsOf, range: { from: begin, to: end } }) {
  // Whole steps of all that is asked here.
  const range = { from: Math.ceil(begin / 10_000) * 10_000, to: Math.floor(end / 10_000) * 10_000 }
  const length = `${(range.to - range.from) / 1000}s`
  const opens = (params) => page.goto(`${site}/explore?${new URLSearchParams({ ...range, refresh: '', ...params })}`)
  const idOf = (t) => t.traceID.padStart(32, '0')
  const headsOf = async (table) => (await table.locator('thead th').allInnerTexts()).map((t) => t.replace(/ [↓↑]$/, '').trim())
  const seconds = { start: range.from / 1000, end: range.to / 1000 }
  const wholes = new Map() // a trace may be asked for by several steps
  const wholeOf = (id) => {
    if (!wholes.has(id)) wholes.set(id, tempo(`traces/${id}`, {}).then(spansOf))
    return wholes.get(id)
  }

  async function ofTraces() {
    const query = '{ name = "ingress" }'
    const found = (await tempo('search', { q: query, limit: 30, ...seconds })).traces
    await opens({ q: query, limit: 30 })
    const table = page.getByRole('table', { name: 'Traces' })
    await table.locator('tbody tr').first().waitFor()
    const rows = await cellsOf(table.locator('tbody tr'))
    assert.equal(rows.length, found.length)
    for (const [short, root, service, servers, start, duration, , spans, matched, status] of rows) {
      const t = found.find((t) => idOf(t).startsWith(short))
      assert.ok(t, `${short} is among the store's`)
      assert.deepEqual([root, service], [t.rootTraceName, t.rootServiceName])
      assert.ok(Math.abs(nanoseconds(duration) / 1e6 - t.durationMs) <= 1 + 0.02 * t.durationMs, `${short} took ${t.durationMs} ms, shown ${duration}`)
      const whole = await wholeOf(idOf(t))
      const first = whole.reduce((a, b) => (b.from < a.from ? b : a))
      assert.deepEqual([number(spans), number(matched), status], [whole.length, whole.filter((s) => s.name === 'ingress').length, whole.some((s) => s.failed) ? 'failed' : 'ok'], short)
      assert.deepEqual(servers.split(', ').filter((s) => s !== none).sort(), [...new Set(whole.map((s) => s.service))].filter((s) => s !== service).sort(), `${short}: servers`)
      assert.ok(start.endsWith(await clock(Number(first.from / 1_000_000n))), `${short} began at ${first.from}, shown ${start}`)
    }
  }
  const clock = (ms) => page.evaluate((ms) => `${new Date(ms).toLocaleTimeString('en-GB')}.${String(ms % 1000).padStart(3, '0')}`, ms)

  /** An attribute that is added by hand, and all other cells. */
  async function ofColumns() {
    const [added, asked] = ['span.peer.service', 'span.grpc.status_code']
    await opens({ q: '{ name = "ingress" }', limit: 40, table: 'spans', columns: asked })
    const table = page.getByRole('table', { name: 'Spans' })
    await table.locator('tbody tr').first().waitFor()
    const head = (name) => name.replace('span.', '')
    assert.ok(!(await headsOf(table)).includes(head(added)))
    await page.getByRole('button', { name: 'Columns' }).click()
    const field = page.getByLabel('Add an attribute')
    await field.fill(added)
    const offered = page.locator('datalist option')
    await until('the attribute is offered', async () => (await offered.evaluateAll((all) => all.map((o) => o.value))).includes(added))
    await field.press('Enter')
    await until('it is a column', async () => (await headsOf(table)).includes(head(added)) || headsOf(table))
    await page.keyboard.press('Escape')
    const [heads, rows] = [await headsOf(table), await cellsOf(table.locator('tbody tr'))]
    const links = await table.locator('tbody tr a').evaluateAll((all) => all.map((a) => a.title))
    assert.ok(rows.length >= 40)
    for (const [i, cells] of rows.entries()) {
      const [, trace, id] = /^(\w+), span (\w+)$/.exec(links[i])
      const s = (await wholeOf(trace)).find((s) => s.id === id)
      const cell = (name) => cells[heads.indexOf(name)]
      assert.equal(cell('Name'), s.name)
      near(cell('Duration'), s.ns, `the duration of ${id}`)
      assert.ok(cell('Start').endsWith(await clock(Number(s.from / 1_000_000n))), `${id} began at ${s.from}, shown ${cell('Start')}`)
      for (const name of [added, asked]) assert.equal(cell(head(name)), s.attributes[head(name)] || none, `${name} of ${id}`)
    }
    assert.ok(new Set(rows.map((r) => r[heads.indexOf(head(added))])).size > 1, 'not all the same')
    // A name without its scope is no attribute: it is told, and the others stay.
    await page.getByRole('button', { name: 'Columns' }).click()
    await field.fill('peer.address')
    await field.press('Enter')
    await page.getByText('"peer.address" names no attribute: write span.peer.address, resource.peer.address or .peer.address').waitFor()
    assert.deepEqual(await headsOf(table), heads)
    await page.getByRole('button', { name: 'ask no more for peer.address' }).click()
    await until('it is forgotten', async () => (await page.getByText(/names no attribute/).count()) === 0)
  }

  /** spansIn are the durations of the spans of a query, in nanoseconds, by the step within the range that they began in. */
  async function spansIn(query, step) {
    const { traces = [] } = await tempo('search', { q: query, limit: 5000, spss: 100, start: seconds.start - 12, end: seconds.end + 12 })
    const spans = traces.flatMap((t) => (t.spanSets ?? [t.spanSet]).flatMap((s) => s.spans))
    const steps = Array.from({ length: (range.to - range.from) / step }, () => [])
    for (const s of spans) {
      const nth = Math.ceil((Number(BigInt(s.startTimeUnixNano) / 1000n) / 1000 - range.from) / step) - 1 // a step ends with its time
      steps[nth]?.push(Number(s.durationNanos))
    }
    return steps
  }

  /** legendHolds fails unless a legend has just these lines, each with its own last, mean and most. */
  async function legendHolds(want, holds, what) {
    const rows = page.getByRole('table', { name: 'Legend' }).locator('tbody tr')
    await until(`${what}: ${want.size} lines`, async () => (await rows.count()) === want.size || rows.allInnerTexts())
    for (const [name, ...shown] of await cellsOf(rows)) {
      const values = want.get(name)?.filter((v) => v !== null && !Number.isNaN(v)) // no quantile of nothing
      assert.ok(values, `${what}: "${name}" is one of ${[...want.keys()]}`)
      const sums = [values.at(-1), values.reduce((a, b) => a + b, 0) / values.length, Math.max(...values)]
      for (const [i, v] of sums.entries()) holds(shown[i], v, `${what}: ${['last', 'mean', 'max'][i]} of ${name}, ${values}`)
    }
  }
  const plain = (text, v, what) => assert.ok(Math.abs(number(text) - v) <= 0.0006 * Math.abs(v) + 0.00001, `${what}: shown ${text}, it is ${v}`)
  const perSecond = (text, v, what) => {
    assert.match(text, / \/s$/)
    assert.ok(Math.abs(number(text) - v) <= 0.006 * v, `${what}: shown ${text}, it is ${v}`)
  }

  async function ofTraceSeries() {
    const step = 10_000
    const services = [...new Set((await wholeTraces()).flat().filter((s) => s.name === 'ingress').map((s) => s.service))]
    assert.ok(services.length > 1)
    const of = (service) => `{ name = "ingress" && resource.service.name = "${service}" }`
    const byService = new Map(await Promise.all(services.map(async (s) => [s, await spansIn(of(s), step)])))
    const each = (value) => new Map([...byService].map(([s, steps]) => [s, steps.map(value)]))
    const asks = async (metric, want, holds) => {
      const query = `{ name = "ingress" } | ${metric}`
      await opens({ type: 'traceql', q: query, step: '10s' })
      await legendHolds(want, holds, query)
    }
    await asks('count_over_time() by (resource.service.name)', each((l) => l.length), plain)
    await asks('rate() by (resource.service.name)', each((l) => l.length / (step / 1000)), perSecond)
    await asks('max_over_time(duration) by (resource.service.name)', each((l) => (l.length > 0 ? Math.max(...l) : null)), near)
    const rank = (l, q) => l.toSorted((a, b) => a - b)[Math.ceil(q * l.length) - 1] ?? null
    const quantiles = new Map([...byService].flatMap(([s, steps]) => [0.5, 0.9].map((q) => [`p${100 * q} · ${s}`, steps.map((l) => rank(l, q))])))
    await asks('quantile_over_time(duration, .5, .9) by (resource.service.name)', quantiles, near)
    await shot('figures-quantiles')
    await page.getByText('a point each 10 s').waitFor()
  }

  async function ofPromSeries() {
    const step = 5
    const asks = async (query, name, holds, more = {}) => {
      await opens({ type: 'promql', q: query, step: `${step}s`, ...more })
      const got = await series(query.replaceAll('$__rate_interval', `${4 * step}s`).replaceAll('$__range', length), seconds.start, seconds.end, step)
      assert.ok(got.length > 0, query)
      await legendHolds(new Map(got.map((s) => [name(s.metric), s.values.map((v) => Number(v[1]))])), holds, query)
    }
    await asks('sum by (model) (rate(supersonic_gateway_requests_total[$__rate_interval]))', (m) => m.model, plain)
    await asks('sum by (model, server) (increase(supersonic_gateway_requests_total{code="OK"}[$__range]))', (m) => `${m.model} at ${m.server}`, plain, { legend: '{{model}} at {{server}}' })
    const ns = (text, v, what) => near(text, v * 1e9, what)
    await asks('histogram_quantile(.9, sum by (le, span_name) (rate(traces_spanmetrics_latency_bucket[$__rate_interval])))', (m) => m.span_name, ns)
    const exemplars = page.getByRole('link', { name: /^Exemplar/ })
    await until('exemplars', async () => (await exemplars.count()) >= 5 || exemplars.count())
    const dots = await exemplars.evaluateAll((all) => all.map((a) => ({ says: a.ariaLabel, id: /trace\/(\w+)/.exec(a.href)[1] })))
    for (const { says, id } of dots.slice(-12)) {
      const spans = await wholeOf(id)
      assert.ok(spans.some((s) => { try { near(/, ([\d.]+ ?\S+),/.exec(says)[1], s.ns, says); return true } catch { return false } }), `a span of ${id} took as long as "${says}": ${spans.map((s) => s.ns)}`)
    }
  }

  /** wholeTraces are all traces of which a span began in the range. */
  async function wholeTraces() {
    const { traces = [] } = await tempo('search', { q: '{}', limit: 5000, start: seconds.start - 12, end: seconds.end + 12 })
    const list = []
    for (let i = 0; i < traces.length; i += 16) list.push(...await Promise.all(traces.slice(i, i + 16).map((t) => wholeOf(idOf(t)))))
    return list
  }

  /** valueOf is what a span has for an attribute of Explore's, undefined for none. */
  function valueOf(s, attribute) {
    const [, scope, key] = /^(span|resource)\.(.+)$/.exec(attribute) ?? []
    if (scope === 'span') return s.attributes[key]
    if (scope === 'resource') return s.resource[key]
    return { name: s.name, kind: s.kind || 'unspecified' }[attribute]
  }

  /** digits are three: a drawn box has no more. */
  function digits(ns, to) {
    const unit = 10 ** (Math.floor(Math.log10(ns)) - 2)
    return to(ns / unit) * unit
  }

  async function ofDifferences() {
    const microseconds = (s) => Number(s.from / 1000n)
    const all = (await wholeTraces()).flat().filter((s) => microseconds(s) > range.from * 1000 && microseconds(s) <= range.to * 1000)
    const times = all.map((s) => s.ns).sort((a, b) => a - b)
    const box = { q: '{}', from: String(range.from), to: String(range.to), fromMs: range.from, toMs: range.to, by: 'duration', low: digits(times[Math.floor(times.length * 0.7)], Math.floor), high: digits(times.at(-1), Math.ceil), boxFrom: range.from + 10_000, boxTo: range.to - 5_000 }
    const isIn = (s) => s.ns >= box.low && s.ns <= box.high && microseconds(s) >= box.boxFrom * 1000 && microseconds(s) <= box.boxTo * 1000
    const [selected, rest] = [all.filter(isIn), all.filter((s) => !isIn(s))]
    await opens({ q: `{ duration >= ${box.low}ns }`, box: JSON.stringify(box) })
    const region = page.getByRole('region', { name: 'What is different in the selection' })
    await region.getByRole('table').first().waitFor()
    const more = region.getByRole('button', { name: /more attributes/ })
    if (await more.count()) await more.click()
    const told = (await region.getByRole('status').innerText()).replace(/\s+/g, ' ')
    const [, sentence, a, b] = /^(.+?) ([\d ]+) spans selected, ([\d ]+) others/.exec(told)
    assert.deepEqual([number(a), number(b)], [selected.length, rest.length], told)
    const tables = await region.getByRole('table').evaluateAll((all) => all.map((t) => ({ attribute: t.caption.innerText, rows: [...t.tBodies[0].rows].map((r) => [...r.cells].slice(0, 3).map((c) => c.innerText.trim())) })))
    const share = (list, attribute, value) => list.filter((s) => valueOf(s, attribute) === value).length / list.length
    const known = tables.filter((t) => /^(span\.|resource\.|name$|kind$)/.test(t.attribute))
    assert.ok(known.length >= 4, `${tables.map((t) => t.attribute)}`)
    for (const { attribute, rows } of known) for (const [text, inside, outside] of rows) {
      const value = text === 'none' ? undefined : text === '""' ? '' : text
      shareOf(inside, share(selected, attribute, value), `${attribute} = ${text} in the selection`)
      shareOf(outside, share(rest, attribute, value), `${attribute} = ${text} in the rest`)
    }
    for (const attribute of ['name', 'resource.service.name', 'span.triton.model_name', 'span.peer.service']) {
      const apart = [...new Set(all.map((s) => valueOf(s, attribute)))].some((v) => Math.abs(share(selected, attribute, v) - share(rest, attribute, v)) > 0.25)
      if (apart) assert.ok(tables.some((t) => t.attribute === attribute), `${attribute} differs and is told`)
    }
    const [{ attribute, rows: [[value, inside]] }] = tables
    assert.ok(sentence.startsWith(value === 'none' ? `no ${attribute}: ` : `${attribute} = ${value}: `) && Math.abs(parseFloat(sentence.split(': ')[1]) - parseFloat(inside)) <= 0.51, `${sentence} is of ${attribute}, ${value}, ${inside}`)
    await shot('figures-differences')
  }

  async function ofTheServiceGraph() {
    const per = async (what, by, matcher = '') => new Map((await counters(`sum by (${by}) (rate(traces_service_graph_request_${what}${matcher}[${length}]))`, range.to)).map((s) => [by.split(', ').map((l) => s.metric[l]).join(' '), Number(s.value[1])]))
    const rated = (text, want, what) => assert.ok(Math.abs(number(text) - want) <= 0.006 * want + 0.006, `${what}: shown ${text}, it is ${want} a second`)
    for (const matcher of ['', '{client=~".*-0"}']) {
      const want = async (by) => {
        const [total, failed, sum] = await Promise.all(['total', 'failed_total', 'server_seconds_sum'].map((what) => per(what, by, matcher)))
        return new Map([...total].filter(([, v]) => v > 0).map(([id, v]) => [id, { rate: v, failed: failed.get(id) ?? 0, mean: (sum.get(id) / v) * 1e9 }])) // a request, as in Grafana
      }
      const [edges, clients, servers] = await Promise.all([want('client, server'), want('client'), want('server')])
      assert.ok(edges.size > 0, `${matcher} has edges`)
      await opens({ type: 'serviceMap', q: matcher })
      const map = page.getByRole('group', { name: /^Map/ })
      await until(`${matcher || 'all'}: ${edges.size} edges`, async () => (await map.locator('[data-edge]').count()) === edges.size || map.locator('[data-edge]').count())
      const labels = (what) => map.locator(`[data-${what}]`).evaluateAll((all) => all.map((e) => e.getAttribute('aria-label')))
      const nodes = await labels('node')
      assert.deepEqual(nodes.map((n) => /^\w+ (\S+):/.exec(n)[1]).sort(), [...new Set([...clients.keys(), ...servers.keys()])].sort())
      for (const node of nodes) {
        const [, id, rate, latency, bad] = /^\w+ (\S+): ([<\d.]+ \/s), ([^,]+), (\S+ ?%) failed$/.exec(node)
        const w = servers.get(id) ?? clients.get(id)
        rated(rate, w.rate, node)
        if (servers.has(id)) near(latency, w.mean, node)
        else assert.equal(latency, none, `${id} only calls: it has no time of its own`)
        shareOf(bad, w.failed / w.rate, node)
      }
      for (const edge of await labels('edge')) {
        const [, from, to, rate, latency, bad] = /^(\S+) to (\S+): ([<\d.]+ \/s), ([^,]+), (\d+) failed$/.exec(edge)
        const w = edges.get(`${from} ${to}`)
        rated(rate, w.rate, edge)
        near(latency, w.mean, edge)
        assert.ok(Math.abs(Number(bad) - w.failed * (range.to - range.from) / 1000) <= 0.51, `${edge}: it is ${w.failed} a second`)
      }
      const drawn = await map.locator('.label text').allTextContents()
      assert.deepEqual(drawn.sort(), (await labels('edge')).map((e) => e.replace(/^.*?: /, '').split(', ').slice(0, 2).join(' · ')).sort(), 'what is drawn is what is said')
    }
    await busiestNames()
  }

  async function busiestNames() {
    const per = async (query) => new Map((await counters(query, range.to)).map((s) => [s.metric.span_name, Number(s.value[1])]))
    const calls = await per(`sum by (span_name) (rate(traces_spanmetrics_calls_total[${length}]))`)
    const p90 = await per(`histogram_quantile(.9, sum by (span_name, le) (rate(traces_spanmetrics_latency_bucket[${length}])))`)
    const failing = await per(`sum by (span_name) (rate(traces_spanmetrics_calls_total{status_code="STATUS_CODE_ERROR"}[${length}]))`)
    const names = page.getByRole('table', { name: 'Busiest span names' })
    await names.locator('tbody tr').first().waitFor()
    const columns = await headsOf(names)
    const rows = await cellsOf(names.locator('tbody tr'))
    assert.deepEqual(rows.map((r) => calls.get(r[0])), [...calls.values()].sort((a, b) => b - a).slice(0, 5), 'the five busiest')
    for (const cells of rows) {
      const [name, rate, errors, part, slow] = ['Name', 'Rate', 'Error rate', 'Failing', 'Duration (p90)'].map((c) => cells[columns.indexOf(c)])
      const [want, bad] = [calls.get(name), failing.get(name) ?? 0]
      assert.ok(Math.abs(number(rate) - want) <= 0.006 * want + 0.006 && Math.abs(number(errors) - bad) <= 0.006 * bad + 0.006, `${name}: ${rate} and ${errors}, ${want} and ${bad} by the store`)
      shareOf(part, bad / want, `${name}: failing`)
      near(slow, p90.get(name) * 1e9, `${name}: p90`)
    }
  }

  return { ofTraces, ofColumns, ofTraceSeries, ofPromSeries, ofDifferences, ofTheServiceGraph }
}
