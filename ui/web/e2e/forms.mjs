/**
 * Forms of queries in the panel editor, in Chromium: what is set by mouse and typed is what
 * the stores are asked, and what is drawn of it is what they have, by arithmetic.
 *
 *   SITE_URL=http://127.0.0.1:3000 CONTROL=http://127.0.0.1:1 node e2e/forms.mjs
 *
 * CONTROL tells what the stores were asked (ui/formsbrowser_test.go has them).
 */
import assert from 'node:assert/strict'
import { asked, cards, counts, does, draws, drawsOf, edits, from, kept, legend, mean, near, page, pick, preview, query, quiet, reads, rows, same, saves, set, shot, since, sound, steady, sums, times, to, until, valuesOf, views, waves } from './formsite.mjs'
import { queryOptions } from './queryoptions.mjs'

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

  await queryOptions()
})
