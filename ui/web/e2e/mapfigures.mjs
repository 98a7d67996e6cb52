/**
 * What the map shows of a live site, figure by figure, held against the counters as the
 * metrics store has them: figures.mjs opens the page and gives the site and its stores.
 */
import assert from 'node:assert/strict'
import { near, number, spansOf } from './spans.mjs'

const sumOf = (list, of) => list.reduce((sum, x) => sum + of(x), 0)
const [count, sum] = ['count', 'sum'].map((what) => `supersonic_gateway_request_duration_seconds_${what}`)
const failures = 'supersonic_gateway_requests_total{code!="OK"}'

/** mapFigures are the steps of a reader of the map, of a time; tempo and counters ask the stores. */
export function mapFigures({ site, page, until, tempo, counters, series, cellsOf, region, range }) {
  const window = `from=${range.from}&to=${range.to}`
  const length = `${range.to - range.from}ms`
  const map = page.getByRole('group', { name: /^Map/ })
  const labels = (what) => map.locator(`[data-${what}]`).evaluateAll((all) => all.map((e) => e.getAttribute('aria-label')))
  const key = (s, names) => names.map((l) => s.metric[l]).join(' ')
  const byKey = async (query, by) => new Map((await counters(query, range.to)).map((s) => [key(s, by), Number(s.value[1])]))

  const scraped = async (time) => new Map((await counters('max by (pod) (timestamp(supersonic_gateway_start_time_seconds))', time)).map((s) => [s.metric.pod, Number(s.value[1])]))

  /** grown is how much a counter grew between the last scrapes of its pods before the ends of the range, and how much a second, by labels. */
  async function grown(metric, by) {
    const at = (time) => counters(`sum by (${['pod', ...by]}) (${metric})`, time)
    const [a, b, from, to] = await Promise.all([at(range.from), at(range.to), scraped(range.from), scraped(range.to)])
    const was = new Map(a.map((s) => [key(s, ['pod', ...by]), Number(s.value[1])]))
    const sums = new Map()
    for (const s of b) {
      const more = Number(s.value[1]) - (was.get(key(s, ['pod', ...by])) ?? 0)
      const sum = sums.get(key(s, by)) ?? { n: 0, perSecond: 0 }
      sums.set(key(s, by), { n: sum.n + more, perSecond: sum.perSecond + more / (to.get(s.metric.pod) - from.get(s.metric.pod)) })
    }
    return sums
  }

  /** traffic is what there is to say of the requests of each value of labels. */
  async function traffic(by) {
    const upstream = (what) => grown(`supersonic_gateway_upstream_duration_seconds_${what}`, by)
    const quantile = (q) => byKey(`histogram_quantile(${q}, sum by (${['le', ...by]}) (increase(supersonic_gateway_request_duration_seconds_bucket[${length}])))`, by)
    const [n, time, failed, there, thereOf, ...quantiles] = await Promise.all([grown(count, by), grown(sum, by), grown(failures, by), upstream('sum'), upstream('count'), ...[0.5, 0.9, 0.99].map(quantile)])
    return new Map([...n].filter(([, { n }]) => n > 0).map(([id, { n, perSecond }]) => [id, {
      n, perSecond, failed: failed.get(id)?.n ?? 0, mean: (time.get(id).n / n) * 1e9, upstream: (there.get(id).n / thereOf.get(id).n) * 1e9, quantiles: quantiles.map((q) => q.get(id) * 1e9),
    }]))
  }

  const rated = (text, want, what) => assert.ok(Math.abs(parseFloat(text.replace('<', '')) - want) <= 0.006 * want + 0.01, `${what}: shown ${text}, it is ${want} a second`)
  /** percent fails unless a text says a share, to the digits that it has. */
  function percent(text, part, what) {
    assert.match(text, /^[<>]?[\d.]+ %$/, what)
    assert.ok(Math.abs(parseFloat(text.replace(/[<>]/, '')) - 100 * part) <= (part < 0.1 ? 0.11 : 0.6), `${what}: shown ${text}, it is ${part}`)
  }

  /** Which counters these are, between which scrapes, and how many of the requests have a trace. */
  async function howTheyWereHad() {
    const says = page.locator('[data-source]')
    assert.equal(await says.getAttribute('data-source'), 'counters')
    const words = (await says.innerText()).replace(/\s+/g, ' ').trim()
    const said = /^exact: the gateway's counters of all inference calls, from the scrape at ([\d:]+) to that at ([\d:]+); (.+) of them traced$/.exec(words)
    assert.ok(said, words)
    const [from, to, decided] = await Promise.all([scraped(range.from), scraped(range.to), grown('supersonic_gateway_traces_total', ['decision'])])
    const clock = (seconds) => page.evaluate((ms) => new Date(ms).toLocaleTimeString('en-GB'), Math.round(seconds * 1000))
    assert.deepEqual(said.slice(1, 3), [await clock(Math.min(...from.values())), await clock(Math.max(...to.values()))])
    percent(said[3], sumOf(['head_sampled', 'caller_sampled'], (d) => decided.get(d).n) / sumOf([...decided.values()], (d) => d.n), 'traced')
  }

  async function sides() {
    const boxes = (side) => map.locator(`[data-node][aria-label^="${side} "]`).evaluateAll((all) => all.map((e) => e.getBoundingClientRect().toJSON()))
    const [gateways, servers] = await Promise.all(['gateway', 'server'].map(boxes))
    assert.ok(gateways.length > 0 && servers.length > 0)
    assert.ok(Math.max(...gateways.map((b) => b.right)) < Math.min(...servers.map((b) => b.left)), `gateways stand left of servers: ${JSON.stringify([gateways, servers])}`)
  }

  async function nodes() {
    for (const [side, label] of [['gateway', 'pod'], ['server', 'server']]) {
      const want = await traffic([label])
      const shown = (await labels('node')).filter((l) => l.startsWith(side))
      assert.deepEqual(shown.map((l) => /^\w+ (\S+):/.exec(l)[1]).sort(), [...want.keys()].sort(), `${side}s`)
      for (const node of shown) {
        const [, id, perSecond, latency, bad] = /^\w+ (\S+): ([<\d.]+) \/s, ([^,]+), (\S+ ?%) failed/.exec(node)
        const w = want.get(id)
        rated(perSecond, w.perSecond, node)
        near(latency, w.mean, node)
        percent(bad, w.failed / w.n, node)
      }
    }
  }

  /** What an edge says, its row, and its card, with the service graph that is made of the traces. */
  async function edges() {
    const [want, shown] = await Promise.all([traffic(['pod', 'server']), labels('edge')])
    assert.equal(shown.length, want.size)
    for (const edge of shown) {
      const [, from, to, perSecond, latency, bad] = /^(\S+) to (\S+): ([<\d.]+) \/s, ([^,]+), (\d+) failed$/.exec(edge)
      const w = want.get(`${from} ${to}`)
      rated(perSecond, w.perSecond, edge)
      near(latency, w.mean, edge)
      assert.equal(Number(bad), w.failed, edge)
    }
    await page.getByText('The edges as a table').click()
    const rows = await cellsOf(page.locator('details', { hasText: 'The edges as a table' }).locator('tbody tr'))
    assert.equal(rows.length, want.size)
    for (const [from, to, requests, perSecond, mean, p90, bad] of rows) {
      const w = want.get(`${from} ${to}`)
      const what = `the row of ${from} and ${to}`
      assert.deepEqual([number(requests), number(bad)], [w.n, w.failed], what)
      rated(perSecond, w.perSecond, what)
      near(mean, w.mean, what)
      near(p90, w.quantiles[1], what)
    }
    await cardOf(rows[0].slice(0, 2), want.get(rows[0].slice(0, 2).join(' ')))
  }

  async function cardOf([from, to], w) {
    const graph = async (what) => (await grown(`traces_service_graph_request_${what}`, ['client', 'server'])).get(`${from} ${to}`).n
    const [estimate, inServer, inServerOf] = await Promise.all(['total', 'server_seconds_sum', 'server_seconds_count'].map(graph))
    const card = await openEdge(from, to)
    await factsHold(card, w)
    const facts = await factsOf(card)
    near(facts.get("Server's own spans, mean"), (inServer / inServerOf) * 1e9, 'of the spans')
    const [guess, error] = facts.get('Estimate from traces').split('±').map(number)
    assert.equal(guess, Math.round(estimate), 'the estimate is that of the service graph')
    assert.ok(error > 0 && Math.abs(guess - w.n) < 6 * error, `${guess} ± ${error} by the traces, ${w.n} were counted`)
    await card.getByRole('button', { name: 'Close' }).click()
  }

  const factsOf = async (card) => new Map(await card.locator('dl > div').evaluateAll((all) => all.map((e) => [e.querySelector('dt').innerText.trim(), e.querySelector('dd').innerText.trim()])))
  async function factsHold(card, w) {
    const facts = await factsOf(card)
    const [, requests, perSecond] = /^([\d ]+?) ([\d.]+ \/s)$/.exec(facts.get('Requests').replace(/\s+/g, ' '))
    assert.equal(number(requests), w.n, 'requests of the card')
    rated(perSecond, w.perSecond, 'rate of the card')
    const [failed, part] = facts.get('Failed').split(/\s{1,}(?=[<>\d.]+ %)/)
    assert.equal(number(failed), w.failed, 'failed of the card')
    if (w.failed > 0) percent(part, w.failed / w.n, 'share that failed of the card')
    near(facts.get('Latency at the gateway, mean'), w.mean, 'mean of the card')
    near(facts.get('of the mean, for the server'), w.upstream, 'of it for the server')
    for (const [i, text] of facts.get('p50, p90, p99').split(', ').entries()) near(text, w.quantiles[i], `quantile ${i} of the card`)
  }

  /** queueShares is which part of its requests' time in the servers each model's waited there. */
  async function queueShares(by) {
    const spent = (what) => byKey(`sum by (${by}) (increase(nv_inference_${what}_duration_us[${length}]))`, by)
    const [queued, whole] = await Promise.all([spent('queue'), spent('request')])
    return new Map([...queued].map(([id, us]) => [id, us / whole.get(id)]))
  }

  /** Every cell of rows of models; names gives the labels' values that a row is of. */
  async function modelsHold(rows, want, queued, codes, names) {
    for (const [model, requests, perSecond, mean, p90, upstream, queue, bad, part, code] of rows) {
      const id = names(model)
      const w = want.get(id)
      assert.ok(w, `${id} was asked for`)
      assert.deepEqual([number(requests), number(bad)], [w.n, w.failed], `${id}: requests and failed`)
      rated(perSecond, w.perSecond, `${id}: rate`)
      near(mean, w.mean, `${id}: mean`)
      near(p90, w.quantiles[1], `${id}: p90`)
      near(upstream, w.upstream, `${id}: for the server`)
      percent(queue, queued.get(id), `${id}: queue`)
      percent(part, w.failed / w.n, `${id}: share that failed`)
      const told = [...codes].filter(([k, { n }]) => k.startsWith(`${id} `) && n > 0).map(([k, { n }]) => `${n} ${k.slice(id.length + 1)}`)
      assert.deepEqual(code.split(', ').filter(Boolean).sort(), told.sort(), `${id}: codes`)
    }
  }

  async function models() {
    const [want, queued, codes] = await Promise.all([traffic(['model']), queueShares(['model']), grown(failures, ['model', 'code'])])
    const rows = await cellsOf(region('Models').locator('[data-model]'))
    assert.deepEqual(rows.map((r) => r[0]).sort(), [...want.keys()].sort())
    await modelsHold(rows, want, queued, codes, (model) => model)
    assert.ok(rows.some((r) => number(r[7]) > 0), 'some model failed')
    assert.equal(number(await region('Models').locator('.head span').first().innerText().then((t) => t.split(' requests')[0])), sumOf([...want.values()], (w) => w.n))
  }

  const openNode = async (node) => {
    await map.getByRole('button', { name: new RegExp(`^${node}:`) }).press('Enter')
    return page.getByRole('dialog', { name: node })
  }
  const openServer = (pod) => openNode(`server ${pod}`)
  const openEdge = async (from, to) => {
    await map.locator(`[data-edge="${from}>${to}"]`).press('Enter')
    return page.getByRole('dialog', { name: `${from} to ${to}` })
  }

  /** A server's card, and the models of it alone. */
  async function oneServer(pod) {
    const [all, want, byServer] = await Promise.all([traffic(['server']), traffic(['model', 'server']), queueShares(['model', 'pod'])])
    const own = [...want.keys()].filter((id) => id.endsWith(` ${pod}`))
    const card = await openServer(pod)
    await card.locator('tbody tr').first().waitFor()
    await factsHold(card, all.get(pod))
    const rows = await cellsOf(card.locator('tbody tr'))
    assert.deepEqual(rows.map(([m]) => `${m} ${pod}`).sort(), own.toSorted())
    for (const [model, perSecond, p90, queue] of rows) {
      const id = `${model} ${pod}`
      rated(perSecond, want.get(id).perSecond, `${id} in the card: rate`)
      near(p90, want.get(id).quantiles[1], `${id} in the card: p90`)
      percent(queue, byServer.get(id), `${id} in the card: queue`)
    }
    await card.getByRole('button', { name: 'Models of it' }).click()
    await region('Models').getByText(`at ${pod}`).waitFor()
    const table = await cellsOf(region('Models').locator('[data-model]'))
    assert.deepEqual(table.map(([m]) => `${m} ${pod}`).sort(), own.toSorted())
    await modelsHold(table, want, byServer, await grown(failures, ['model', 'server', 'code']), (model) => `${model} ${pod}`)
    await region('Models').getByRole('button', { name: 'all servers' }).click()
  }

  /** The menu's ways to the series of what open opens: which question each is, and its values; of a map of one model, that model's. */
  async function toTheSeries(open, of, ways, model = '') {
    const step = 5 // seconds, of a range this long: the time between two scrapes
    const labels = `${of}${model ? `,model="${model}"` : ''}`
    await page.goto(`${site}/map?${window}&model=${model}`)
    await map.locator('[data-node]').first().waitFor()
    const queries = {
      'Request rate': (interval) => `sum(rate(supersonic_gateway_requests_total{${labels}}[${interval}]))`,
      'Request histogram': (interval) => `histogram_quantile(0.9, sum by (le) (rate(supersonic_gateway_request_duration_seconds_bucket{${labels}}[${interval}])))`,
      'Failed request rate': (interval) => `sum(rate(supersonic_gateway_requests_total{${labels},code!="OK"}[${interval}]))`,
    }
    for (const way of ways) {
      const query = queries[way]
      await (await open()).getByRole('link', { name: way, exact: true }).click()
      const row = page.getByRole('table', { name: 'Legend' }).locator('tbody tr')
      await row.first().waitFor()
      const address = new URL(page.url()).searchParams
      assert.deepEqual(['type', 'q', 'from', 'to'].map((name) => address.get(name)), ['promql', query('$__rate_interval'), String(range.from), String(range.to)], way)
      const start = Math.floor(range.from / 1000 / step) * step
      const [{ values }] = await series(query(`${4 * step}s`), start, range.to / 1000, step)
      const list = values.map((v) => Number(v[1])).filter((v) => !Number.isNaN(v))
      const [[, ...shown]] = await cellsOf(row)
      for (const [i, want] of [list.at(-1), sumOf(list, (v) => v) / list.length, Math.max(...list)].entries()) {
        const what = `${way} of ${labels}: ${['last', 'mean', 'max'][i]}`
        if (way === 'Request histogram') near(shown[i], want * 1e9, what)
        else assert.ok(Math.abs(parseFloat(shown[i]) - want) <= 0.006 * want + 0.001, `${what} is ${want}, shown ${shown}`)
      }
      await page.goBack()
      await map.locator('[data-node]').first().waitFor()
    }
  }

  /** A part of it, and the ways from it to traces and to where the time goes. */
  async function ways(pod) {
    await page.getByLabel('Pods whose name has').fill(pod)
    await page.keyboard.press('Enter')
    await until('one server is left', async () => (await labels('node')).filter((l) => l.startsWith('server')).every((l) => l.includes(pod)) || labels('node'))
    await (await openServer(pod)).getByRole('link', { name: 'Traces', exact: true }).click()
    const table = page.getByRole('region', { name: 'Results' }).locator('tbody tr')
    await table.first().waitFor()
    const ids = await table.locator('a').evaluateAll((all) => all.map((e) => e.title))
    for (const spans of await Promise.all(ids.map((id) => tempo(`traces/${id}`, {}).then(spansOf)))) {
      assert.ok(spans.some((s) => s.service === pod || s.attributes['peer.service'] === pod), `a trace of ${pod}: ${JSON.stringify(spans.map((s) => s.service))}`)
    }
    await page.goBack()
    await (await openServer(pod)).getByRole('link', { name: 'Where its time goes' }).click()
    await region('Numbers').waitFor()
    await page.getByRole('button', { name: 'By pod', exact: true }).click()
    await until(`only ${pod} has a row`, async () => (await region('Numbers').locator('tr[data-row]').evaluateAll((rows) => rows.map((r) => r.dataset.row))).join() === `all requests,${pod}`)
  }

  async function onTheMap() {
    await page.goto(`${site}/map?${window}`)
    await map.locator('[data-node]').first().waitFor()
    await region('Models').locator('[data-model]').first().waitFor()
    await howTheyWereHad()
    await sides()
    await nodes()
    await edges()
    await models()
  }

  async function fromTheMap() {
    const [pod] = [...(await grown(count, ['server'])).keys()].filter(Boolean).sort()
    await page.goto(`${site}/map?${window}`)
    await map.locator('[data-node]').first().waitFor()
    await oneServer(pod)
    const [[failing]] = (await cellsOf(region('Models').locator('[data-model]'))).filter((r) => number(r[7]) > 0)
    const [gateway] = [...(await grown(count, ['pod'])).keys()].filter(Boolean).sort()
    await toTheSeries(() => openServer(pod), `server="${pod}"`, ['Request rate', 'Request histogram', 'Failed request rate'])
    await toTheSeries(() => openServer(pod), `server="${pod}"`, ['Failed request rate'], failing)
    await toTheSeries(() => openNode(`gateway ${gateway}`), `pod="${gateway}"`, ['Request histogram'])
    await toTheSeries(() => openEdge(gateway, pod), `pod="${gateway}",server="${pod}"`, ['Request rate'])
    await page.goto(`${site}/map?${window}`)
    await map.locator('[data-node]').first().waitFor()
    await ways(pod)
  }

  return { onTheMap, fromTheMap, grown, scraped, nodes }
}
