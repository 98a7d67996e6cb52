/**
 * Options of panels that kinds.mjs leaves out, in the panel editor, in Chromium: pages,
 * widths and footers of tables, colours and axes of heat maps, buckets of histograms,
 * bars of bar gauges, units of node graphs. What is wanted is computed from the store's
 * own answers.
 *
 *   SITE_URL=http://127.0.0.1:3000 node e2e/kinds-rest.mjs
 */
import assert from 'node:assert/strict'
import { apart, rgb } from './drawn.mjs'
import { changesOf, overrides, page, preview, put, quiet, reads, rowsOf, same, seriesOf, set, to, until } from './kindoptions.mjs'
import { pixelsOf } from './pixels.mjs'

const instant = { format: 'table', instant: true, range: false }
const kinds = [
  { type: 'table', targets: [{ refId: 'A', expr: 'rows', ...instant }], options: { sortBy: [{ displayName: 'name' }] }, transformations: [{ id: 'organize', options: { excludeByName: { Time: true }, indexByName: { name: 0, Value: 1, note: 2, doc: 3 } } }] },
  { type: 'heatmap', targets: [{ refId: 'A', expr: 'waves', range: true }], options: { calculate: true, calculation: { yBuckets: { mode: 'size', value: '5' }, xBuckets: { mode: 'size', value: '5m' } } } },
  { type: 'histogram', targets: [{ refId: 'A', expr: 'waves', legendFormat: '{{name}}', range: true }] },
  { type: 'bargauge', targets: [{ refId: 'A', expr: 'steady', legendFormat: '{{name}}', range: true }] },
  { type: 'gauge', targets: [{ refId: 'A', expr: 'steady', legendFormat: '{{name}}', range: true }], fieldConfig: { defaults: { min: 0, max: 100 } } },
  { type: 'status-history', targets: [{ refId: 'A', expr: 'states', legendFormat: '{{name}}', range: true }], options: { showValue: 'never' } },
  { type: 'nodeGraph', targets: ['nodes', 'edges'].map((expr, i) => ({ refId: 'AB'[i], expr, ...instant })), transformations: [{ id: 'organize', options: { renameByName: { 'Value #A': 'mainstat', 'Value #B': 'mainstat' } } }, { id: 'convertFieldType', options: { conversions: [{ targetField: 'secondarystat', destinationType: 'number' }] } }] },
]
const panels = kinds.map((p, i) => ({ id: i + 1, title: `A ${p.type}`, gridPos: { x: 0, y: 10 * i, w: 24, h: 10 }, interval: '60s', ...p }))
const { changes } = await changesOf('More kinds', panels)
const [waves, steady, rows, nodes, edges] = await Promise.all([seriesOf('waves'), seriesOf('steady'), ...['rows', 'nodes', 'edges'].map(rowsOf)])
const all = [...waves.values()].flatMap((w) => [...w.values()])
const values = rows.map((r) => r.value).filter((v) => !Number.isNaN(v))

await reads(async () => {
  const cell = (row, column) => row.locator('td').nth(column)
  const lines = () => preview.locator('tbody tr:not([aria-hidden])')
  const column = async (n) => (await lines().evaluateAll((all, n) => all.map((tr) => tr.cells[n].innerText.trim()), n))
  const foot = async () => (await preview.locator('tfoot td').allInnerTexts()).map((t) => t.trim())

  await changes('A table', 'a table: footers, no value, pages', async () => {
    const total = values.reduce((a, b) => a + b, 0)
    await set('Standard options', { 'No value': 'not told', Decimals: 1 })
    await until('what has no value', async () => (await column(1)).filter((t) => t === 'not told').length === 1 && (await column(1))[7] === 'not told')
    await set('Table', { 'Show table footer': true })
    await same('the sum', foot, ['Total', total.toFixed(1), '', ''])
    await set('Table', { 'Footer calculation': 'Mean' })
    await same('the mean', foot, ['Mean', (total / values.length).toFixed(1), '', ''])
    await set('Table', { 'Show table footer': false, 'Footer of columns': ['Max', 'Count'] })
    await same('two of each column', async () => [(await foot())[1], (await foot())[0]], [`Max: ${Math.max(...values).toFixed(1)}, Count: ${values.length}`, `Count: ${rows.length}`])

    await set('Table', { Pages: true })
    const seen = []
    const more = preview.getByRole('button', { name: 'Page after', exact: true })
    const shown = async () => Number(/page (\d+) of/.exec(await preview.locator('.bar').innerText())?.[1])
    for (let n = 1; ; n++) {
      await until(`page ${n}`, async () => (await shown()) === n || preview.locator('.bar').innerText())
      seen.push(await column(0))
      if (await more.isDisabled()) break
      await more.click()
    }
    assert.deepEqual(seen.flat(), rows.map((r) => r.name).sort(), 'each row on one page, in order')
    assert.ok(seen.length > 2 && seen.every((p, i) => p.length === seen[0].length || i === seen.length - 1), `pages of ${seen.map((p) => p.length)}`)
    assert.equal(await preview.locator('.scroll').evaluate((e) => e.scrollHeight - e.clientHeight <= 1), true, 'a page fits')
    await set('Table', { 'Rows of a page': 6 })
    await until('six rows', async () => ((await column(0)).length === 6 && (await preview.locator('.bar').innerText()).includes(`of ${Math.ceil(rows.length / 6)}`)) || preview.locator('.bar').innerText())
  })

  await changes('A table', 'a table: widths, alignment, lines of text, JSON, what is hidden, frozen columns', async () => {
    const box = async (n) => cell(lines().nth(0), n).evaluate((td) => { const b = td.getBoundingClientRect(); return { x: Math.round(b.x), w: Math.round(b.width), align: getComputedStyle(td).textAlign } })
    for (const [name, align] of [['Auto', ['start', 'right']], ['Center', ['center', 'center']], ['Right', ['right', 'right']], ['Left', ['start', 'start']]]) {
      await set('Table', { 'Column alignment': name })
      await same(name, async () => [(await box(0)).align, (await box(1)).align].map((a) => (a === 'left' ? 'start' : a)), align)
    }
    await set('Table', { 'Column width': 333 })
    await same('wide columns', async () => [(await box(0)).w, (await box(3)).w], [333, 333])
    await set('Table', { 'Column width': '', 'Minimum column width': 700 })
    await same('at least so wide', async () => [(await box(0)).w, (await box(1)).w], [700, 700])
    await set('Table', { 'Frozen columns': 1 })
    const before = [await box(0), await box(1)]
    await preview.locator('.scroll').evaluate((e) => (e.scrollLeft = 300))
    await same('the first stays, the others move', async () => [(await box(0)).x, (await box(1)).x], [before[0].x, before[1].x - 300])
    await set('Table', { 'Frozen columns': 0 })
    await same('none stays', async () => [(await box(0)).x, (await box(1)).x], [before[0].x - 300, before[1].x - 300])
    await set('Table', { 'Minimum column width': '' })

    const note = cell(lines().nth(3), 2)
    const cut = () => note.evaluate((td) => td.scrollWidth > td.clientWidth)
    await until('a long text is cut', cut)
    const tall = (await lines().nth(3).boundingBox()).height
    await set('Table', { 'Wrap text': true })
    await until('it takes several lines', async () => !(await cut()) && (await lines().nth(3).boundingBox()).height > 2 * tall)
    assert.equal(await note.innerText(), rows[3].note.trim())
    await set('Table', { 'Wrap text': false, 'Cell type': 'JSON view' })
    await until('JSON is JSON', async () => JSON.stringify(JSON.parse(await cell(lines().nth(5), 3).locator('code').innerText())) === rows[5].doc)
    await set('Table', { 'Cell type': 'Auto' })
    for (const [name, px] of [['Large', 46], ['Medium', 38], ['Small', 29]]) {
      await set('Table', { 'Cell height': name })
      await same(name, async () => Math.round((await lines().nth(0).boundingBox()).height), px)
    }
    await set('Table', { 'Column filter': true })
    await preview.getByRole('button', { name: 'Filter by note', exact: true }).click()
    await page.getByRole('dialog', { name: 'Filter by note' }).getByLabel(rows[3].note.trim()).check()
    await same('one row is left', () => column(0), [rows[3].name])
    await page.keyboard.press('Escape')
    await set('Table', { 'Tooltip from field': 'note' })
    await same('another field on the tooltip', () => cell(lines().nth(0), 1).getAttribute('title'), rows[3].note)
    await set('Standard options', { 'Display name': 'a column whose header has many words' })
    const head = async () => (await preview.locator('thead').boundingBox()).height
    await set('Table', { 'Column width': 100 })
    await until('one line of a header', async () => (await head()) < 34)
    await set('Table', { 'Wrap header text': true })
    await until('several lines', async () => (await head()) > 48)
    const sorts = () => preview.locator('thead').getByRole('button', { name: /^a column/ }).count()
    await until('headers sort', async () => (await sorts()) === 4)
    await set('Table', { Sortable: false })
    await until('none does', async () => (await sorts()) === 0 && (await preview.locator('thead th').first().innerText()).startsWith('a column'))
    await set('Standard options', { 'Display name': '' })
    await set('Table', { 'Column width': '', 'Show table header': false })
    await until('no header', async () => (await preview.locator('thead').count()) === 0)
    const pane = await overrides('doc', 'Hide in table')
    await put(pane, 'Hide in table', true)
    await until('no documents', async () => (await lines().nth(0).locator('td').count()) === 3)
  })

  /** heat is what a heat map draws: its labels at the left and right of its cells, its scale, and how many pixels of its cells have each colour. */
  const heat = async () => {
    await page.mouse.move(0, 0)
    const plot = preview.locator('[aria-roledescription="heat map"]')
    const box = await plot.boundingBox()
    const { texts, scale } = await plot.evaluate((e) => ({
      texts: [...e.querySelectorAll('svg text')].map((t) => ({ text: t.textContent, x: Number(t.getAttribute('x')), y: Number(t.getAttribute('y')), anchor: t.getAttribute('text-anchor') })),
      scale: [...e.querySelectorAll('svg rect[fill]')].map((r) => r.getAttribute('fill')),
    }))
    const times = texts.filter((t) => /^\d\d:\d\d$/.test(t.text))
    const foot = Math.min(...times.map((t) => t.y))
    const labels = texts.filter((t) => t.y < foot - 10 && /\d/.test(t.text))
    const picture = pixelsOf(await page.screenshot({ clip: { x: box.x, y: box.y, width: box.width, height: foot - 16 } }))
    const colour = (x, y) => [...picture.rows.subarray((Math.round(y) * picture.width + Math.round(x)) * picture.size, (Math.round(y) * picture.width + Math.round(x)) * picture.size + 3)]
    return { labels, scale: scale.map(rgb), times, colour, box }
  }
  /** sees tries what has to be seen of it until it is. */
  const sees = (what, look) => until(what, async () => {
    await quiet()
    const h = await heat()
    look(h)
    return true
  })
  const axis = (h) => h.labels.map((l) => Number.parseFloat(l.text)).sort((a, b) => a - b)
  const text = (h) => h.labels.map((l) => l.text).join()

  await changes('A heatmap', 'a heat map: its scheme, steps, the other way round, one colour', async () => {
    const ends = { Viridis: ['#440154', '#fde725'], Plasma: ['#0d0887', '#f0f921'], Inferno: ['#000004', '#fcffa4'] } // as matplotlib publishes them
    await set('Heatmap', { Steps: 5 })
    for (const [scheme, of] of Object.entries(ends)) {
      await set('Heatmap', { Scheme: scheme })
      await sees(scheme, (h) => {
        assert.equal(h.scale.length, 5)
        ;[h.scale[0], h.scale[4]].forEach((c, i) => assert.ok(apart(c, rgb(of[i])) < 6, `${scheme}: ${c}`))
      })
    }
    await set('Heatmap', { 'Reverse colours': true })
    await sees('from the last to the first', (h) => [h.scale[4], h.scale[0]].forEach((c, i) => assert.ok(apart(c, rgb(ends.Inferno[i])) < 6, `${c}`)))
    await set('Heatmap', { 'Reverse colours': false, 'Colour mode': 'Opacity', Colour: 'blue', 'Colour scale': 'Linear', Steps: 3 })
    const [ground, blue] = [[18, 24, 33], rgb('#5794f2')]
    await sees('from the ground to blue', (h) => {
      assert.equal(h.scale.length, 3)
      assert.ok(apart(h.scale[2], blue) < 8, `the last: ${h.scale[2]}`)
      assert.ok(apart(h.scale[1], blue.map((v, i) => (v + ground[i]) / 2)) < 14, `the middle: ${h.scale[1]}`)
    })
  })

  /** countsIn are the counts of the cells that are not empty: values by steps of five minutes and five. */
  const countsIn = () => {
    const counts = new Map()
    for (const w of waves.values()) for (const [t, v] of w) if (t < to) {
      const key = `${Math.floor(t / 300e3)} ${Math.floor(v / 5)}`
      counts.set(key, (counts.get(key) ?? 0) + 1)
    }
    return counts
  }

  await changes('A heatmap', 'a heat map: what is hidden, colours from and to a value', async () => {
    const counts = [...countsIn().values()]
    const marks = () => preview.locator('[aria-roledescription="heat map"] svg text').evaluateAll((all) => all.slice(-2).map((t) => Number(t.textContent)))
    await same('from none to the most', marks, [0, Math.max(...counts)])
    const fewest = Math.min(...counts)
    const least = Math.min(...counts.filter((c) => c > fewest))
    await set('Heatmap', { 'Hide cells from': Math.max(...counts) })
    await same('the most are hidden', marks, [0, Math.max(...counts.filter((c) => c < Math.max(...counts)))])
    await set('Heatmap', { 'Hide cells from': '', 'Hide cells up to': fewest })
    await quiet()
    // The cells that are left are read by keys: none tells a count that was hidden.
    const plot = preview.locator('[aria-roledescription="heat map"]')
    await plot.focus()
    const read = new Set()
    await page.keyboard.press('End')
    for (let row = 0; row < 8; row++) {
      await page.keyboard.press('Home')
      for (let i = 0; i < 12; i++) {
        read.add((await plot.locator('[aria-live]').innerText()).split(': ').at(-1))
        await page.keyboard.press('ArrowRight')
      }
      await page.keyboard.press('ArrowUp')
    }
    const told = [...read].map(Number).filter((n) => n > 0)
    assert.equal(Math.min(...told), least, `${[...read]}`)
    await set('Heatmap', { 'Colours from value': 2, 'Colours to value': 40, 'Cell unit': ['Percent (0-100)'], 'Cell decimals': 1 })
    await same('the scale', () => preview.locator('[aria-roledescription="heat map"] svg text').evaluateAll((all) => all.slice(-2).map((t) => t.textContent)), ['2.0%', '40.0%'])
  })

  await changes('A heatmap', 'a heat map: unit, decimals, limits and place of its axis, its buckets', async () => {
    await set('Heatmap', { 'Y axis unit': ['Percent (0-100)'], 'Y axis decimals': 2 })
    await sees('percent', (h) => {
      assert.ok(h.labels.length >= 3 && h.labels.every((l) => /^\d+\.\d\d%$/.test(l.text)), text(h))
      assert.equal(axis(h).at(-1) >= Math.max(...all) - 5 && axis(h)[0] <= Math.min(...all), true, text(h))
    })
    await set('Heatmap', { 'Y axis min': 5, 'Y axis max': 30 })
    await sees('between its limits', (h) => assert.deepEqual([axis(h)[0], axis(h).at(-1)], [5, 30]))
    await set('Heatmap', { 'Reverse Y axis': true })
    await sees('upside down', (h) => {
      const byPlace = [...h.labels].sort((a, b) => a.y - b.y).map((l) => Number.parseFloat(l.text))
      assert.deepEqual(byPlace, axis(h))
    })
    await set('Heatmap', { 'Reverse Y axis': false, 'Y axis placement': 'Right', 'Y axis label': 'Load' })
    await sees('at the right', (h) => assert.ok(h.labels.every((l) => l.x > h.box.width / 2 && l.anchor === 'start'), JSON.stringify(h.labels)))
    assert.ok((await preview.locator('[aria-roledescription="heat map"] svg').textContent()).includes('Load'))
    await set('Heatmap', { 'Y axis placement': 'Left', 'Y axis width': 140 })
    await sees('so wide', (h) => assert.ok(h.labels.every((l) => Math.abs(l.x - 134) < 2), JSON.stringify(h.labels)))
    await set('Heatmap', { 'Y axis placement': 'Hidden' })
    await sees('hidden', (h) => assert.equal(h.labels.length, 0))
    await set('Heatmap', { 'Y axis placement': 'Left', 'Y axis min': '', 'Y axis max': '', 'Y buckets': 10, 'Y axis decimals': 0 })
    await sees('by tens', (h) => assert.ok(axis(h).every((v) => v % 10 === 0) && axis(h).length === Math.ceil((Math.max(...all) + 1e-9) / 10) + 1, text(h)))
    await set('Legend', { 'Show legend': false })
    await sees('no scale', (h) => assert.equal(h.scale.length, 0))
  })

  await changes('A histogram', 'a histogram: how many buckets, and where they begin', async () => {
    const buckets = () => preview.locator('table.hidden tbody tr').evaluateAll((rows) => rows.map((tr) => ({ bounds: tr.cells[0].textContent.split(' to ').map(Number), counts: [...tr.cells].slice(1).map((c) => Number(c.textContent.split(': ')[1])) })))
    const names = [...waves.keys()].sort()
    const counted = (list) => list.every((b) => names.every((n, i) => b.counts[i] === [...waves.get(n).values()].filter((v) => v >= b.bounds[0] && v < b.bounds[1]).length))
    let before = Infinity
    for (const most of [20, 6, 3]) {
      await set('Histogram', { 'Bucket count': most })
      await until(`at most ${most}`, async () => {
        const list = await buckets()
        return (list.length <= most + 1 && list.length < before && counted(list)) || list.map((b) => b.bounds)
      })
      before = (await buckets()).length
    }
    // Bars fade towards nought: near it a bar is as the ground, near the top as its colour.
    const paint = () => preview.locator('.plot svg').evaluate((svg) => [...svg.querySelectorAll('linearGradient')].map((g) => [...g.querySelectorAll('stop')].map((s) => Number(/[\d.]+(?=\)$)/.exec(getComputedStyle(s).stopColor)?.[0] ?? 1))))
    await same('one colour each', paint, [])
    await set('Graph styles', { 'Gradient mode': 'Opacity', 'Fill opacity': 50 })
    await until('they fade', async () => {
      const list = await paint()
      return (list.length === names.length && list.every(([top, foot]) => Math.abs(top - 0.5) < 0.01 && Math.abs(foot - 0.04) < 0.01)) || list
    })
    const fills = await preview.locator('.plot svg rect[stroke]').evaluateAll((all) => all.map((r) => r.getAttribute('fill')))
    assert.ok(fills.every((f) => /^url\(#/.test(f)), `${fills}`)
    await set('Histogram', { 'Bucket size': 10, 'Bucket offset': 4 })
    await until('from four', async () => {
      const list = await buckets()
      return (list.every(({ bounds: [a, b] }) => b - a === 10 && (((a - 4) % 10) + 10) % 10 === 0) && counted(list) && list.reduce((sum, b) => sum + b.counts.reduce((x, y) => x + y), 0) === all.length) || list.map((b) => b.bounds)
    })
  })

  await changes('A bargauge', 'a bar gauge: where names stand, what is not filled, how large bars are', async () => {
    const bars = () => preview.locator('.bars > li').evaluateAll((all) => all.map((li) => {
      const of = (e) => { const b = e?.getBoundingClientRect(); return b && { x: b.x, y: b.y, right: b.right, bottom: b.bottom, w: Math.round(b.width), h: Math.round(b.height) } }
      return { bar: of(li), name: of(li.querySelector('.name')), track: of(li.querySelector('.track')), ground: getComputedStyle(li.querySelector('.track')).backgroundColor }
    }))
    const every = (what, look) => until(what, async () => {
      await quiet()
      const list = await bars()
      return (list.length === steady.size && list.every(look)) || list
    })
    await set('Display', { Orientation: 'Horizontal', 'Name placement': 'Left' })
    await every('left of the bar', (b) => b.name.right <= b.track.x && b.name.y < b.track.bottom && b.name.bottom > b.track.y)
    await set('Display', { 'Name placement': 'Top' })
    await every('above the bar', (b) => b.name.bottom <= b.track.y + 1)
    await set('Display', { 'Name placement': 'Hidden' })
    await every('no name', (b) => !b.name)
    await every('the rest is there', (b) => b.ground !== 'rgba(0, 0, 0, 0)')
    await set('Display', { 'Show unfilled area': false })
    await every('the rest is not', (b) => b.ground === 'rgba(0, 0, 0, 0)')
    await set('Display', { 'Min height': 190 })
    await every('so high at least', (b) => b.bar.h === 190)
    await set('Display', { 'Min height': '', Size: 'Manual', 'Max height': 31 })
    await every('so high at most', (b) => b.bar.h === 31)
    await set('Display', { Orientation: 'Vertical', 'Min width': 777 })
    await every('so wide at least', (b) => b.bar.w === 777)
  })

  await changes('A status-history', 'a status history: how wide and how high its states are', async () => {
    /** filled is which share of two lines of pixels has a state: along the door's row, down in the middle of the last minute that both rows have. */
    const filled = async () => {
      await quiet()
      await page.mouse.move(0, 0)
      const canvas = await preview.locator('canvas').boundingBox()
      const ends = await preview.locator('.tall svg .time').evaluateAll((all) => [all[0], all.at(-1)].map((t) => Number(t.getAttribute('x'))))
      const picture = pixelsOf(await page.screenshot({ clip: canvas }))
      const lit = (x, y) => apart([...picture.rows.subarray((Math.round(y) * picture.width + Math.round(x)) * picture.size).subarray(0, 3)], [18, 24, 33]) > 20
      const tall = canvas.height - 28
      const along = Array.from({ length: Math.floor(ends[1] - ends[0]) }, (_, i) => lit(ends[0] + i, tall / 4)).filter(Boolean).length / Math.floor(ends[1] - ends[0])
      const most = Array.from({ length: 40 }, (_, i) => Array.from({ length: Math.floor(tall / 2) }, (_, y) => lit(ends[0] + i, y)).filter(Boolean).length / Math.floor(tall / 2))
      return { along, down: Math.max(...most) }
    }
    const are = (what, wide, high) => until(what, async () => {
      const now = await filled()
      return (Math.abs(now.along - wide) < 0.12 && Math.abs(now.down - high) < 0.04) || now
    })
    await are('as usual', 0.85, 0.9) // a pixel between two is free
    await set('State timeline', { 'Column width': 0.4 })
    await are('narrow', 0.36, 0.9)
    await set('State timeline', { 'Row height': 0.5 })
    await are('low', 0.36, 0.5)
    await set('State timeline', { 'Rows of a page': 1 })
    const names = () => preview.locator('.tall svg .name').evaluateAll((all) => all.map((t) => t.firstChild.textContent))
    await same('the first', names, ['door'])
    await preview.getByRole('button', { name: 'Page after', exact: true }).click()
    await same('the second', names, ['pump'])
  })

  await changes('A gauge', 'a gauge: from a neutral value, a circle, wide, in segments, with its course and its name', async () => {
    const names = [...steady.keys()].sort()
    const last = (name) => [...steady.get(name).values()].at(-1)
    /** rings are, by gauge: how far its bar's ends are from where they should be (px; null without a bar), widths, dashes, and the rest's length and shape. */
    const rings = (wanted) => preview.getByRole('img').evaluateAll((all, wanted) => all.map((g, i) => {
      const [rest, bar] = ['.rest', '.ring'].map((c) => g.querySelector(c))
      const long = rest.getTotalLength()
      const far = (p, share) => { const q = rest.getPointAtLength(share * long); return Math.hypot(q.x - p.x, q.y - p.y) }
      const off = bar?.getAttribute('stroke-width') === rest.getAttribute('stroke-width') ? [far(bar.getPointAtLength(0), wanted[i][0]), far(bar.getPointAtLength(bar.getTotalLength()), wanted[i][1])] : null
      const box = rest.getBBox()
      return { off, wide: Number(rest.getAttribute('stroke-width')), dash: rest.getAttribute('stroke-dasharray'), long, flat: box.width / box.height, ends: getComputedStyle(rest).strokeLinecap }
    }), wanted)
    /** every waits until each bar reaches from where to where it should, and looks as it should; one that reaches nowhere is not drawn. */
    const every = (what, reach, look = () => true) => until(what, async () => {
      await quiet()
      const wanted = names.map((n) => reach(last(n)))
      const list = await rings(wanted)
      return (list.length === names.length && list.every((r, i) => (wanted[i][0] === wanted[i][1] ? r.off === null : r.off?.every((d) => d < 1)) && look(r))) || list
    })
    const least = (v) => [0, v / 100]
    await every('from the least', least)
    await set('Display', { 'Neutral value': 50 })
    await every('from fifty', (v) => [Math.min(v, 50) / 100, Math.max(v, 50) / 100])
    const { wide } = (await rings(names.map(() => [0, 0])))[0]
    await set('Display', { 'Neutral value': '', 'Bar width': 1, 'Bar ends': 'Rounded' })
    await every('twice as wide', least, (r) => Math.abs(r.wide / wide - 2) < 0.01 && r.ends === 'round')
    await set('Display', { 'Bar width': '', 'Bar ends': 'Flat', Shape: 'Circle' })
    await every('a circle', least, (r) => Math.abs(r.flat - 1) < 0.01 && r.ends === 'butt')
    await set('Display', { Segments: 20, 'Segment spacing': 0.4 })
    await every('twenty segments', least, (r) => {
      const [drawn, gap] = r.dash?.split(' ').map(Number) ?? []
      return Math.abs((20 * (drawn + gap)) / r.long - 1) < 0.001 && Math.abs(gap / (drawn + gap) - 0.4) < 0.001
    })
    const texts = (of) => preview.locator(`svg ${of}`).allTextContents()
    const written = names.map((n) => String(last(n)))
    for (const [mode, values, titles] of [['Auto', written, names], ['Value', written, []], ['Name', [], names], ['None', [], []]]) {
      await set('Display', { 'Text mode': mode })
      await same(mode, async () => [(await texts('text.value')).map((t) => t.trim()), (await texts('text.name')).map((t) => t.trim())], [values, titles])
    }
    await until('no course', async () => (await preview.locator('.spark').count()) === 0)
    await set('Display', { 'Show sparkline': true })
    await until('their course', async () => (await preview.locator('.spark path').count()) >= names.length)
  })

  await changes('A nodeGraph', 'a node graph: units of figures, what the wheel does', async () => {
    const said = (what) => preview.locator(what).evaluateAll((all) => Object.fromEntries(all.map((e) => [e.dataset.node ?? e.dataset.edge, e.getAttribute('aria-label')]).sort(([a], [b]) => (a < b ? -1 : 1))))
    const want = (list, key, words) => Object.fromEntries(list.map((r) => [key(r), words(r)]).sort(([a], [b]) => (a < b ? -1 : 1)))
    const title = (id) => nodes.find((n) => n.id === id).title
    await set('Node graph', { 'Main stat unit': ['Percent (0-100)'], 'Secondary stat unit': ['seconds (s)'] })
    await same('figures of nodes', () => said('[data-node]'), want(nodes, (n) => n.id, (n) => `${n.title}, ${n.value}%, ${Number(n.secondarystat).toFixed(2)} s`))
    await set('Node graph', { 'Main stat unit of edges': ['milliseconds (ms)'], 'Secondary stat unit of edges': ['Percent (0-100)'] })
    await same('figures of edges', () => said('[data-edge]'), want(edges, (e) => `${e.source}>${e.target}`, (e) => `${title(e.source)} to ${title(e.target)}: ${e.value} ms, ${e.secondarystat}%`))
    const zoomed = () => preview.locator('.graph svg > g').first().evaluate((g) => Number(/scale\(([\d.]+)\)/.exec(g.getAttribute('transform'))[1]))
    const turns = async (by = 200) => {
      const box = await preview.locator('.graph').boundingBox()
      await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
      await page.mouse.wheel(0, by)
    }
    await until('it is laid out', async () => (await zoomed()) !== 1 || zoomed())
    const first = await zoomed()
    await turns()
    await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))))
    assert.equal(await zoomed(), first, 'the wheel scrolls the page')
    await page.keyboard.down('Control')
    await turns()
    await until('with Ctrl it zooms', async () => (await zoomed()) < first)
    await page.keyboard.up('Control')
    await set('Node graph', { 'Zoom mode': 'Greedy' })
    await quiet()
    const now = await zoomed()
    await turns(-200)
    await until('the wheel zooms', async () => (await zoomed()) > now)
    await set('Node graph', { Layout: 'Grid' })
    const places = () => preview.locator('.node').evaluateAll((all) => new Set(all.map((n) => /,(-?[\d.]+)\)/.exec(n.getAttribute('transform'))[1])).size)
    await until('in rows', async () => (await places()) <= 2 || places())
  })
})
