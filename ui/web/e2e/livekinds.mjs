/** Stats, gauges, bars, pies, histograms, heat maps, tables, states, graphs, traces and texts of a live site: the second half of liveoptions.mjs. */
import assert from 'node:assert/strict'
import { near, rgb } from './drawn.mjs'
import { queries, step } from './liveboard.mjs'
import { near as written } from './written.mjs'

/** kindSteps are steps of a reader; live is what the script knows of the store. */
export function kindSteps({ page, does, until, quiet, panel, textOf, promql, series, tempo }, { from, to, models, rates, requests, bound, most, few, trace, calcs, tells, sum, red, green, all }) {
  const css = (c) => `rgb(${c.join(', ')})`
  const tip = page.locator('.tip')
  /** same waits until what is seen is what is wanted. */
  const same = (what, is, want) => until(what, async () => {
    const now = await is()
    return JSON.stringify(now) === JSON.stringify(want) || { now, want }
  })
  const valuesOf = (m) => [...rates.get(m).values()]
  const cards = (title) => panel(title).locator('.card').evaluateAll((list) => list.map((c) => [c.querySelector('.name').textContent, c.querySelector('.value').textContent, c.querySelector('.change')?.textContent.trim() ?? '', getComputedStyle(c.querySelector('.value')).color, getComputedStyle(c).backgroundColor]))
  const told = () => tip.locator('.row').allInnerTexts().then((list) => list.map((t) => t.replaceAll(/\s+/g, ' ').trim()))

  async function ofStats() {
    const rows = models.slice(0, -1).map((m) => [m, requests.get(m).get(to)])
    await same('so many rows, some by their words', async () => (await cards('Rows')).map(([name, value, , colour]) => [name, value, colour]), rows.map(([m, v]) => [m, v <= few ? 'few' : v.toFixed(1), v <= few ? css(rgb('#4080ff')) : css(red)]))
    const means = await cards('Means')
    assert.deepEqual(means.map(([name]) => name), models)
    means.forEach(([m, value, change, , ground]) => {
      const list = valuesOf(m)
      tells(value, calcs.mean(list), 3, ' req/s')
      assert.equal(ground, css(calcs.mean(list) >= bound ? red : green), m)
      const by = (list.at(-1) - list[0]) / list[0]
      assert.equal(change, `${by > 0 ? '↑ ' : by < 0 ? '↓ ' : ''}${(100 * Math.abs(by)).toFixed(1)} %`, m)
    })
  }

  async function ofGauges() {
    const said = await panel('Largest').getByRole('img').evaluateAll((list) => list.map((g) => [g.ariaLabel, g.querySelectorAll('.ring')[0].getTotalLength() / g.querySelector('.rest').getTotalLength(), g.querySelector('.ring').getAttribute('stroke')]))
    models.forEach((m, i) => {
      const [, name, value] = /^(.+): (.+), of 0\.0 req\/s to [\d.]+ req\/s$/.exec(said[i][0]) ?? assert.fail(said[i][0])
      const max = calcs.max(valuesOf(m))
      assert.equal(name, m)
      tells(value, max, 1, ' req/s')
      near(said[i][1], max / most, 0.01, `the ring of ${m}`)
      assert.deepEqual(rgb(said[i][2]), max >= bound ? red : green)
    })
    const bars = await panel('Last').getByRole('meter').evaluateAll((list) => list.map((b) => [b.ariaLabel, b.querySelector('.value').textContent, getComputedStyle(b.querySelector('.value')).color, b.querySelector('.fill').getBoundingClientRect().width / b.querySelector('.track').getBoundingClientRect().width]))
    assert.deepEqual(bars.map(([name]) => name), models)
    bars.forEach(([m, text, colour, share]) => {
      const last = valuesOf(m).at(-1)
      tells(text, last, 2, ' req/s')
      assert.equal(colour, css(last >= bound ? red : green))
      near(share, last / most, 0.01, `the bar of ${m}`)
    })
  }

  async function ofBars() {
    const [ok, failed] = await Promise.all(['=', '!='].map(async (c) => Object.fromEntries((await promql(queries.codes(c), to / 1000)).map((s) => [s.metric.model, Number(s.value[1])]))))
    const sizes = await panel('Answers').locator('.plot svg').evaluate((svg) => ({ names: [...svg.querySelectorAll('.name')].map((t) => t.textContent), bars: [...svg.querySelectorAll('rect[stroke]')].map((r) => ['x', 'y', 'width', 'height'].map((a) => Number(r.getAttribute(a)))) }))
    assert.deepEqual([...sizes.names].sort(), models)
    const wanted = sizes.names.map((m) => [ok[m], failed[m] ?? 0])
    const columns = [...new Set(sizes.bars.map(([x]) => x))].sort((a, b) => a - b).map((at) => sizes.bars.filter(([x]) => x === at))
    const scale = Math.max(...wanted.map(sum)) / Math.max(...columns.map((list) => sum(list.map((b) => b[3]))))
    columns.forEach((list, i) => {
      near(sum(list.map((b) => b[3])) * scale, sum(wanted[i]), scale * 1.5, `the stack of ${sizes.names[i]}`)
      assert.equal(list.length, wanted[i].filter((v) => v > 0).length, `parts of ${sizes.names[i]}`)
    })
    const table = await panel('Answers').locator('.legend tbody tr').evaluateAll((list) => list.map((tr) => [...tr.cells].map((c) => c.innerText.trim())))
    assert.deepEqual(table, [['answered', ok], ['failed', failed]].map(([name, of]) => [name, String(Math.max(...Object.values(of))), String(sum(Object.values(of)))]))
    const both = sizes.names.findIndex((m) => failed[m] > 0)
    const box = await panel('Answers').locator('.plot svg rect[stroke]').nth(sizes.bars.indexOf(columns[both][0])).boundingBox()
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
    await same('both parts, the larger first', told, [`answered ${ok[sizes.names[both]]}`, `failed ${failed[sizes.names[both]]}`])
  }

  async function ofPies() {
    const pie = panel('Shares of counts')
    const last = new Map(models.map((m) => [m, requests.get(m).get(to)]))
    const sorted = [...models].sort((a, b) => last.get(b) - last.get(a))
    const box = await pie.locator('.plot').boundingBox()
    const radius = Math.min(box.width, box.height) / 2 - 6
    /** holds: the shares are of some models, in the legend and, the least first, on the tooltip. */
    const holds = async (what, some) => {
      const total = sum(some.map((m) => last.get(m)))
      const percent = (m) => (some.includes(m) ? `${((100 * last.get(m)) / total).toFixed(1)}%` : '')
      await same(`${what}: the legend`, () => pie.locator('.legend tbody tr').evaluateAll((list) => list.map((tr) => [...tr.cells].map((c) => c.innerText.trim()).concat(tr.classList.contains('off')))), sorted.map((m) => [m, percent(m), last.get(m).toFixed(1), !some.includes(m)]))
      await page.mouse.move(0, 0)
      await page.mouse.move(box.x + box.width / 2 + radius * 0.8, box.y + box.height / 2)
      await same(`${what}: the tooltip`, told, sorted.toReversed().filter((m) => some.includes(m)).map((m) => `${m} ${last.get(m).toFixed(1)} (${percent(m)})`))
    }
    await holds('without what the file hides', models.slice(1))
    await pie.locator('.legend').getByRole('button', { name: models[0], exact: true }).click({ modifiers: ['Control'] })
    await holds('with it', models)
  }

  async function ofHistograms() {
    const values = models.map((m) => valuesOf(m))
    const [low, high] = [Math.floor(Math.min(...values.flat()) / 2), Math.floor(Math.max(...values.flat()) / 2)]
    const want = Array.from({ length: high - low + 1 }, (_, i) => [2 * (low + i), 2 * (low + i + 1)]).map(([a, b]) => [`${a} to ${b}`, ...models.map((m, i) => `${m}: ${values[i].filter((v) => v >= a && v < b).length}`)])
    await same('how often', () => panel('How often which rate').locator('table.hidden tbody tr').evaluateAll((rows) => rows.map((tr) => [...tr.cells].map((c) => c.textContent))), want)
  }

  async function ofHeat() {
    const grown = new Map((await series(queries.buckets, from / 1000, to / 1000, 15)).map((s) => [s.metric.le, new Map(s.values.map(([t, v]) => [t * 1000, Number(v)]))]))
    const bounds = [...grown.keys()].sort((a, b) => Number(a.replace('+Inf', 'Infinity')) - Number(b.replace('+Inf', 'Infinity')))
    const plot = panel('Durations').getByRole('group')
    await plot.focus()
    await page.keyboard.press('End')
    const seen = new Map()
    for (let i = 0; i < bounds.length; i++) {
      const [, at, row, n] = /^(\S+ \S+), (.+): (\S+)$/.exec(await plot.locator('[aria-live]').innerText()) ?? assert.fail(await plot.locator('[aria-live]').innerText())
      seen.set(row, [Date.parse(`${at.replace(' ', 'T')}Z`), n])
      await page.keyboard.press('ArrowUp')
    }
    assert.equal(seen.size, bounds.length, `rows: ${[...seen.keys()]}`)
    ;[...seen].forEach(([row, [t, n]], i) => {
      const count = grown.get(bounds[i]).get(t) - (i > 0 ? grown.get(bounds[i - 1]).get(t) : 0)
      assert.ok(written(n, count), `${row} at ${t}: ${n}, not ${count}`)
    })
  }

  async function ofTables() {
    const rows = [...models].map((m) => [m, requests.get(m).get(to)]).sort((a, b) => b[1] - a[1])
    await same('its rows, in their order, in their colours', () => panel('Counts').locator('tbody tr').evaluateAll((list) => list.map((tr) => [...tr.cells].map((c) => c.innerText.trim()).concat(getComputedStyle(tr.cells[1].querySelector('.ground')).backgroundColor))), rows.map(([m, v]) => [m, v.toFixed(1), css(v > few ? red : green)]))
    assert.deepEqual([await panel('Counts').locator('thead th').allInnerTexts().then((list) => list.map((t) => t.replace(/[↑↓]/, '').trim())), (await panel('Counts').locator('tfoot td').allInnerTexts()).at(-1).trim()], [['model', 'requests'], sum(rows.map(([, v]) => v)).toFixed(1)])
    assert.equal(await panel('Counts').locator('tbody td').first().evaluate((td) => td.getBoundingClientRect().width), 123)
  }

  async function ofStates() {
    const states = new Map((await series(queries.busy, from / 1000, to / 1000, step)).map((s) => [s.metric.server, new Map(s.values.map(([t, v]) => [t * 1000, Number(v)]))]))
    const servers = [...states.keys()].sort()
    const rows = await panel('Busy').locator('svg .name').evaluateAll((list) => list.map((t) => t.firstChild.textContent))
    assert.equal(rows.length, servers.length)
    const words = ['calm', 'busy']
    await same('the legend', () => panel('Busy').locator('.legend li').allInnerTexts().then((list) => list.map((t) => t.trim()).sort()), [...new Set([...states.values()].flatMap((s) => [...s.values()].map((v) => words[v])))].sort())
    const canvas = await panel('Busy').locator('canvas').boundingBox()
    const ticks = await panel('Busy').locator('svg .time').evaluateAll((list) => list.map((t) => [Number(t.getAttribute('x')), t.textContent]))
    const [[x0, first], [x1, last]] = [ticks[0], ticks.at(-1)]
    /** at is when a clock showed a time: a range may end after midnight. */
    const at = (clock) => {
      const t = Date.parse(`${new Date(from).toISOString().slice(0, 11)}${clock}${clock.length < 6 ? ':00' : ''}Z`)
      return t < from - 43_200_000 ? t + 86_400_000 : t
    }
    for (const t of [from + 10_000, from + 35_000]) {
      const x = x0 + ((t + step * 500 - at(first)) / (at(last) - at(first))) * (x1 - x0)
      await page.mouse.move(canvas.x + x, canvas.y + 10)
      await same(`the states at ${new Date(t).toISOString()}`, () => tip.locator('tr').allInnerTexts().then((list) => list.map((l) => l.replaceAll(/\s+/g, ' ').trim())), servers.map((s) => `${s} ${words[states.get(s).get(t)]}`))
    }
    await page.mouse.move(0, 0)
    const ready = (await promql(queries.ready, to / 1000)).map((s) => Number(s.value[1]))
    await same('the brackets of thresholds', () => panel('Ready').locator('.legend li').allInnerTexts().then((list) => list.map((t) => t.trim())), ['< 1', '1+'])
    await panel('Ready').getByRole('group').focus()
    await page.keyboard.press('End')
    await until('what is said of the last', async () => new RegExp(`: ${ready[0]}, `).test(await panel('Ready').locator('[aria-live]').innerText()) || panel('Ready').locator('[aria-live]').innerText())
  }

  async function ofGraphs() {
    const rate = async (what) => new Map((await promql(`sum by (client, server) (rate(traces_service_graph_request_${what}[60s]))`, to / 1000)).map((s) => [`${s.metric.client}>${s.metric.server}`, Number(s.value[1])]))
    const [total, seconds] = await Promise.all(['total', 'server_seconds_sum'].map(rate))
    const said = () => panel('Calls').locator('[data-edge]').evaluateAll((list) => list.map((e) => [e.dataset.edge, e.ariaLabel]).sort())
    await same('its edges', async () => (await said()).map(([id]) => id), [...total.keys()].filter((id) => total.get(id) > 0).sort())
    for (const [id, text] of await said()) {
      const [, time, perSecond] = /: (.+ ms), ([\d.]+) req\/s$/.exec(text) ?? assert.fail(text)
      assert.ok(written(perSecond, total.get(id)), `${text}: ${total.get(id)} a second`)
      assert.ok(written(time, (1000 * seconds.get(id)) / total.get(id)), `${text}: ${(1000 * seconds.get(id)) / total.get(id)} ms`)
    }
  }

  async function ofTraces() {
    const spans = trace.batches.flatMap((b) => b.scopeSpans.flatMap((s) => s.spans))
    const tree = panel('One trace').getByRole('treeitem')
    await until('its spans', async () => (await tree.count()) === spans.length || [await tree.count(), spans.length])
    const names = (await tree.evaluateAll((list) => list.map((i) => i.ariaLabel ?? i.textContent))).join('\n')
    for (const s of spans) assert.ok(names.includes(s.name), `${s.name} is among ${names}`)
    const { traces } = await tempo('search', { q: '{ name = "ingress" }', limit: 6, spss: 1, start: from / 1000, end: to / 1000 })
    await same('the newest traces', () => panel('Some traces').locator('tbody tr').evaluateAll((list) => list.map((tr) => [tr.querySelector('a').title, tr.cells[3].innerText.trim()])), traces.map((t) => [t.traceID.padStart(32, '0'), t.rootTraceName]))
  }

  async function ofTexts() {
    await same('HTML', () => textOf('HTML'), `The site until ${to}`)
    assert.deepEqual([await panel('HTML').locator('script').count(), await page.title() === 'broken'], [0, false])
    await same('a table of markdown', () => panel('Markdown').locator('td').allInnerTexts(), [String(from), String(to)])
    assert.deepEqual(await panel('Markdown').locator('a').evaluateAll((list) => list.map((a) => [a.innerText, a.pathname])), [['the map', '/map']])
    assert.equal(await panel('Within').count(), 0)
    await page.getByRole('button', { name: 'Folded (1 panel)', exact: true }).click()
    await panel('Within').scrollIntoViewIfNeeded()
    await panel('Within').locator('.value').waitFor()
    tells(await textOf('Within'), sum([...all.values()]), 2, ' req/s')
  }

  return async () => {
    await quiet()
    await does('stats: of rows, of calculated series, mapped, coloured, with their change', ofStats)
    await does('gauges and bar gauges: texts, lengths, colours', ofGauges)
    await does('a bar chart of two queries: its stacks, its legend, its tooltip', ofBars)
    await does('a pie: shares in its legend and on its tooltip', ofPies)
    await does('a histogram: how often which rate was', ofHistograms)
    await does('a heat map of buckets: each cell of the last column', ofHeat)
    await does('a table: order, colours, width, footer', ofTables)
    await does('state timeline and status history: who is what when', ofStates)
    await does('a node graph: its edges in other units', ofGraphs)
    await does('a trace, and a list of traces', ofTraces)
    await does('texts, and a row that is folded', ofTexts)
  }
}
