/**
 * Panels of every kind and their options, in Chromium before a live site: what legends,
 * axes, lines, stacks, thresholds and tooltips say is what PromQL written here and
 * arithmetic make of the store's own answers, asked past the panels.
 *
 *   SITE_URL=http://127.0.0.1:3000 node e2e/liveoptions.mjs
 *
 * TO is a time other than now, in Unix milliseconds.
 */
import assert from 'node:assert/strict'
import { apart, drawnOn, like, mixed, near, of, remembers, rgb, rowOf } from './drawn.mjs'
import { charts, colourOf, kinds, placed, queries, step, within } from './liveboard.mjs'
import { kindSteps } from './livekinds.mjs'
import { editing } from './editing.mjs'
import { open, site } from './reader.mjs'

const r = await open(site, { viewport: { width: 1500, height: 2900 } })
const { page, does, until, quiet, panel, json, promql, series, reads, shot } = r
await remembers(page)
const to = Math.floor((Number(process.env.TO ?? Date.now()) - 20_000) / 15_000) * 15_000 // a multiple of the steps
const from = to - 60_000
const ground = [18, 24, 33]
const [red, green] = ['#f2495c', '#73bf69'].map(rgb)

/** ranged are the values of each series by their times, by a label; last those at the end. */
const ranged = async (query, label) => new Map((await series(query, from / 1000, to / 1000, step)).map((s) => [s.metric[label] ?? '', new Map(s.values.map(([t, v]) => [t * 1000, Number(v)]))]).sort(([a], [b]) => (a < b ? -1 : 1)))
const [rates, requests, counts, serverRates, [[, all]]] = await Promise.all([[queries.rates, 'model'], [queries.requests, 'model'], [queries.servers, 'server'], [queries.serverRates, 'server'], [queries.all, '']].map(async ([query, label]) => ranged(query, label))).then((list) => list.map((m, i) => (i === 4 ? [...m] : m)))
const [models, servers] = [[...rates.keys()], [...counts.keys()]]
const lasts = models.map((m) => rates.get(m).get(to)).sort((a, b) => b - a)
const bound = (lasts[0] + lasts[1]) / 2
const most = Math.ceil(lasts[0] * 2)
const colours = Object.fromEntries(Object.entries(colourOf([...models, ...servers, 'nothing'])).map(([name, hex]) => [name, rgb(hex)]))
const few = Math.min(...models.map((m) => requests.get(m).get(to)))
const { uid: tempoUid } = (await json('/api/site')).dataSources.find((d) => d.type === 'tempo')
const tempo = (path, params = {}) => r.asks('tempo', `api/${path}`, params)
const { traces: [{ traceID }] } = await tempo('search', { q: '{ name = "ingress" } >> { name = "compute" }', limit: 1, start: from / 1000, end: to / 1000 })
const live = { models, servers, bound, most, few, trace: traceID, tempo: tempoUid }
const middle = from + 30_000
const sum = (list) => list.reduce((a, b) => a + b, 0)
const calcs = { lastNotNull: (v) => v.at(-1), mean: (v) => sum(v) / v.length, max: (v) => Math.max(...v), min: (v) => Math.min(...v), sum }

const { uid } = await json('/api/dashboards/save', { version: 0, message: '', copy: true, model: { uid: '', title: 'Every option', schemaVersion: 41, panels: placed([...charts(live), ...kinds(live)], [within()]) } })

/** shows looks at the chart of a title until what has to be seen is. */
const shows = (title, look, numberOf) => until(title, async () => {
  await quiet()
  const d = await drawnOn(page, panel(title), numberOf)
  assert.deepEqual(d.cut, [], 'texts that are cut')
  look(d)
  return true
})
const labels = (d, side = 'left') => d.axis(side).map((l) => l.text)
const xOf = (d, t) => ((t - from) / (to - from)) * d.over.width
/** tells: a text with two or so many decimals and a unit is a value. */
const tells = (text, value, decimals = 2, unit = '') => assert.ok(text.endsWith(unit) && Math.abs(parseFloat(text) - value) <= 0.501 * 10 ** -decimals && (parseFloat(text).toFixed(decimals) + unit) === text, `${text} is ${value}${unit}`)
/** filled: between two values most pixels at a time are of a colour; lines of the grid are not. */
const filled = (d, t, high, low, colour, what) => {
  const between = d.column(xOf(d, t) + 4).slice(Math.round(d.yOf(high)) + 4, Math.round(d.yOf(low)) - 4)
  assert.ok(between.length > 8 && of(between, colour, 12) > 0.7 * between.length, `${what}: ${colour}, not ${between}`)
}
const tip = page.locator('.tip')
/** points puts the pointer on a chart at a time and a height, and gives the rows of the tooltip. */
async function points(title, t, y) {
  const box = await panel(title).locator('.u-over').boundingBox()
  await page.mouse.move(box.x + ((t - from) / (to - from)) * box.width, box.y + y)
  await tip.waitFor()
  return tip.locator('tr').evaluateAll((all) => all.map((tr) => [...tr.cells].slice(1).map((c) => c.innerText.trim())))
}

await reads(async () => {
  await does('a dashboard with every kind of panel', async () => {
    await page.goto(`${site}/d/${uid}?from=${from}&to=${to}&refresh=&timezone=utc`)
    await panel('Steps').locator('canvas').waitFor()
    await quiet()
    await shot('liveoptions')
  })

  await does('bars in a stack: its heights and its sum, the unit of its axis, its legend, its tooltip', async () => {
    const now = models.map((m) => rates.get(m).get(middle))
    let top = 0
    await shows('Stacked bars', (d) => {
      assert.ok(labels(d).length > 2 && labels(d).every((l) => /^\d+(\.\d+)? req\/s$/.test(l)), labels(d).join())
      assert.ok(d.texts.some((t) => t.text === 'Load of the site'))
      near(d.yOf(0), d.over.height, 2, 'nought is the lower end')
      const column = d.column(xOf(d, middle))
      models.forEach((m, i) => near(of(column, colours[m], 30), d.yOf(0) - d.yOf(now[i]), 2, `the height of ${m}`))
      top = column.findIndex((c) => models.some((m) => apart(c, colours[m]) < 30))
      near(top, d.yOf(sum(now)), 2, 'the top of the stack')
    })
    const items = await panel('Stacked bars').locator('.legend li').evaluateAll((all) => Object.fromEntries(all.map((li) => [li.querySelector('.name').textContent, [...li.querySelectorAll('.calc')].map((c) => c.textContent)])))
    assert.deepEqual(Object.keys(items).sort(), [...models, 'nothing'].sort())
    for (const m of models) ['lastNotNull', 'mean'].forEach((calc, i) => tells(items[m][i].replace(/^[^:]*: /, ''), calcs[calc]([...rates.get(m).values()]), 2, ' req/s'))
    const rows = await points('Stacked bars', middle, top + 8)
    assert.deepEqual(rows.map(([name]) => name), [...models].sort((a, b) => rates.get(b).get(middle) - rates.get(a).get(middle)), 'the most first, without what is nought')
    for (const [name, text] of rows) tells(text, rates.get(name).get(middle), 2, ' req/s')
  })

  await does('lines that are shares of a hundred percent', async () => {
    await shows('Shares', (d) => {
      assert.ok(labels(d).every((l) => l.endsWith('%')) && labels(d).at(-1) === '100%', labels(d).join())
      const total = sum(models.map((m) => rates.get(m).get(middle)))
      models.reduce((below, m) => {
        const share = below + (100 * rates.get(m).get(middle)) / total
        if (share < 99.9) near(rowOf(d, xOf(d, middle), colours[m]), d.yOf(share), 2, `the line of ${m}`)
        return share
      }, 0)
    })
    assert.deepEqual(await panel('Shares').locator('.legend li').evaluateAll((all) => [all.map((li) => li.innerText.trim()), all.every((li) => li.getBoundingClientRect().x > li.closest('[data-panel]').querySelector('.u-over').getBoundingClientRect().right)]), [models, true], 'the names are right of the chart')
  })

  await does('points on a logarithmic axis at the right', async () => {
    await shows('Points of counts', (d) => {
      assert.equal(labels(d).length, 0)
      const list = d.axis('right')
      assert.ok(list.length >= 2, labels(d, 'right').join())
      const [low, high] = [list[0], list.at(-1)]
      const y = (v) => low.y + (Math.log10(v / low.value) / Math.log10(high.value / low.value)) * (high.y - low.y) - d.over.top
      for (const l of list) near(l.y - d.over.top, y(l.value), 2, `the label ${l.text}`)
      for (const m of models) {
        near(rowOf(d, xOf(d, middle), colours[m]), y(requests.get(m).get(middle)), 2.5, `the point of ${m}`)
        near(of(d.column(xOf(d, middle)), colours[m], 60), 5, 2, `the size of ${m}`)
        assert.equal(of(d.column(xOf(d, middle + 2500)), colours[m], 60), 0, `no line of ${m}`)
      }
    })
    const rows = await points('Points of counts', middle, 20)
    assert.deepEqual(rows, models.map((m) => [m, requests.get(m).get(middle)]).sort((a, b) => a[1] - b[1]).map(([m, v]) => [m, String(v)]), 'the fewest first')
  })

  await does('a threshold in percent: its line, its regions, and the colours of lines', async () => {
    await shows('Above a threshold', (d) => {
      near(d.yOf(0), d.over.height, 2, 'the lower end')
      near(d.yOf(most), 0, 2, 'the upper end')
      const y = d.yOf(bound)
      assert.ok(of(d.row(Math.round(y)), red, 60) / d.over.width > 0.9 || of(d.row(Math.floor(y)), red, 60) / d.over.width > 0.9, 'a line')
      filled(d, middle, most, lasts[0] * 1.2, mixed(ground, red, 0.12), 'above')
      const gaps = models.map((m) => rates.get(m).get(middle)).concat(0).sort((a, b) => b - a).slice(1).map((v, i, list) => [v, list[i + 1]]).filter(([, b]) => b !== undefined)
      const [high, low] = gaps.sort((a, b) => b[0] - b[1] - a[0] + a[1])[0]
      filled(d, middle, Math.min(high, bound), low, mixed(ground, green, 0.12), 'below')
      for (const m of models) like(d.colourAt(xOf(d, to) - 2, d.yOf(rates.get(m).get(to))), rates.get(m).get(to) > bound ? red : green, `the line of ${m}`, 40)
    })
  })

  /** ratesAt: which of the lines of rates are drawn, each where the right axis has its value. */
  const ratesAt = (d, drawn) => [[255, 255, 255], rgb('#ff8000')].forEach((colour, i) => {
    if (drawn[i]) near(rowOf(d, xOf(d, middle), colour), d.yOf(serverRates.get(servers[i]).get(middle), 'right'), 4, `the rate of ${servers[i]}`)
    else assert.equal(of(d.column(xOf(d, middle)), colour), 0, `no rate of ${servers[i]}`)
  })

  await does('two axes by query, an override by type, one by a pattern that hides, and a legend as a table', async () => {
    const rows = await panel('Two axes').locator('.legend tbody tr').evaluateAll((all) => all.map((tr) => [...tr.cells].map((c) => c.innerText.trim())))
    const want = [...[...counts].map(([s, v]) => [s, v, '']), ...[...serverRates].map(([s, v]) => [`rate of ${s}`, v, ' req/s'])]
    assert.deepEqual(rows.map(([name]) => name), want.map(([name]) => name))
    assert.deepEqual(await panel('Two axes').locator('.legend thead th').allInnerTexts().then((all) => all.map((t) => t.trim())), ['Name', 'Last *', 'Mean', 'Max', 'Min', 'Total'])
    want.forEach(([, v, unit], i) => Object.values(calcs).forEach((f, n) => tells(rows[i][n + 1], f([...v.values()]), 3, unit)))
    let white = 0 // where the line of the first rate is
    await shows('Two axes', (d) => {
      assert.ok(labels(d).length >= 2 && labels(d).every((l) => /^\d+\.\d{3}$/.test(l)), labels(d).join())
      assert.ok(labels(d, 'right').length >= 2 && labels(d, 'right').every((l) => /^\d+\.\d{3} req\/s$/.test(l)), labels(d, 'right').join())
      assert.ok(d.texts.some((t) => t.text === 'Rates'))
      for (const s of servers) near(rowOf(d, xOf(d, middle), colours[s]), d.yOf(counts.get(s).get(middle)), 4, `the line of ${s}`)
      assert.ok(of(d.column(xOf(d, middle)), colours[servers[0]]) > 3, 'the first is a wide one')
      ratesAt(d, [true, false])
      white = d.yOf(serverRates.get(servers[0]).get(middle), 'right')
    })
    const [[name, text], ...more] = await points('Two axes', middle, white)
    assert.deepEqual([name, more], [`rate of ${servers[0]}`, []], 'a tooltip of the nearest alone')
    tells(text, serverRates.get(servers[0]).get(middle), 3, ' req/s')
    const hidden = panel('Two axes').locator('.legend tr.off')
    assert.deepEqual((await hidden.locator('.name').allInnerTexts()), [`rate of ${servers[1]}`], 'what the pattern hides is off in the legend')
    await hidden.getByRole('button').click({ modifiers: ['Control'] })
    await shows('Two axes', (d) => ratesAt(d, [true, true]))
  })

  await does('steps after, filled, on an axis that is hidden', async () => {
    await shows('Steps', (d) => {
      assert.deepEqual([labels(d).length, labels(d, 'right').length], [0, 0])
      const blue = rgb('#4080ff')
      const y = (v) => d.over.height * (1 - v / (2 * most))
      for (const t of [from + 20_000, middle, middle + 10_000]) {
        near(rowOf(d, xOf(d, t + 2500), blue), y(all.get(t)), 2, 'as high as the value before')
        const below = d.column(xOf(d, t + 2500)).slice(Math.round(y(all.get(t))) + 4)
        assert.ok(of(below, mixed(ground, blue, 0.4), 12) > 0.9 * below.length - 4, 'filled')
      }
    })
  })
  await kindSteps({ ...r, tempo }, { ...live, from, to, rates, requests, calcs, tells, sum, red, green, all, trace: await tempo(`traces/${traceID}`) })()

  await does('a panel is edited by mouse: its source, its query, its view, options and an override; it is the same when it is loaded again', async () => {
    const { choose, put, set, overrides, saves } = editing(page)
    await page.goto(`${site}/d/${uid}?from=${from}&to=${to}&refresh=&timezone=utc`)
    await panel('Some traces').hover()
    await panel('Some traces').getByRole('button', { name: /^Menu of/ }).click()
    await page.getByRole('menuitem', { name: /^Edit/ }).click()
    await choose(page.getByRole('region', { name: 'Queries' }), 'Data source', 'prometheus')
    const text = page.getByRole('textbox', { name: 'PromQL of A', exact: true })
    await text.fill(queries.rates)
    await text.press('Shift+Enter')
    await put(page.getByRole('article', { name: 'Query A', exact: true }), 'Legend', 'of {{model}}')
    await choose(page.locator('aside'), 'View as', 'Time series')
    await set('Standard options', { Unit: ['requests/sec (rps)'], Decimals: 2 })
    await set('Legend', { Mode: 'Table', Values: ['Last *', 'Max'] })
    await put(await overrides(`of ${models[0]}`, 'Decimals'), 'Decimals', 4)
    const holds = (what, within) => until(what, async () => {
      await quiet()
      const rows = await within.locator('.legend tbody tr').evaluateAll((all) => all.map((tr) => [...tr.cells].map((c) => c.innerText.trim())))
      assert.deepEqual(rows.map(([name]) => name), models.map((m) => `of ${m}`))
      rows.forEach(([, last, max], i) => [[last, 'lastNotNull'], [max, 'max']].forEach(([shown, calc]) => tells(shown, calcs[calc]([...rates.get(models[i]).values()]), i === 0 ? 4 : 2, ' req/s')))
      return true
    })
    await holds('while it is edited', page.locator('.preview'))
    await saves()
    await page.goto(`${site}/d/${uid}?from=${from}&to=${to}&refresh=&timezone=utc`)
    await holds('when it is loaded again', panel('Some traces'))
  })
})
