/**
 * Transformations of what a live site has, in Chromium: a dashboard with a table of each,
 * whose every cell is held against PromQL asked past the panels and against arithmetic on
 * its answers; then one more is added in the editor.
 *
 *   SITE_URL=http://127.0.0.1:3000 node e2e/livetransforms.mjs
 *
 * TO is a time other than now, in Unix milliseconds.
 */
import assert from 'node:assert/strict'
import { editing } from './editing.mjs'
import { reader, site } from './reader.mjs'

const step = 10
const to = Math.floor((Number(process.env.TO ?? Date.now()) - 20_000) / (1000 * step)) * step
const from = to - 60
const [count, seconds] = ['count', 'sum'].map((part) => `supersonic_gateway_request_duration_seconds_${part}`)
const [perModel, perPair] = ['model', 'server, model'].map((labels) => `sum by (${labels}) (${count})`)
const failing = 'sum by (model) (supersonic_gateway_requests_total{code!="OK"}) > 10' // the model that fails as it should, not one that once did
const total = (list) => list.reduce((a, b) => a + b, 0)
const mean = (list) => total(list) / list.length
const deviation = (list) => Math.sqrt(mean(list.map((v) => (v - mean(list)) ** 2)))

await reader(site, async ({ page, does, until, quiet, panel, json, promql, series: ranged }) => {
  const asked = async (query) => (await promql(query, to)).map((s) => ({ ...s.metric, v: Number(s.value[1]) }))
  const [each, took, failed, over] = await Promise.all([
    asked(perPair), asked(`sum by (server, model) (${seconds})`), asked(failing),
    ranged(perPair, from, to, step).then((list) => list.map((s) => ({ ...s.metric, list: s.values.map(([, v]) => Number(v)), at: new Map(s.values.map(([t, v]) => [t, Number(v)])) }))),
  ])
  for (const list of [each, over]) list.sort((a, b) => (`${a.server} ${a.model}` < `${b.server} ${b.model}` ? -1 : 1)) // as their names stand beside each other
  const [servers, models] = ['server', 'model'].map((label) => [...new Set(each.map((s) => s[label]))].sort())
  assert.ok(servers.length > 1 && models.length > 2 && failed.length > 0 && failed.length < models.length, `${servers}; ${models}; failed ${failed.map((s) => s.model)}`)
  const of = (list, fits) => total(list.filter((s) => Object.entries(fits).every(([label, value]) => s[label] === value)).map((s) => s.v))
  const steps = Array.from({ length: (to - from) / step + 1 }, (_, i) => from + i * step).filter((t) => over.some((s) => s.at.has(t))) // a young site has no more
  const clock = (t) => new Date(t * 1000).toISOString().slice(0, 19).replace('T', ' ')
  const counts = models.map((model) => of(each, { model }))
  const times = models.map((model) => of(took, { model }))
  const rows = (...columns) => columns[0].map((_, i) => columns.map((c) => c[i]))
  const middle = counts.toSorted((a, b) => a - b)[1]

  const table = (refId, expr) => ({ refId, expr, instant: true, range: false, format: 'table' })
  const series = (refId, expr, legendFormat) => ({ refId, expr, instant: true, range: false, legendFormat })
  const without = (...names) => ({ id: 'filterFieldsByName', options: { exclude: { names } } })
  const inOrder = (...names) => ({ id: 'organize', options: { indexByName: Object.fromEntries(names.map((n, i) => [n, i])) } })
  const sort = (field, desc) => ({ id: 'sortBy', options: { sort: [{ field, desc }] } })
  const calculated = (mode, alias, options) => ({ id: 'calculateField', options: { mode, alias, ...options } })
  const moving = (alias, windowAlignment, reducer, windowSize) => calculated('windowFunctions', alias, { window: { field: 'Value', reducer, windowAlignment, windowSizeMode: 'fixed', windowSize } })
  const around = (before, after, f) => counts.map((_, i) => f(counts.slice(Math.max(0, i - before), i + after + 1)))

  /** panels are queries, transformations and the table that has to be seen. */
  const panels = {
    Concatenated: [[series('A', `sum by (server) (${count})`, '{{server}} asked'), series('B', `sum by (model) (${seconds})`, '{{model}} took')], [{ id: 'concatenate', options: { frameNameMode: 'drop' } }, without('Time')],
      [[...servers.map((s) => `${s} asked`), ...models.map((m) => `${m} took`)], [...servers.map((server) => of(each, { server })), ...times]]],
    'Joined by labels': [[series('A', perPair)], [{ id: 'joinByLabels', options: { value: 'model', join: ['server'] } }, inOrder('server', ...models)],
      [['server', ...models], ...servers.map((server) => [server, ...models.map((model) => of(each, { server, model }))])]],
    'Joined, all rows': [[table('A', perModel), table('B', failing)], [{ id: 'joinByField', options: { byField: 'model', mode: 'outer' } }, { id: 'filterFieldsByName', options: { include: { names: ['model', 'Value #A', 'Value #B'] } } }],
      [['model', 'Value #A', 'Value #B'], ...rows(models, counts, models.map((model) => failed.find((f) => f.model === model)?.v ?? null))]],
    'Joined, rows of both': [[table('A', perModel), table('B', failing)], [{ id: 'joinByField', options: { byField: 'model', mode: 'inner' } }, { id: 'filterFieldsByName', options: { include: { names: ['model', 'Value #A', 'Value #B'] } } }],
      [['model', 'Value #A', 'Value #B'], ...failed.map((f) => [f.model, of(each, { model: f.model }), f.v])]],
    Merged: [[table('A', perPair), table('B', `sum by (server, model) (${seconds})`)], [{ id: 'merge' }, without('Time')],
      [['model', 'server', 'Value #A', 'Value #B'], ...each.map(({ model, server, v }) => [model, server, v, of(took, { model, server })])]],
    Grouped: [[table('A', perPair)], [{ id: 'groupBy', options: { fields: { model: { operation: 'groupby' }, server: { operation: 'aggregate', aggregations: ['distinctCount'] }, Value: { operation: 'aggregate', aggregations: ['sum', 'max', 'count'] } } } }],
      [['model', 'server (distinctCount)', 'Value (sum)', 'Value (max)', 'Value (count)'], ...models.map((model) => [model, each.filter((s) => s.model === model).map((s) => s.v)]).map(([model, list]) => [model, list.length, total(list), Math.max(...list), list.length])]],
    'Reduced to rows': [[{ refId: 'A', expr: perPair, range: true }], [{ id: 'reduce', options: { mode: 'seriesToRows', labelsToFields: true, reducers: ['min', 'lastNotNull', 'mean', 'diff', 'p75', 'count'] } }, without('Field')],
      [['model', 'server', 'Min', 'Last *', 'Mean', 'Difference', '75th %', 'Count'], ...over.map(({ model, server, list }) => [model, server, Math.min(...list), list.at(-1), mean(list), list.at(-1) - list[0], list.toSorted((a, b) => a - b)[Math.floor((list.length - 1) * 0.75 + 0.5)], list.length])]],
    'Reduced, each field': [[{ refId: 'A', expr: perPair, range: true, legendFormat: '{{server}} {{model}}' }], [{ id: 'reduce', options: { mode: 'reduceFields', reducers: ['mean'] } }, { id: 'concatenate', options: { frameNameMode: 'drop' } }],
      [over.map(({ server, model }) => `${server} ${model}`), over.map(({ list }) => mean(list))]],
    'Renamed by a pattern': [[series('A', perPair, '{{server}} {{model}}')], [{ id: 'concatenate', options: { frameNameMode: 'drop' } }, without('Time'), { id: 'renameByRegex', options: { regex: '^supersonic-(\\w+)-(\\d+) (.*)$', renamePattern: '$3 of $1 $2' } }],
      [each.map(({ model, server }) => `${model} of ${server.replace('supersonic-', '').replace('-', ' ')}`), each.map((s) => s.v)]],
    'One query alone': [[table('A', perModel), table('B', failing)], [{ id: 'filterByRefId', options: { include: 'B' } }, without('Time')], [['model', 'Value #B'], ...failed.map((f) => [f.model, f.v])]],
    'Rows by values': [[table('A', perModel)], [without('Time'), { id: 'filterByValue', options: { type: 'include', match: 'all', filters: [{ fieldName: 'Value', config: { id: 'greaterOrEqual', options: { value: '$least' } } }, { fieldName: 'model', config: { id: 'regex', options: { value: '_|^e' } } }] } }],
      [['model', 'Value'], ...rows(models, counts).filter(([model, n]) => n >= middle && /_|^e/.test(model))]],
    'Rows without': [[table('A', perModel)], [without('Time'), { id: 'filterByValue', options: { type: 'exclude', match: 'any', filters: [{ fieldName: 'Value', config: { id: 'lower', options: { value: middle } } }, { fieldName: 'model', config: { id: 'equal', options: { value: models[0] } } }] } }],
      [['model', 'Value'], ...rows(models, counts).filter(([model, n]) => n >= middle && model !== models[0])]],
    Calculated: [[table('A', perModel)], [without('Time'), sort('model'), calculated('unary', 'ln', { unary: { operator: 'ln', fieldName: 'Value' } }), calculated('unary', 'share', { unary: { operator: 'percent', fieldName: 'Value' } }), calculated('cumulativeFunctions', 'so far', { cumulative: { field: 'Value', reducer: 'sum' } }),
      moving('before', 'trailing', 'mean', 2), moving('around', 'centered', 'stdDev', 3), calculated('index', 'row', {}), calculated('reduceRow', 'range', { reduce: { reducer: 'range', include: ['Value', 'so far'] } }), calculated('binary', 'per second', { binary: { left: 'Value', operator: '/', right: '60' } })],
      [['model', 'Value', 'ln', 'share', 'so far', 'before', 'around', 'row', 'range', 'per second'], ...rows(models, counts, counts.map(Math.log), counts.map((n) => n / total(counts)), counts.map((_, i) => total(counts.slice(0, i + 1))), around(1, 0, mean), around(1, 1, deviation), counts.map((_, i) => i), counts.map((_, i) => total(counts.slice(0, i))), counts.map((n) => n / 60))], true],
    'Labels as fields': [[series('A', perPair)], [{ id: 'labelsToFields', options: { valueLabel: 'server' } }, { id: 'merge' }, without('Time'), inOrder('model', ...servers)],
      [['model', ...servers], ...models.map((model) => [model, ...servers.map((server) => of(each, { server, model }))])]],
    'The busiest': [[table('A', perPair)], [without('Time'), sort('Value', true), { id: 'limit', options: { limitField: 3 } }],
      [['model', 'server', 'Value'], ...each.toSorted((a, b) => b.v - a.v).slice(0, 3).map(({ model, server, v }) => [model, server, v])], true],
    'A matrix': [[table('A', perPair)], [sort('server'), sort('model'), { id: 'groupingToMatrix', options: { columnField: 'server', rowField: 'model', valueField: 'Value' } }],
      [['model\\server', ...servers], ...models.map((model) => [model, ...servers.map((server) => of(each, { server, model }))])], true],
    'Rows of series': [[{ refId: 'A', expr: `sum by (server) (${count})`, range: true, legendFormat: '{{server}}' }], [{ id: 'seriesToRows' }, sort('Metric'), sort('Time', true)],
      [['Time', 'Metric', 'Value'], ...steps.toReversed().flatMap((t) => servers.map((server) => [t, server, over.filter((s) => s.server === server && s.at.has(t))])).filter(([, , list]) => list.length > 0).map(([t, server, list]) => [clock(t), server, total(list.map((s) => s.at.get(t)))])], true],
    'Series beside each other': [[{ refId: 'A', expr: perPair, range: true, legendFormat: '{{server}} {{model}}' }], [{ id: 'prepareTimeSeries', options: { format: 'wide' } }, { id: 'limit', options: { limitField: -2 } }],
      [['Time', ...over.map(({ server, model }) => `${server} ${model}`)], ...[-2, -1].map((n) => [clock(steps.at(n)), ...over.map(({ list }) => list.at(n))])], true],
    'Parts of a text': [[table('A', `sum by (server) (${count})`)], [without('Time'), { id: 'extractFields', options: { source: 'server', format: 'regexp', regExp: '/-(?<kind>[a-z]+)-(?<nth>\\d+)$/' } }, { id: 'formatString', options: { stringField: 'kind', outputFormat: 'Upper Case' } }],
      [['server', 'Value', 'kind', 'nth'], ...servers.map((server) => [server, of(each, { server }), 'TRITON', Number(/\d+$/.exec(server))])]],
    'Times as texts': [[table('A', perModel)], [{ id: 'convertFieldType', options: { conversions: [{ targetField: 'Time', destinationType: 'string', dateFormat: 'HH:mm:ss' }] } }], [['Time', 'model', 'Value'], ...rows(models.map(() => clock(to).slice(11)), models, counts)]],
    'Fields of rows': [[table('A', perModel)], [without('Time'), sort('model'), { id: 'rowsToFields', options: {} }], [models, counts]],
    'Each by itself, joined': [[table('A', perPair)], [without('Time'), sort('server'), { id: 'partitionByValues', options: { fields: ['server'] } }, { id: 'joinByField', options: { byField: 'model' } }, sort('model')],
      [['model', ...servers], ...models.map((model) => [model, ...servers.map((server) => of(each, { server, model }))])], true],
    'Of one query of two': [[table('A', perModel), table('B', failing)], [{ id: 'renameByRegex', filter: { id: 'byRefId', options: 'B' }, options: { regex: '^Value.*', renamePattern: 'failed' } }, { id: 'limit', disabled: true, options: { limitField: 1 } }, { id: 'joinByField', options: { byField: 'model', mode: 'outerTabular' } }, { id: 'filterFieldsByName', options: { include: { pattern: '/^(model|Value|failed)/' } } }],
      [['model', 'Value #A', 'failed'], ...rows(models, counts, models.map((model) => failed.find((f) => f.model === model)?.v ?? null))]],
    'Each number twice': [[table('A', perModel)], [without('Time'), { id: 'calculateField', options: { mode: 'binary', replaceFields: false, binary: { left: { matcher: { id: 'byType', options: 'number' } }, operator: '*', right: { fixed: '2' } } } }, { id: 'organize', options: { orderByMode: 'auto', orderBy: [{ type: 'name', desc: true }] } }],
      [['Value * 2', 'Value', 'model'], ...rows(counts.map((n) => 2 * n), counts, models)]],
    Turned: [[table('A', perModel)], [without('Time'), sort('model'), { id: 'transpose', options: { firstFieldName: 'of' } }], [['of', ...models], ['Value', ...counts]], true],
  }

  const cells = (title) => panel(title).locator('table').first().evaluate((t) => [[...t.tHead.rows[0].cells].map((c) => c.innerText.replace(/ [↓↑]$/, '').trim()), ...[...t.tBodies[0].rows].map((tr) => [...tr.cells].map((c) => c.innerText.trim()))])
  const byText = (a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)
  const same = (text, want) => (typeof want === 'number' ? text !== '' && Math.abs(Number(text) - want) < 0.0001 + 1e-9 * Math.abs(want) : text === (want ?? ''))
  /** holds waits until a table has just these heads and cells, of rows in this order or in any. */
  const holds = (title, want, ordered) => until(title, async () => {
    const [head, ...seen] = await cells(title)
    const [wantHead, ...rest] = ordered ? want : [want[0], ...want.slice(1).toSorted(byText)]
    const found = ordered ? seen : seen.toSorted(byText)
    return (JSON.stringify(head) === JSON.stringify(wantHead) && found.length === rest.length && rest.every((row, i) => row.every((v, j) => same(found[i][j], v)))) || { seen: [head, ...found], want }
  })

  const { uid } = await json('/api/dashboards/save', { version: 0, message: '', copy: true, model: {
    uid: '', title: 'Transformed', schemaVersion: 41, templating: { list: [{ name: 'least', type: 'constant', query: String(middle) }] },
    panels: Object.entries(panels).map(([title, [targets, transformations]], i) => ({ id: i + 1, type: 'table', title, interval: `${step}s`, gridPos: { x: (i % 3) * 8, y: Math.floor(i / 3) * 8, w: 8, h: 8 }, fieldConfig: { defaults: { unit: 'none', decimals: 4 }, overrides: [] }, targets, transformations })),
  } })
  await page.setViewportSize({ width: 1800, height: 3200 })
  const range = `from=${from * 1000}&to=${to * 1000}&refresh=&timezone=utc`
  await page.goto(`${site}/d/${uid}?${range}`)
  await panel('Turned').waitFor()
  await quiet()
  for (const [title, [, , want, ordered]] of Object.entries(panels)) await does(title, () => holds(title, want, ordered))

  await does('one that is added in the editor, kept', async () => {
    const { choose, saves } = editing(page)
    const title = 'Merged'
    await page.goto(`${site}/d/${uid}/x?editPanel=${Object.keys(panels).indexOf(title) + 1}&${range}`)
    const region = page.getByRole('region', { name: 'Transformations' })
    await choose(region, 'Add a transformation', 'sort by')
    await choose(region, 'Field of sort 1', 'Value #B')
    await region.getByRole('checkbox', { name: 'Reverse of sort 1' }).check()
    await choose(region, 'Add a transformation', 'limit')
    await region.getByLabel('Rows', { exact: true }).fill('2')
    await page.keyboard.press('Enter')
    const [, , [head, ...all]] = panels[title]
    const want = [head, ...all.toSorted((a, b) => b[3] - a[3]).slice(0, 2)]
    await holds(title, want, true)
    await saves()
    await page.goto(`${site}/d/${uid}?${range}`)
    await holds(title, want, true)
  })
})
