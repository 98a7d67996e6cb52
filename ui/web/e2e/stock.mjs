/**
 * The map, Explore and the counters beside the latencies of a site of two releases whose
 * metrics a stock Prometheus keeps, in Chromium. What is seen is held against that
 * Prometheus's own answers.
 *
 *   SITE_URL=http://127.0.0.1:3000 node e2e/stock.mjs   (the site of metrics/stock_test.go)
 */
import assert from 'node:assert/strict'
import { reader, site } from './reader.mjs'

const seconds = 300
const to = Math.floor(Date.now() / 30_000) * 30_000 - 30_000 // whole steps: charts end there
const window = `from=${to - seconds * 1000}&to=${to}&refresh=`

await reader(site, async ({ page, does, until, json, shot, sound }) => {
  const asks = async (query, path = 'query', more = { time: to / 1000 }) => (await json(`/api/datasources/proxy/uid/prometheus/api/v1/${path}?${new URLSearchParams({ query, ...more })}`)).data.result
  /** per are sums by a label of what grew, a second. */
  const per = async (by, labels = '', metric = 'supersonic_gateway_requests_total') => new Map((await asks(`sum by (${by}) (increase(${metric}{${labels}}[${seconds}s]))`)).map((s) => [by.split(',').map((l) => s.metric[l]).join(' '), Number(s.value[1]) / seconds]))
  const near = (shown, want, what, by = 0.025) => assert.ok(Math.abs(shown - want) <= by * want + 0.02, `${what}: shown ${shown}, it is ${want}`)
  const map = page.getByRole('group', { name: /^Map/ })
  const labels = (what) => map.locator(`[data-${what}]`).evaluateAll((all) => all.map((e) => (e.ariaLabel ? e : e.querySelector('[aria-label]')).ariaLabel))
  const nodes = async () => (await map.getByRole('button', { name: /^(gateway|server) / }).evaluateAll((all) => all.map((e) => e.ariaLabel))).sort()
  const named = (label) => /^\w+ ([^:,]+)/.exec(label)[1]
  const perSecond = (label) => parseFloat(/: <?([\d.]+) \/s/.exec(label)[1])
  const release = page.getByLabel('Release')

  await does('the map has both releases, each server with its rate', async () => {
    const want = await per('server')
    await page.goto(`${site}/map?${window}`)
    await map.locator('[data-node]').first().waitFor()
    const servers = (await nodes()).filter((l) => l.startsWith('server'))
    assert.deepEqual(servers.map(named).sort(), [...want.keys()].sort())
    for (const label of servers) near(perSecond(label), want.get(named(label)), label)
    await until('all releases', async () => (await release.locator('option').allInnerTexts()).join() === 'all releases,supersonic,west' || release.locator('option').allInnerTexts())
    assert.equal(await page.getByText(/ gets .* of the requests/).count(), 0, 'no gateway chooses between servers of two releases')
    await shot('stock-map')
    await sound('the map of two releases')
  })

  await does('one release: its pods alone, its edges, its models; its menu leads to its series', async () => {
    const [servers, models] = await Promise.all([per('server', 'release="west"'), per('model', 'release="west"')])
    await release.selectOption('west')
    await until('the pods of the other are gone', async () => (await nodes()).every((l) => named(l).startsWith('west-')) || nodes())
    const shown = (await nodes()).filter((l) => l.startsWith('server'))
    assert.deepEqual(shown.map(named).sort(), [...servers.keys()].sort())
    for (const label of shown) near(perSecond(label), servers.get(named(label)), label)
    for (const label of await labels('edge')) assert.match(label, /west-envoy-0.*west-triton-\d/)
    const rows = page.getByRole('region', { name: 'Models' }).locator('[data-model]')
    const [model, want] = [...models][0]
    await until(`the models are of that release: ${model} ${want * seconds}`, async () => {
      const cells = await rows.filter({ hasText: model }).first().locator('td, th').allInnerTexts()
      const count = Number(cells[1]?.replaceAll(/\D/g, ''))
      return Math.abs(count - want * seconds) <= 0.025 * want * seconds || cells
    })
    assert.equal(new URL(page.url()).searchParams.get('release'), 'west')
    const pod = [...servers.keys()][0]
    await map.getByRole('button', { name: new RegExp(`^server ${pod}`) }).click()
    await page.getByRole('dialog', { name: `server ${pod}` }).or(page.getByLabel(`server ${pod}`, { exact: true })).getByRole('link', { name: 'Request rate', exact: true }).click()
    await legendHolds('$__rate_interval', `sum(rate(supersonic_gateway_requests_total{server="${pod}",release=~"west|"}[$__rate_interval]))`)
    await page.goBack()
    await map.locator('[data-node]').first().waitFor()
    await page.getByRole('button', { name: 'All traffic' }).click()
    await until('all are back', async () => (await nodes()).some((l) => named(l).startsWith('supersonic-')) || nodes())
  })

  const [from, into, model] = ['west-envoy-0', 'west-triton-1', 'flaky']
  const menus = { // of one release and model: what selects its series, and its spans
    'a server': [`server ${into}`, `[data-node][aria-label^="server ${into}:"]`, `server="${into}"`, `(resource.service.name = "${into}" || span.peer.service = "${into}")`],
    'a gateway': [`gateway ${from}`, `[data-node][aria-label^="gateway ${from}:"]`, `pod="${from}"`, `resource.service.name = "${from}"`],
    'an edge': [`${from} to ${into}`, `[data-edge="${from}>${into}"]`, `pod="${from}",server="${into}"`, `resource.service.name = "${from}" && span.peer.service = "${into}"`],
  }
  for (const [what, [name, place, labels, spans]] of Object.entries(menus)) await does(`the menu of ${what}: each of its questions, with its figures`, async () => {
    const of = (more = '') => `${labels},model="${model}",release=~"west|"${more}`
    const rate = (labels) => `sum(rate(supersonic_gateway_requests_total{${labels}}[$__rate_interval]))`
    const menu = async () => {
      await page.goto(`${site}/map?${window}&release=west&model=${model}`)
      await map.locator(place).press('Enter')
      return page.getByRole('dialog', { name, exact: true })
    }
    for (const [way, query] of [['Request rate', rate(of())], ['Failed request rate', rate(of(',code!="OK"'))], ['Request histogram', `histogram_quantile(0.9, sum by (le) (rate(supersonic_gateway_request_duration_seconds_bucket{${of()}}[$__rate_interval])))`]]) {
      await (await menu()).getByRole('link', { name: way, exact: true }).click()
      await until(`${way} leads to Explore`, () => new URL(page.url()).pathname === '/explore' || page.url())
      await legendHolds('$__rate_interval', query)
    }
    for (const [way, path] of [['Traces', '/explore'], ['Where its time goes', '/latency']]) {
      await (await menu()).getByRole('link', { name: way, exact: true }).click()
      await until(`${way} leads on`, () => new URL(page.url()).pathname === path || page.url())
      assert.equal(new URL(page.url()).searchParams.get('q'), `{ ${spans} && span.triton.model_name = "${model}" }`)
    }
  })

  /** legendHolds compares the legend of the query in Explore's address with the series that the store gives for it. */
  async function legendHolds(interval, query) {
    const row = page.getByRole('table', { name: 'Legend' }).locator('tbody tr')
    await row.first().waitFor()
    const said = new URL(page.url()).searchParams
    assert.equal(said.get('q'), query)
    const step = Number(/a point each (\d+) s/.exec(await page.getByRole('region', { name: 'Results' }).innerText())[1])
    const series = await asks(query.replaceAll(interval, '20s'), 'query_range', { start: (to - seconds * 1000) / 1000, end: to / 1000, step })
    assert.equal(await row.count(), series.length)
    for (const { metric, values } of series) {
      const name = Object.values(metric)[0]
      const cells = await (name ? row.filter({ hasText: name }) : row).first().locator('td, th').allInnerTexts()
      const shown = cells.slice(-3)
      const [last, mean, max] = shown.map(parseFloat)
      const factor = shown.every((text) => /\d ms$/.test(text)) ? 1000 : 1 // lengths of time are written in their unit
      const list = values.map((v) => factor * Number(v[1]))
      near(last, list.at(-1), `${query}: last of ${name}`)
      near(mean, list.reduce((a, b) => a + b, 0) / list.length, `${query}: mean of ${name}`)
      near(max, Math.max(...list), `${query}: max of ${name}`)
    }
  }

  await does('PromQL in Explore draws what the store gives, and completes its names', async () => {
    const query = 'sum by (release) (rate(supersonic_gateway_requests_total[20s]))'
    await page.goto(`${site}/explore?type=promql&q=${encodeURIComponent(query)}&${window}`)
    await legendHolds('$', query)
    await page.locator('[aria-label="Results"] canvas').first().waitFor()
    await shot('stock-explore')
    const field = page.getByRole('textbox', { name: /PromQL/ })
    await field.fill('') // typed over what is chosen, Chromium itself keeps its style, which the policy refuses
    await page.keyboard.type('supersonic_gateway_upstream_duration_seconds_c')
    await page.getByRole('option', { name: /supersonic_gateway_upstream_duration_seconds_count/ }).first().waitFor()
  })

  await does("Triton's counters stand beside the latencies of the spans", async () => {
    const want = await per('model,pod', '', 'nv_inference_request_success')
    await page.goto(`${site}/latency?${window}`)
    const counters = page.getByRole('region', { name: "Triton's counters beside the spans" })
    await counters.locator('tbody tr').first().waitFor({ state: 'attached' })
    const rows = await counters.locator('tbody tr').evaluateAll((all) => all.map((r) => [...r.cells].map((c) => c.textContent.trim())))
    const known = rows.filter(([model, pod]) => want.has(`${model} ${pod}`))
    assert.ok(known.length >= 2, JSON.stringify(rows))
    for (const [model, pod, , counted] of known) near(Number(counted.replaceAll(/\D/g, '')), want.get(`${model} ${pod}`) * seconds, `${model} at ${pod}`)
    await shot('stock-latency')
  })
})
