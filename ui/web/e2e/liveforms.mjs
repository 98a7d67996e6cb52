/**
 * Forms of queries in the panel editor before a live site, in Chromium: what they are set
 * to is drawn with the figures that the stores have, asked past the page, and those that
 * arithmetic makes of them.
 *
 *   SITE_URL=http://127.0.0.1:3000 node e2e/liveforms.mjs
 *
 * TO is a time other than now, in Unix milliseconds.
 */
import assert from 'node:assert/strict'
import { formsOf, look, mean, near, times } from './formsteps.mjs'
import { ingress, typed } from './livespans.mjs'
import { reader, site } from './reader.mjs'
import { nanoseconds } from './spans.mjs'

const to = Math.floor((Number(process.env.TO ?? Date.now()) - 20_000) / 20_000) * 20 // whole steps of all that is asked here
const window = { start: to - 60, end: to }
const [count, seconds] = ['count', 'sum'].map((part) => `supersonic_gateway_request_duration_seconds_${part}`)

await reader(site, async ({ page, does, until, quiet, json, asks, promql, series }) => {
  const { preview, query, set, pick, views, draws, drawsOf, counts, rows } = formsOf(page, until)
  const { dataSources } = await json('/api/site')
  const ofType = (type) => ({ type, uid: dataSources.find((d) => d.type === type).uid })
  /** ranged are the values of each series by a name that is made of its labels. */
  const ranged = async (expr, step, name = (m) => m.server) => Object.fromEntries((await series(expr, window.start, window.end, step)).map((s) => [name(s.metric), s.values.map(([, v]) => Number(v))]))
  const each = (list, f) => Object.fromEntries(Object.entries(list).map(([name, values]) => [name, f(values, name)]))
  const perServer = `sum by (server) (${count})`
  const prom = (refId, expr, more) => ({ refId, expr, range: true, legendFormat: '__auto', ...more })
  const { uid } = await json('/api/dashboards/save', { version: 0, message: '', copy: true, model: { title: 'Forms, live', schemaVersion: 41, panels: [
    { id: 1, type: 'timeseries', title: 'Requests', gridPos: { x: 0, y: 0, w: 12, h: 8 }, ...look, interval: '10s', datasource: ofType('prometheus'), targets: [prom('A', perServer)] },
    { id: 2, type: 'timeseries', title: 'Computed', gridPos: { x: 12, y: 0, w: 12, h: 8 }, ...look, interval: '10s', datasource: ofType('prometheus'), targets: [prom('A', perServer, { hide: true }), prom('B', `sum by (server) (${seconds})`, { hide: true })] },
    { id: 3, type: 'table', title: 'Traces', gridPos: { x: 0, y: 8, w: 12, h: 8 }, ...look, interval: '10s', datasource: ofType('tempo'), targets: [{ refId: 'A', queryType: 'traceqlSearch', filters: [] }] },
  ] } })
  const edits = async (id) => {
    await page.goto(`${site}/d/${uid}/x?editPanel=${id}&from=${window.start * 1000}&to=${to * 1000}&timezone=utc&refresh=`)
    await preview.waitFor()
    await quiet()
  }

  await does('PromQL: names, steps, the end alone, a table', async () => {
    await edits(1)
    const list = await ranged(perServer, 10)
    assert.ok(Object.keys(list).length > 1, `${Object.keys(list)}`)
    await drawsOf('as it is saved', list)
    await set('Legend', 'asked of {{server}}')
    await drawsOf('named', Object.fromEntries(Object.entries(list).map(([name, values]) => [`asked of ${name}`, values])))
    await set('Min step', '20s')
    await drawsOf('a point each twenty seconds', await ranged(perServer, 20, (m) => `asked of ${m.server}`))
    await pick('Type', 'Instant')
    const at = Object.fromEntries((await promql(perServer, to)).map((s) => [s.metric.server, Number(s.value[1])]))
    await draws('at the end', Object.fromEntries(Object.entries(at).map(([name, v]) => [`asked of ${name}`, [v, v, v, 1]])))
    await pick('Format', 'Table')
    await views('Table')
    const time = new Date(to * 1000).toISOString().slice(0, 19).replace('T', ' ')
    const want = Object.entries(at).map(([name, v]) => `${time} ${name} ${v.toFixed(3)}`).sort()
    await until('a row of each', async () => JSON.stringify((await rows()).map((r) => r.join(' ')).sort()) === JSON.stringify(want) || rows())
  })

  const own = (label, value) => set(label, value, 'C')
  const kind = (name) => pick('Operation', name, 'C')
  await does('expressions: a formula of two queries, a threshold, a reduction, other times', async () => {
    await edits(2)
    const [asked, took] = [await ranged(perServer, 10), await ranged(`sum by (server) (${seconds})`, 10)]
    const means = each(asked, (values, name) => values.map((v, i) => (1000 * took[name][i]) / v))
    const called = (list) => Object.fromEntries(Object.entries(list).map(([name, v]) => [`C ${name}`, v]))
    await page.getByRole('button', { name: 'Expression', exact: true }).click()
    await own('Formula', '$B / $A * 1000')
    await drawsOf('the mean of each server, in milliseconds', called(means))
    await kind('Threshold')
    const half = Object.values(asked).flat().sort((a, b) => a - b)[Math.floor(Object.values(asked).flat().length / 2)]
    await pick('Input', 'A', 'C')
    await pick('Comparison', 'is above', 'C')
    await own('Value', half)
    await drawsOf('what is above the median', called(each(asked, (values) => values.map((v) => Number(v > half)))))
    await kind('Resample')
    await own('Resample to', '20s')
    await pick('Downsample', 'Max', 'C')
    /** bins are the largest of each twenty seconds; a young site has nothing in the first of them. */
    const bins = (values) => times(window.start, to, 20).map((t) => values.filter((_, i) => to - 10 * (values.length - 1 - i) > t - 20 && to - 10 * (values.length - 1 - i) <= t)).filter((list) => list.length > 0).map((list) => Math.max(...list))
    await drawsOf('the largest of each twenty seconds', called(each(asked, bins)))
    await kind('Reduce')
    await views('Stat')
    for (const [name, f] of [['Mean', mean], ['Min', (l) => Math.min(...l)]]) {
      await pick('Function', name, 'C')
      await counts(name, called(each(asked, (values) => [f(values)])))
    }
  })

  const all = await ingress(asks, window)
  const fits = all.filter((s) => s['service.name'] === 'supersonic-envoy-0' && s.status === 'unset' && s['grpc.status_code'] === '0').sort((a, b) => a.ns - b.ns)
  assert.ok(fits.length > 40, `${fits.length} of ${all.length} spans`)
  const [low, high] = [typed(fits.at(-10).ns), typed(fits.at(-2).ns)]
  const found = fits.filter((s) => s.ns >= nanoseconds(low) && s.ns <= nanoseconds(high))

  await does('Search: by its fields, as traces and as spans', async () => {
    await edits(3)
    const search = query().getByRole('search', { name: 'Search traces' })
    const fill = async (label, text) => {
      await search.getByLabel(label, { exact: true }).fill(text)
      await page.keyboard.press('Enter')
    }
    await fill('Service', 'supersonic-envoy-0')
    await fill('Span name', 'ingress')
    await search.getByRole('combobox', { name: 'Status', exact: true }).selectOption('unset')
    await fill('Min duration', low)
    await fill('Max duration', high)
    await search.getByRole('button', { name: 'Add a condition' }).click()
    await search.getByLabel('Attribute', { exact: true }).fill('span.grpc.status_code')
    await page.keyboard.press('Tab')
    await fill('Value of span.grpc.status_code', '0')
    await until('its traces', async () => JSON.stringify((await rows()).map((r) => r[0]).sort()) === JSON.stringify(found.map((s) => s.trace).sort()) || [await rows(), found])
    await query().getByRole('combobox', { name: 'Table of' }).selectOption({ label: 'Spans' })
    const want = found.map((s) => `${s.trace} ${s.id} ${(s.ns / 1e6).toFixed(3)} ms`).sort()
    await until('its spans', async () => JSON.stringify((await rows()).map((r) => [r[0], r[2], r.at(-1)].join(' ')).sort()) === JSON.stringify(want) || [await rows(), want])
    await set('Limit', 3)
    await until('three of them, the newest', async () => JSON.stringify((await rows()).map((r) => r[2]).sort()) === JSON.stringify(found.toSorted((a, b) => b.at - a.at).slice(0, 3).map((s) => s.id).sort()) || rows())
  })

  await does('TraceQL: rates of spans, each step and the whole range', async () => {
    await edits(3)
    await query().getByRole('radio', { name: 'TraceQL', exact: true }).check()
    const editor = page.getByRole('textbox', { name: 'TraceQL of A', exact: true })
    await editor.click()
    await page.keyboard.press('ControlOrMeta+a')
    await page.keyboard.insertText('{ name = "ingress" } | rate() by (span.triton.model_name)')
    await page.keyboard.press('Shift+Enter')
    await views('Time series')
    const models = [...new Set(all.map((s) => s['triton.model_name']))]
    /** rates are the spans of each model by the second: a step ends with its time. */
    const rates = (step) => Object.fromEntries(models.map((model) => [model, times(window.start + step, to, step).map((t) => all.filter((s) => s['triton.model_name'] === model && s.at > (t - step) * 1000 && s.at <= t * 1000).length / step)]))
    await drawsOf('of ten seconds', rates(10))
    await set('Step of metrics', '20s')
    await drawsOf('of twenty', rates(20))
    await query().getByRole('combobox', { name: 'Metrics are' }).selectOption({ label: 'One value of the whole range' })
    await drawsOf('of the whole minute', rates(60))
  })

  await does('Service Graph: the nodes and edges of its filter', async () => {
    await edits(3)
    await query().getByRole('radio', { name: 'Service Graph', exact: true }).check()
    await set("Filter of the graph's edges, as labels", '{client="supersonic-envoy-0"}')
    const per = async (what) => new Map((await promql(`sum by (client, server) (rate(traces_service_graph_request_${what}{client="supersonic-envoy-0"}[60s]))`, to)).map((s) => [`${s.metric.client}>${s.metric.server}`, Number(s.value[1])]))
    const [total, took] = [await per('total'), await per('server_seconds_sum')]
    assert.ok(total.size > 1)
    const ids = (what) => preview.locator(`[data-${what}]`).evaluateAll((every, what) => every.map((e) => e.dataset[what]).sort(), what)
    await until('its edges', async () => JSON.stringify(await ids('edge')) === JSON.stringify([...total.keys()].sort()) || ids('edge'))
    assert.deepEqual(await ids('node'), [...new Set([...total.keys()].flatMap((id) => id.split('>')))].sort())
    for (const [id, says] of await preview.locator('[data-edge]').evaluateAll((every) => every.map((e) => [e.dataset.edge, e.ariaLabel]))) {
      const [, latency, rate] = /: ([\d.]+) ms\/r, ([\d.]+) r\/sec$/.exec(says)
      assert.ok(near(Number(rate), total.get(id)) && near(Number(latency), (1000 * took.get(id)) / total.get(id)), `${says}; it is ${total.get(id)} a second, ${took.get(id)} s of them`)
    }
  })
})
