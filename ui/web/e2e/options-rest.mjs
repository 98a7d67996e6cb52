/**
 * Options of a chart that options.mjs leaves out, one after the other in the panel editor,
 * in Chromium: names, limits of each field, widths and borders, thresholds as dashes, the
 * legend's limit, overrides by other matchers, gradients, where bars stand.
 *
 *   SITE_URL=http://127.0.0.1:3000 node e2e/options-rest.mjs
 */
import assert from 'node:assert/strict'
import { changes, colours, from, labels, legend, linesAt, overrides, page, preview, put, reads, red, set, shows, step, tab, to, unfold, until, values } from './chartoptions.mjs'
import { apart, like, mixed, near, of, rowOf } from './drawn.mjs'

const ground = [18, 24, 33]
const names = async () => (await legend().locator('li').allInnerTexts()).map((t) => t.trim())
const named = (...want) => until(`the legend has ${want}`, async () => JSON.stringify(await names()) === JSON.stringify(want) || names())

await reads(async () => {
  await changes('a name of its own, by a label', async () => {
    await set('Standard options', { 'Display name': 'load of ${__field.labels.name}' })
    await named('load of high', 'load of low', 'load of mid')
  })

  await changes('the legend names so many, and all when asked', async () => {
    await set('Legend', { Limit: 2 })
    await named('high', 'low', '1 more')
    await legend().getByRole('button', { name: '1 more' }).click()
    await named('high', 'low', 'mid')
    await set('Legend', { Mode: 'Table' })
    await until('all rows stay', async () => (await legend().locator('tbody tr').count()) === 3 || legend().innerText())
  })

  await changes('a tooltip only near a point', async () => {
    const tip = page.locator('.tip')
    /** points puts the pointer so many pixels right of and below the value of high in the middle of the hour. */
    const points = async (right, down) => {
      const d = await shows((d) => d)
      const box = await preview.locator('.u-over').boundingBox()
      await page.mouse.move(box.x + d.over.width / 2 + right, box.y + d.yOf(values.high) + down)
      await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))))
    }
    for (const mode of ['Single', 'All']) {
      await set('Tooltip', { 'Tooltip mode': mode, 'Hover proximity': 12 })
      await points(0, 20)
      assert.equal(await tip.count(), 0, `${mode}: 20 px below the line`)
      await points(0, 9)
      await until('high is near', async () => (await tip.locator('tbody tr').allInnerTexts()).length === (mode === 'All' ? 3 : 1) || tip.allInnerTexts())
      await set('Tooltip', { 'Hover proximity': 24 })
      await points(0, 20)
      await until('20 px are near', async () => (await tip.locator('tbody tr').first().innerText()).includes('80') || tip.innerText())
    }
    await set('Tooltip', { 'Hover proximity': '' })
    await points(0, 45)
    await until('any distance', async () => (await tip.count()) === 1)
  })

  await changes('two groups are stacked apart', async () => {
    await set('Graph styles', { 'Stack series': 'Normal' })
    await shows((d) => linesAt(d, { high: 80, low: 100, mid: 150 }))
    const pane = await overrides('low', 'Stack series')
    await put(pane, 'Stack series', 'Normal')
    await put(pane, 'Stacking group', 'B')
    await shows((d) => linesAt(d, { high: 80, low: 20, mid: 130 }))
  })

  await changes('bars no wider than is wanted, and a border beside the axis', async () => {
    await set('Graph styles', { Style: 'Bars', 'Fill opacity': 100, 'Widest bar': 4 })
    await shows((d) => near(of(d.row(d.yOf(70)), colours.high) / ((to - from) / 1000 / step), 4, 1, 'pixels of a bar'))
    await set('Graph styles', { Style: 'Lines', 'Fill opacity': 0 })
    const beside = (d) => [-1, 0, 1].map((x) => d.colourAt(x, d.yOf(63))) // where neither a line nor the grid's rows are
    await set('Axis', { 'Show border': true, Colour: 'Series' })
    await shows((d) => assert.equal(of(beside(d), colours.high), 1, `a border in the axis' colour: ${beside(d)}`))
    await set('Axis', { 'Show border': false })
    await shows((d) => assert.equal(of(beside(d), colours.high), 0, `no border: ${beside(d)}`))
  })

  await changes('a constant is as its first value, thresholds are dashes within regions', async () => {
    await set('Graph styles', { Transform: 'Constant' })
    await shows((d) => linesAt(d, values))
    await set('Graph styles', { 'Show thresholds': 'Regions and dashed lines' })
    const thresholds = await unfold('Thresholds')
    await thresholds.getByRole('button', { name: 'Threshold', exact: true }).click()
    await put(thresholds, 'From', 60)
    await shows((d) => {
      near(of(d.row(d.yOf(60)), red, 60) / d.over.width, 8 / 14, 0.12, 'dashes')
      like(d.colourAt(305, d.yOf(67)), mixed(ground, red, 0.12), 'the region above')
    })
  })

  await changes('a scale of powers of two', async () => {
    await set('Axis', { Scale: 'Logarithmic', 'Log base': '2' })
    await shows((d) => {
      const list = d.axis('left')
      assert.ok(list.length >= 3 && list.every((l) => Number.isInteger(Math.log2(l.value))), labels(d).join())
      const [low, high] = [list[0], list.at(-1)]
      const y = (v) => low.y + (Math.log2(v / low.value) / Math.log2(high.value / low.value)) * (high.y - low.y) - d.over.top
      for (const [name, value] of Object.entries(values)) near(rowOf(d, 300, colours[name]), y(value), 2, `the row of ${name}`)
    })
  })

  await changes('limits of each field alone colour each by its own', async () => {
    await set('Standard options', { 'Colour scheme': 'Green-Yellow-Red', 'Colour series by': 'Last' })
    const marks = () => legend().locator('li .mark').evaluateAll((all) => all.map((m) => getComputedStyle(m).backgroundColor))
    await until('three colours', async () => new Set(await marks()).size === 3 || marks())
    await set('Standard options', { 'Field min/max': true })
    await until('one colour: each is at the end of its own range', async () => new Set(await marks()).size === 1 || marks())
  })

  await changes('overrides by a pattern, a type and a query', async () => {
    await tab('Overrides')
    const pane = page.locator('aside')
    for (const [matcher, value, hit] of [['Fields with name matching regexp', '/^(low|mid)$/', ['low', 'mid']], ['Fields with type', 'number', Object.keys(values)], ['Fields with type', 'string', []], ['Fields returned by query', 'A', Object.keys(values)], ['Fields returned by query', 'B', []]]) {
      await pane.getByRole('button', { name: 'Override', exact: true }).click()
      await put(pane, 'Which fields', matcher)
      await put(pane, 'Name', value)
      await put(pane, 'Add an option to the override', ['Line width'])
      await put(pane, 'Line width', 7)
      await shows((d) => {
        for (const name of Object.keys(values)) near(of(d.column(300), colours[name]), hit.includes(name) ? 7 : 1, 1.1, `${matcher}: rows of ${name}`)
      })
      await pane.getByRole('button', { name: 'Remove the override' }).click()
    }
  })

  await changes('gradients: fading, of other hues, by the value', async () => {
    const under = (d, v) => d.colourAt(305, d.yOf(v)) // between mid's line and high's: high's area alone
    await set('Graph styles', { 'Fill opacity': 100, 'Gradient mode': 'Opacity' })
    await shows((d) => {
      for (const v of [76, 65, 55]) like(under(d, v), mixed(ground, colours.high, 1 - (0.92 * d.yOf(v)) / d.over.height), `the area at ${v}`)
    })
    await set('Graph styles', { 'Gradient mode': 'Hue' })
    await shows((d) => {
      assert.ok(apart(under(d, 76), under(d, 55)) > 8, `from one hue to another: ${under(d, 76)}, ${under(d, 55)}`)
      for (const v of [76, 65, 55]) assert.ok(apart(under(d, v), ground) > 60 && apart(under(d, v), colours.high) > 4, `at ${v} neither see-through nor as it was: ${under(d, v)}`)
    })
    await set('Standard options', { Min: 0, Max: 100, 'Colour scheme': 'Green-Yellow-Red' })
    await set('Graph styles', { 'Gradient mode': 'None', 'Line width': 5 })
    const lines = (d) => [80, 50].map((v) => d.colourAt(300, d.yOf(v)))
    await shows((d) => {
      const [high, mid] = lines(d)
      assert.ok(high[0] - high[1] > 60 && Math.min(mid[0], mid[1]) - mid[2] > 80, `towards red, and yellow: ${high}; ${mid}`)
      for (const v of [76, 55]) like(under(d, v), high, `one colour at ${v}, the line's`)
    })
    await set('Graph styles', { 'Gradient mode': 'Scheme' })
    await shows((d) => {
      const [high, mid] = lines(d)
      like(under(d, 77), high, 'below the line as the line', 24)
      like(under(d, 53), mid, "near mid's value as mid's line", 24)
      assert.ok(apart(high, mid) > 60)
    })
  })

  await changes('bars stand before, around and after their times', async () => {
    await set('Graph styles', { Style: 'Bars', 'Fill opacity': 100 })
    for (const [where, edge] of [['Before', ([, end]) => end], ['Centre', ([begin, end]) => (begin + end) / 2], ['After', ([begin]) => begin]]) {
      await set('Graph styles', { 'Bar alignment': where })
      await shows((d) => {
        const lit = d.row(d.yOf(70)).map((c) => apart(c, colours.high) <= 24)
        const runs = lit.flatMap((on, x) => (on && !lit[x - 1] ? [[x, x + lit.slice(x).findIndex((now) => !now)]] : [])).slice(1, -1)
        const each = d.over.width / ((to - from) / 1000 / step)
        assert.ok(runs.length >= 55, `${runs.length} bars`)
        for (const run of runs) near(edge(run) / each, Math.round(edge(run) / each), 0.12, `${where}: a bar from ${run}, of times ${each} px from each other`)
      })
    }
  })
})
