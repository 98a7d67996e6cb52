/**
 * Forms of queries in the panel editor, in Chromium: what is set by mouse and typed is what
 * the stores are asked, and what is drawn of it is what they have, by arithmetic.
 *
 *   SITE_URL=http://127.0.0.1:3000 CONTROL=http://127.0.0.1:1 node e2e/forms.mjs
 *
 * CONTROL tells what the stores were asked (ui/formsbrowser_test.go has them).
 */
import assert from 'node:assert/strict'
import { editing } from './editing.mjs'
import { open, site } from './reader.mjs'

const { page, does, until, quiet, shot, sound, json, reads } = await open(site)
const { put, choose, set: set2 } = editing(page)
const preview = page.locator('.preview [data-panel]')
const to = Math.floor(Date.now() / 3600e3) * 3600e3
const from = to - 3600e3
const asked = async () => (await fetch(process.env.CONTROL)).json()
/** since tells what is asked from now on. */
const since = async () => {
  const before = (await asked()).length
  return async (path = '') => (await asked()).slice(before).filter((q) => q.path.endsWith(path)).map((q) => q.params)
}

/** the series of the stores, by arithmetic: their values at a time in seconds */
const waves = { broken: (t) => (t % 1800 < 240 ? null : 30 - 3 * Math.cos((2 * Math.PI * t) / 1200)), none: () => 0, one: (t) => 10 + 5 * Math.sin((2 * Math.PI * t) / 1800) }
const steady = { high: 80, low: 20, mid: 50 }
const times = (begin, end, step) => Array.from({ length: Math.floor((end - begin) / step) + 1 }, (_, i) => begin + i * step)
const valuesOf = (f, begin = from / 1000, end = to / 1000, step = 60) => times(begin, end, step).map(f).filter((v) => v !== null)
const mean = (list) => list.reduce((a, b) => a + b, 0) / list.length

const look = { options: { legend: { showLegend: true, displayMode: 'table', placement: 'bottom', calcs: ['firstNotNull', 'lastNotNull', 'max', 'count'] } }, fieldConfig: { defaults: { decimals: 3, unit: 'none' }, overrides: [] }, interval: '60s' }
const prom = (expr, more = {}) => ({ refId: 'A', expr, range: true, legendFormat: '__auto', ...more })
const model = {
  title: 'Forms', schemaVersion: 41, templating: { list: [{ name: 'shape', type: 'custom', query: 'steady,waves,states', multi: true, includeAll: true, current: { text: 'All', value: '$__all' } }] }, panels: [
    { id: 1, type: 'timeseries', title: 'Waves', gridPos: { x: 0, y: 0, w: 12, h: 8 }, ...look, targets: [prom('waves')] },
    { id: 2, type: 'timeseries', title: 'Buckets', gridPos: { x: 12, y: 0, w: 12, h: 8 }, ...look, targets: [prom('buckets')] },
    { id: 3, type: 'timeseries', title: 'Computed', gridPos: { x: 0, y: 8, w: 12, h: 8 }, ...look, targets: [prom('steady')] },
    { id: 4, type: 'table', title: 'Traces', gridPos: { x: 12, y: 8, w: 12, h: 8 }, ...look, datasource: { type: 'tempo', uid: 'tempo' }, targets: [{ refId: 'A', queryType: 'traceqlSearch', filters: [] }] },
    { id: 5, type: 'stat', title: 'Shape $shape', gridPos: { x: 0, y: 16, w: 24, h: 5 }, targets: [prom('$shape', { instant: true, range: false })] },
  ],
}
const { uid } = await json('api/dashboards/save', { model, version: 0, message: '', copy: true })
const kept = async (id) => (await json(`api/dashboards/uid/${uid}/json`)).panels.find((p) => p.id === id)

async function edits(id, range = `from=${from}&to=${to}`) {
  await page.goto(`${site}/d/${uid}/x?editPanel=${id}&${range}&timezone=utc&refresh=`)
  await preview.waitFor()
  await quiet()
}
async function saves() {
  await page.getByRole('button', { name: 'Save dashboard' }).click()
  await page.getByRole('dialog').getByRole('button', { name: /^Save/ }).click()
  await until('it is saved', async () => (await page.getByRole('dialog').count()) === 0)
}
const query = (ref = 'A') => page.getByRole('article', { name: `Query ${ref}`, exact: true })
const set = (label, value, ref) => put(query(ref), label, value)
const pick = (name, text, ref) => query(ref).getByRole('combobox', { name, exact: true }).selectOption({ label: text })
const views = (name) => choose(page.locator('aside'), 'View as', name)

const near = (a, b) => Math.abs(a - b) <= 0.0006
const same = (a, b) => Object.keys(a).sort().join('|') === Object.keys(b).sort().join('|') && Object.entries(b).every(([name, list]) => list.every((v, i) => near(a[name][i], v)))
const legend = () => preview.locator('.legend tbody tr').evaluateAll((all) => Object.fromEntries(all.map((tr) => [tr.cells[0].innerText.trim(), [...tr.cells].slice(1).map((c) => Number(c.innerText))])))
/** draws waits until the legend has series with these first and last values, largest ones and numbers of points. */
const draws = (what, want) => until(what, async () => {
  const now = await legend()
  return same(now, want) || now
})
const sums = (list) => [list[0], list.at(-1), Math.max(...list), list.length]
const drawsOf = (what, want) => draws(what, Object.fromEntries(Object.entries(want).map(([name, list]) => [name, sums(list)])))
const cards = () => preview.locator('.card').evaluateAll((all) => Object.fromEntries(all.map((c) => [c.querySelector('.name')?.textContent ?? '', [Number(c.querySelector('.value').textContent)]])))
const counts = (what, want) => until(what, async () => {
  const now = await cards()
  return same(now, want) || now
})
const rows = () => preview.locator('tbody tr').evaluateAll((all) => all.map((tr) => [...tr.cells].map((c) => c.innerText.trim())))

await reads(async () => {
  await does('PromQL: legend and least step', async () => {
    await edits(1)
    const all = (name = (n) => n, step = 60) => Object.fromEntries(Object.entries(waves).map(([n, f]) => [name(n), valuesOf(f, from / 1000, to / 1000, step)]))
    await drawsOf('called by the label that tells them apart', all())
    await set('All labels', true)
    await drawsOf('called by all its labels', all((n) => `{name="${n}"}`))
    await set('All labels', false)
    await drawsOf('called by what differs', all())
    await set('Legend', '{{name}} of {{nothing}}it')
    assert.equal(await query().getByLabel('All labels', { exact: true }).count(), 0)
    await drawsOf('called as the legend says', all((n) => `${n} of it`))
    const now = await since()
    await set('Min step', '5m')
    await drawsOf('a point each five minutes', all((n) => `${n} of it`, 300))
    assert.deepEqual((await now('query_range')).map((q) => [q.query, q.step, q.start, q.end].map((v) => String(Number(v) || v))), [['waves', '300', String(from / 1000), String(to / 1000)]])
    await set('Legend', '')
    await drawsOf('called by its labels again', all(undefined, 300))
    await saves()
    const [target] = (await kept(1)).targets
    assert.deepEqual([target.interval, target.legendFormat], ['5m', '__auto'])
  })

  await does('PromQL: instant, both, as a table', async () => {
    await edits(1)
    await set('Min step', '10m')
    let now = await since()
    await pick('Type', 'Instant')
    const at = (t) => Object.entries(waves).filter(([, f]) => f(t) !== null).map(([n, f]) => [n, f(t)])
    await draws('the values at the end', Object.fromEntries(at(to / 1000).map(([n, v]) => [n, [v, v, v, 1]])))
    assert.deepEqual((await now('query')).map((q) => [q.query, Number(q.time)]), [['waves', to / 1000]])
    await pick('Format', 'Table')
    await views('Table')
    const seconds = (text) => Date.parse(`${text.replace(' ', 'T')}Z`) / 1000
    const holds = (what, want) => until(what, async () => {
      const seen = (await rows()).map(([time, name, value]) => [seconds(time), name, Number(value)]).sort(([a, n], [b, m]) => a - b || (n < m ? -1 : 1))
      return (seen.length === want.length && seen.every(([t, n, v], i) => t === want[i][0] && n === want[i][1] && near(v, want[i][2]))) || seen
    })
    await holds('a row of each series', at(to / 1000).map(([n, v]) => [to / 1000, n, v]))
    now = await since()
    await pick('Type', 'Range')
    const over = times(from / 1000, to / 1000, 600).flatMap((t) => at(t).map(([n, v]) => [t, n, v]))
    await holds('a row of each point', over)
    await pick('Type', 'Both')
    await preview.getByRole('combobox', { name: 'Table', exact: true }).selectOption({ label: 'Value 2' })
    await holds('a table of each: the second is of the end', at(to / 1000).map(([n, v]) => [to / 1000, n, v]))
    await preview.getByRole('combobox', { name: 'Table', exact: true }).selectOption({ label: 'Value 1' })
    await holds('the first is over time', over)
  })

  await does('PromQL: buckets each by itself, exemplars', async () => {
    await edits(2)
    await drawsOf('as the store counts them, up to each bound', { 1: Array(61).fill(3), 5: Array(61).fill(5), '+Inf': Array(61).fill(6) })
    await pick('Format', 'Heatmap')
    await drawsOf('each without those below it', { 1: Array(61).fill(3), 5: Array(61).fill(2), '+Inf': Array(61).fill(1) })
    assert.equal(await preview.locator('a.dot').count(), 0)
    await set('Exemplars', true)
    await until('a diamond', async () => (await preview.locator('a.dot').count()) === 1)
    assert.match(await preview.locator('a.dot').getAttribute('href'), /\/trace\/0123456789abcdef0123456789abcdef/)
    await set('Exemplars', false)
    await until('none', async () => (await preview.locator('a.dot').count()) === 0)
  })

  const search = () => query().getByRole('search', { name: 'Search traces' })
  const type = (name) => query().getByRole('radio', { name, exact: true }).check()
  const fill = async (label, text) => {
    await search().getByLabel(label, { exact: true }).last().fill(text)
    await page.keyboard.press('Enter')
  }
  const terms = ['(resource.service.name="supersonic-envoy-0" || resource.service.name="supersonic-envoy-1")', 'name="ingress"', 'status=error', 'duration>=20ms', 'duration<=1.5s', '(span.triton.model_version="3" || span.triton.model_version=3 || span.triton.model_version="next")', '.k8s.pod.name=~"triton-.*"']
  /** asks waits until the trace store is asked for a text, and gives with what. */
  const asks = async (text, heard, path = 'search') => {
    let found
    await until(`the store is asked for ${text}`, async () => {
      const all = await heard(path)
      found = all.find((q) => q.q.replace(' with(most_recent=true)', '').replace(' | select(name)', '').replaceAll(/ *(&&|\|\||[{}()]|>=|<=|=~|=) */g, '$1') === text.replaceAll(/ *(&&|\|\||[{}()]|>=|<=|=~|=) */g, '$1'))
      return found !== undefined || all.map((q) => q.q)
    })
    return found
  }

  await does('Search writes TraceQL, and reads it back', async () => {
    await edits(4)
    const heard = await since()
    await fill('Service', 'supersonic-envoy-0')
    await asks(`{${terms[0].slice(1).split(' ||')[0]}}`, heard)
    await search().getByRole('button', { name: 'Or another Service' }).click()
    await fill('Service', 'supersonic-envoy-1')
    await fill('Span name', 'ingress')
    await search().getByRole('combobox', { name: 'Status' }).selectOption('error')
    await fill('Min duration', '20ms')
    await fill('Max duration', '1.5s')
    await asks(`{${terms.slice(0, 5).join(' && ')}}`, heard)
    for (const [tag, op, value] of [['span.triton.model_version', '=', '3'], ['k8s.pod.name', '=~', 'triton-.*']]) {
      await search().getByRole('button', { name: 'Add a condition' }).click()
      await search().getByLabel('Attribute', { exact: true }).last().fill(tag)
      await page.keyboard.press('Tab')
      await search().getByRole('combobox', { name: 'Comparison' }).last().selectOption(op)
      await search().locator('.value input').last().fill(value)
      await page.keyboard.press('Enter')
    }
    await search().getByRole('button', { name: 'Or another Value of span.triton.model_version' }).click()
    await fill('Value of span.triton.model_version', 'next')
    const { start, end } = await asks(`{${terms.join(' && ')}}`, heard)
    assert.deepEqual([start, end].map(Number), [from / 1000, to / 1000])
    await saves()
    await edits(4)
    const shown = async () => [await search().locator('.chip').allInnerTexts(), await search().locator('.fields input').evaluateAll((all) => all.map((e) => e.value)), await search().getByRole('combobox', { name: 'Status' }).inputValue(), await search().locator('.row .tag').evaluateAll((all) => all.map((e) => e.value)), await search().locator('.value input').evaluateAll((all) => all.map((e) => e.value))]
    assert.deepEqual(await shown(), [['supersonic-envoy-0', '3'], ['supersonic-envoy-1', 'ingress', '', '20ms', '1.5s'], 'error', ['span.triton.model_version', '.k8s.pod.name'], ['next', 'triton-.*']])
    await sound('the form of a search')
    await shot('forms-search')
    const again = await since()
    await search().getByRole('button', { name: 'Without supersonic-envoy-0' }).click()
    await search().getByRole('button', { name: 'Remove the condition on .k8s.pod.name' }).click()
    await asks(`{${[terms[0].slice(0, -1).split('|| ')[1], ...terms.slice(1, -1)].join(' && ')}}`, again)
  })

  await does('the limit of traces, of their spans, and the table of which', async () => {
    await edits(4)
    const heard = await since()
    await set('Limit', 5)
    await until('five rows', async () => (await rows()).length === 5 || rows())
    await set('Spans of each trace', 4)
    await query().getByRole('combobox', { name: 'Table of' }).selectOption({ label: 'Spans' })
    await until('four spans of each', async () => (await rows()).length === 20 || rows())
    assert.deepEqual((await heard('search')).at(-1).limit, '5')
    assert.deepEqual((await heard('search')).at(-1).spss, '4')
    const ids = (await rows()).map((r) => r[0])
    assert.equal(new Set(ids).size, 5)
    assert.deepEqual((await rows()).map((r) => r[2]), (await rows()).map((_, i) => (16 * Math.floor(i / 4) + (i % 4) + 1).toString(16).padStart(16, '0')), 'ids are texts, whatever the unit of the panel')
    assert.deepEqual((await rows()).map((r) => r.at(-1)), (await rows()).map((_, i) => `${(1 + Math.floor(i / 4)).toFixed(3)} ms`))
  })

  await does('TraceQL: the text of the search goes on, metrics have a step', async () => {
    await edits(4)
    const heard = await since()
    await query().getByRole('button', { name: 'Edit as TraceQL' }).click()
    assert.equal(await query().getByRole('radio', { name: 'TraceQL', exact: true }).isChecked(), true)
    const text = page.getByRole('textbox', { name: 'TraceQL of A', exact: true })
    const whole = `{ ${terms.join(' && ')} }`.replaceAll(/(>=|<=|=~|(?<![<>])=(?!~))/g, ' $1 ')
    await until('it has the text of the search', async () => (await text.innerText()).trim() === whole || [await text.innerText(), whole])
    await text.click()
    await page.keyboard.press('ControlOrMeta+a')
    await page.keyboard.insertText('{ name = "ingress" } | rate() by (name)')
    await page.keyboard.press('Shift+Enter')
    await drawsOf('a line, of the step of the panel', { ingress: Array(60).fill(60) })
    await set('Step of metrics', '5m')
    await drawsOf('of five minutes', { ingress: Array(12).fill(300) })
    await query().getByRole('combobox', { name: 'Metrics are' }).selectOption({ label: 'One value of the whole range' })
    await drawsOf('one value', { ingress: [3600] })
    assert.deepEqual((await heard('metrics/query')).map((q) => [q.q, Number(q.start), Number(q.end)]), [['{ name = "ingress" } | rate() by (name)', from / 1000, to / 1000]])
    assert.deepEqual((await heard('metrics/query_range')).map((q) => [q.q, q.step]), [['{ name = "ingress" } | rate() by (name)', '60s'], ['{ name = "ingress" } | rate() by (name)', '300s']])
  })

  await does('the Service Graph asks for the edges of its filter', async () => {
    await edits(4)
    const heard = await since()
    await type('Service Graph')
    await until('the view is a graph', async () => (await page.locator('aside').getByRole('button', { name: /^View as: Node graph/i }).count()) === 1)
    await quiet()
    await set("Filter of the graph's edges, as labels", '{client="supersonic-envoy-0"}')
    const of = (query, name) => query.includes(`${name}{client="supersonic-envoy-0"`)
    const total = 'traces_service_graph_request_total'
    await until('the store is asked for them', async () => (await heard('query')).some((q) => of(q.query, total)) || heard('query'))
    const filtered = (await heard('query')).filter((q) => q.query.includes('{client='))
    for (const q of filtered) assert.deepEqual([Number(q.time), /\[(\w+)\]/.exec(q.query)[1]], [to / 1000, '3600s'])
    const again = await since()
    await set('Services of each namespace apart', true)
    await until('the edges of each namespace', async () => (await again('query')).some((q) => q.query.startsWith('sum by (client, server, ') && /namespace/.test(q.query) && of(q.query, total)) || again('query'))
    for (const name of [total, 'traces_service_graph_request_failed_total', 'traces_service_graph_request_server_seconds_sum']) assert.ok(filtered.some((q) => of(q.query, name)), name)
  })

  const own = (label, value) => set(label, value, 'B')
  const kind = (name) => pick('Operation', name, 'B')
  const every = (f) => Object.fromEntries(Object.entries(steady).map(([n, v]) => [`B ${n}`, Array(61).fill(f(v))]))
  const ones = Array.from({ length: 61 }, (_, i) => waves.one(from / 1000 + 60 * i))

  await does('expressions: a formula, a threshold, conditions', async () => {
    await edits(3)
    await page.getByRole('button', { name: 'Expression', exact: true }).click()
    await page.getByRole('button', { name: 'Hide A', exact: true }).click()
    await drawsOf('the same, until a formula is written', every((v) => v))
    await own('Formula', 'abs(40 - $A) / 2')
    await drawsOf('computed', every((v) => Math.abs(40 - v) / 2))
    await kind('Threshold')
    for (const [name, values, is] of [['is above', [50], (v) => v > 50], ['is above or equal to', [50], (v) => v >= 50], ['is within', [20, 80], (v) => v > 20 && v < 80], ['is outside, ends included', [20, 50], (v) => v <= 20 || v >= 50]]) {
      await pick('Comparison', name, 'B')
      await own('Value', values[0])
      if (values.length > 1) await own('and', values[1])
      await drawsOf(`${name} ${values}`, every((v) => Number(is(v))))
    }
    await views('Stat')
    await kind('Classic conditions')
    await pick('When', 'sum()', 'B')
    await pick('Comparison', 'is above', 'B')
    for (const [at, is] of [[80 * 61 - 1, 1], [80 * 61, 0]]) { // the largest sum of a series
      await own('Value', at)
      await until(`a sum is above ${at}: ${is}`, async () => Object.values(await cards()).join() === String(is) || cards())
    }
    await query('B').getByRole('button', { name: 'Add a condition' }).click()
    await query('B').getByRole('combobox', { name: 'With those before' }).selectOption('or')
    await query('B').getByRole('combobox', { name: 'When' }).nth(1).selectOption('min()')
    await query('B').getByRole('combobox', { name: 'Comparison' }).nth(1).selectOption({ label: 'is below' })
    await query('B').getByLabel('Value', { exact: true }).nth(1).fill('20.5')
    await page.keyboard.press('Enter')
    await until('or a lowest value is below', async () => Object.values(await cards()).join() === '1' || cards())
    await sound('expressions')
    await shot('forms-conditions')
  })

  await does('expressions: reduced, and at other times', async () => {
    await edits(1)
    await set('Min step', '')
    await page.getByRole('button', { name: 'Expression', exact: true }).click()
    await page.getByRole('button', { name: 'Hide A', exact: true }).click()
    await views('Stat')
    await kind('Reduce')
    for (const [name, f] of [['Mean', mean], ['Max', (l) => Math.max(...l)], ['Sum', (l) => l.reduce((a, b) => a + b, 0)], ['Count', (l) => l.length], ['Last', (l) => l.at(-1)]]) {
      await pick('Function', name, 'B')
      await counts(`${name} of each`, Object.fromEntries(Object.entries(waves).map(([n, of]) => [`B ${n}`, [f(valuesOf(of))]])))
    }
    await views('Time series')
    await kind('Resample')
    await own('Resample to', '5m')
    const bins = [ones.slice(0, 1), ...Array.from({ length: 12 }, (_, i) => ones.slice(1 + 5 * i, 6 + 5 * i))]
    const ofOne = (what, want) => until(what, async () => {
      const now = (await legend())['B one']
      return (now && want.every((v, i) => near(now[i], v))) || now
    })
    for (const [name, f] of [['Mean', mean], ['Max', (l) => Math.max(...l)], ['Min', (l) => Math.min(...l)], ['Sum', (l) => l.reduce((a, b) => a + b, 0)], ['Last', (l) => l.at(-1)]]) {
      await pick('Downsample', name, 'B')
      await ofOne(`${name} of each five minutes`, sums(bins.map(f)))
    }
    await own('Resample to', '20s')
    for (const [name, n] of [['fillna: none', 61], ['pad: the value before', 181], ['backfilling: the next value', 181]]) {
      await pick('Upsample', name, 'B')
      await ofOne(`${name}: ${n} points`, [ones[0], ones.at(-1), Math.max(...ones), n])
    }
  })

  const option = (label, value) => set2('Query options', { [label]: value })
  const asksOf = async (heard) => (await heard('query_range')).map((q) => [q.start, q.end, q.step].map(Number))
  await does('query options: points, interval, shift, another time', async () => {
    await edits(1)
    await set('Min step', '')
    let heard = await since()
    await option('Min interval', '')
    await until('as many points as there is room for', async () => (await asksOf(heard)).some(([, , step]) => step === 15) || asksOf(heard))
    await option('Max data points', 20) // of an hour: each 3 minutes, of which 2 are a readable step
    const over = (step, shift = 0) => Object.fromEntries(Object.entries(waves).map(([n, f]) => [n, valuesOf((t) => f(t - shift), from / 1000, to / 1000, step)]))
    await drawsOf('fewer points', over(120))
    await option('Min interval', '10m')
    await drawsOf('a point each ten minutes', over(600))
    heard = await since()
    await option('Time shift', '20m')
    await drawsOf('as it was 20 minutes before', over(600, 1200))
    assert.deepEqual(await asksOf(heard), [[from / 1000 - 1200, to / 1000 - 1200, 600]])
    const info = () => preview.locator('header .info').innerText().then((t) => t.trim())
    assert.equal(await info(), 'timeshift -20m')
    await option('Time shift', '')
    await option('Compare with', '20m')
    await drawsOf('beside what was 20 minutes before', { ...over(600), ...Object.fromEntries(Object.entries(over(600, 1200)).map(([n, v]) => [`${n} (comparison)`, v])) })
    assert.equal(await info(), 'compared with 20m before')
  })

  await does('query options: a relative time, which only a time that moves heeds', async () => {
    await edits(1)
    await option('Relative time', '20m')
    await quiet()
    await drawsOf('a time that stands still stays', Object.fromEntries(Object.entries(waves).map(([n, f]) => [n, valuesOf(f, from / 1000, to / 1000, 300)])))
    assert.equal(await preview.locator('header .info').count(), 0)
    await saves()
    const heard = await since()
    await edits(1, 'from=now-3h&to=now')
    await until('it asks for twenty minutes', async () => (await asksOf(heard)).some(([start, end, step]) => step === 300 && end - start === 1200 && Math.abs(end * 1000 - Date.now()) < 330e3) || asksOf(heard))
    const says = (text) => until(`it says ${text}`, async () => (await preview.innerText()).includes(text) || preview.innerText())
    await says('Last 20 minutes')
    await option('Relative time', 'now-1d/d')
    await until('yesterday', async () => (await asksOf(heard)).some(([start, end]) => start % 86400 === 0 && end % 86400 > 86400 - 900 && end - start < 86400) || asksOf(heard))
    await option('Relative time', 'yesterday')
    await says('"now-yesterday" is not a time')
    await option('Relative time', '')
    await until('it says nothing of a time any more', async () => !/now-yesterday|Last 20|now-1d/.test(await preview.innerText()))
  })

  await does('a panel is repeated by a variable: beside each other, so many in a row, or below', async () => {
    const names = { steady: ['high', 'low', 'mid'], waves: ['none', 'one'], states: ['door', 'pump'] } // at the end, where one wave has a gap
    await edits(5)
    await set2('Repeat', { 'Repeat by variable': 'shape' })
    await put(page.locator('aside'), 'Max per row', 2)
    await page.getByRole('button', { name: 'Apply', exact: true }).click()
    const each = (shape) => page.locator('[data-panel]', { has: page.getByRole('heading', { name: `Shape ${shape}`, exact: true }) })
    const stand = async (what, are) => {
      for (const [shape, want] of Object.entries(names)) {
        await each(shape).scrollIntoViewIfNeeded()
        await until(`${shape} has its values`, async () => {
          const now = await each(shape).locator('.card .name').allInnerTexts()
          return JSON.stringify(now.sort()) === JSON.stringify(want) || now
        })
      }
      await until(what, async () => {
        const boxes = []
        for (const shape of Object.keys(names)) boxes.push(await each(shape).boundingBox())
        const all = boxes.map((b) => [b.x, b.y, b.width].map(Math.round))
        return are(...all) || all
      })
    }
    await stand('two in a row', (a, b, c) => a[1] === b[1] && b[0] > a[0] + a[2] && c[0] === a[0] && c[1] > a[1] && a[2] === b[2] && b[2] === c[2])
    await shot('forms-repeated')
    await each('steady').hover()
    await page.keyboard.press('e')
    await set2('Repeat', { Direction: 'Vertical' })
    assert.equal(await page.locator('aside').getByLabel('Max per row', { exact: true }).count(), 0, 'which is of rows alone')
    await page.getByRole('button', { name: 'Apply', exact: true }).click()
    await stand('below each other', (a, b, c) => a[0] === b[0] && b[0] === c[0] && a[1] < b[1] && b[1] < c[1])
    await each('steady').hover()
    await page.keyboard.press('e')
    await set2('Repeat', { 'Repeat by variable': 'not repeated' })
    await page.getByRole('button', { name: 'Apply', exact: true }).click()
    await until('one is left', async () => (await page.getByRole('heading', { name: /^Shape / }).count()) === 1)
  })

  await does('what another panel shows is a data source', async () => {
    await edits(5)
    const source = (name) => choose(page.getByRole('region', { name: 'Queries' }), 'Data source', name)
    await source('Another panel')
    await query().getByRole('combobox', { name: 'What it shows' }).selectOption({ label: 'Computed' })
    await counts('the lines of that panel, as they are at the end', Object.fromEntries(Object.entries(steady).map(([n, v]) => [n, [v]])))
    await query().getByRole('combobox', { name: 'What it shows' }).selectOption({ label: 'Waves' })
    await until('those of another one', async () => {
      const now = await cards()
      return (Object.keys(now).sort().join() === 'broken,none,one' && near(now.one[0], waves.one(to / 1000)) && now.none[0] === 0) || now
    })
    await page.getByRole('button', { name: 'Query', exact: true }).click()
    await query('B').getByRole('combobox', { name: 'What it shows' }).selectOption({ label: 'Computed' })
    await until('both', async () => Object.keys(await cards()).length === 6 || cards())
    await page.getByRole('button', { name: 'Remove B', exact: true }).click()
    await saves()
    const { datasource, targets } = await kept(5)
    assert.deepEqual([datasource.uid, targets], ['-- Dashboard --', [{ refId: 'A', datasource: { type: 'datasource', uid: '-- Dashboard --' }, panelId: 1 }]])
    await edits(5)
    await until('it is so when it is opened again', async () => Object.keys(await cards()).length === 3 || cards())
    await source('prometheus')
    await page.getByRole('textbox', { name: 'PromQL of A', exact: true }).waitFor()
  })

  const explores = (params) => page.goto(`${site}/explore?${new URLSearchParams({ from, to, timezone: 'utc', refresh: '', ...params })}`)
  const row = () => page.locator('[data-query="A"]')
  const results = () => page.getByRole('region', { name: 'Results', exact: true })
  const opensDashboard = async (name) => {
    await page.getByRole('button', { name: 'Add to dashboard', exact: true }).click()
    const dialog = page.getByRole('dialog', { name: 'Add to dashboard' })
    if (name) {
      await dialog.getByRole('radio', { name: 'One that is there already' }).check()
      await choose(dialog, 'Dashboard', name)
    }
    await dialog.getByRole('button', { name: 'Open the dashboard' }).click()
    await page.getByRole('heading', { name: 'Edit panel' }).waitFor()
    await quiet()
  }

  await does('Explore: a PromQL query becomes a panel of a new dashboard, with the same figures', async () => {
    await explores({ type: 'promql', q: 'waves' })
    await row().getByLabel('Legend', { exact: true }).fill('{{name}} there')
    await page.keyboard.press('Tab')
    await row().getByLabel('Min step', { exact: true }).fill('5m')
    await page.keyboard.press('Tab')
    const want = Object.fromEntries(Object.entries(waves).map(([n, f]) => [`${n} there`, valuesOf(f, from / 1000, to / 1000, 300)]))
    const told = () => page.getByRole('table', { name: 'Legend' }).locator('tbody tr').evaluateAll((all) => Object.fromEntries(all.map((tr) => [tr.cells[0].innerText.trim(), [...tr.cells].slice(1).map((c) => parseFloat(c.innerText))])))
    const loosely = (a, b) => Object.keys(a).sort().join() === Object.keys(b).sort().join() && Object.entries(b).every(([n, list]) => list.every((v, i) => Math.abs(a[n][i] - v) < 0.06))
    await until('Explore has them', async () => loosely(await told(), Object.fromEntries(Object.entries(want).map(([n, list]) => [n, [list.at(-1), mean(list), Math.max(...list)]]))) || told())
    await opensDashboard()
    assert.equal(new URL(page.url()).pathname, '/dashboard/new')
    const spoken = () => preview.locator('.hidden table tbody tr').evaluateAll((all) => Object.fromEntries(all.map((tr) => [tr.cells[0].textContent, [...tr.cells].slice(1).map((c) => parseFloat(c.textContent))])))
    await until('the panel has them', async () => loosely(await spoken(), Object.fromEntries(Object.entries(want).map(([n, list]) => [n, [Math.min(...list), Math.max(...list), list.at(-1)]]))) || spoken())
    assert.equal(await preview.locator('a.dot').count(), 1, 'with the exemplars')
    assert.deepEqual([await query().getByLabel('Legend', { exact: true }).inputValue(), await query().getByLabel('Min step', { exact: true }).inputValue()], ['{{name}} there', '5m'])
    await page.getByRole('button', { name: 'Apply', exact: true }).click()
  })

  await does('Explore: spans become a panel of a dashboard that is there, as many and with their columns', async () => {
    await explores({ type: 'traceql', q: '{ name = "ingress" }', limit: 4, columns: 'span.peer.service' })
    await results().getByRole('combobox', { name: 'Table of' }).selectOption('spans')
    await until('twenty spans of each of four', async () => /\b80 spans\b/.test(await results().innerText()) || results().innerText())
    const heard = await since()
    await opensDashboard('Forms')
    await until('the panel has as many', async () => /\b80 rows\b/.test(await preview.innerText()) || preview.innerText())
    assert.deepEqual((await heard('search')).filter((q) => q.limit === '4').map((q) => [q.limit, q.spss, Number(q.start), Number(q.end)]), [['4', '20', from / 1000, to / 1000]])
    await saves()
    const added = (await json(`api/dashboards/uid/${uid}/json`)).panels.at(-1)
    assert.deepEqual([added.type, added.datasource.type, added.targets[0].query, added.targets[0].tableType], ['table', 'tempo', '{ name = "ingress" } | select(span.peer.service)', 'spans'])
  })
})
