/**
 * Options of a chart, set one after the other in the panel editor, in Chromium: each has
 * to change the picture as it says. Places are computed from the labels of the axes,
 * colours from the pixels, the legend's numbers from the store's own answers.
 *
 *   SITE_URL=http://127.0.0.1:3000 node e2e/options.mjs
 */
import assert from 'node:assert/strict'
import { changes, colours, drawn, from, green, labels, legend, legendRows, linesAt, page, preview, put, quiet, reads, red, set, shows, step, tab, to, unfold, until, values, waves } from './chartoptions.mjs'
import { apart, like, mixed, near, of, rgb, rowOf } from './drawn.mjs'
import { near as written } from './written.mjs'

await reads(async () => {
  await changes('lines stand where their values are', () => shows((d) => linesAt(d, values)))

  await changes('unit, decimals, min and max', async () => {
    await set('Standard options', { Unit: ['Percent (0-100)'], Decimals: 1, Min: 0, Max: 100 })
    await shows((d) => {
      for (const l of d.axis('left')) assert.equal(l.text, `${l.value.toFixed(1)}%`)
      near(d.yOf(0), d.over.height, 2, 'the lower end')
      near(d.yOf(100), 0, 2, 'the upper end')
      linesAt(d, values)
    })
    await set('Standard options', { Min: 40, Max: 90 })
    await shows((d) => {
      assert.deepEqual([labels(d)[0], labels(d).at(-1)], ['40.0%', '90.0%'])
      linesAt(d, { high: 80, mid: 50 })
      assert.equal(of(d.column(300), colours.low), 0, 'what is below is not seen')
    })
  })

  await changes('a time is written in the unit that fits', async () => {
    await set('Standard options', { Unit: ['seconds (s)'] })
    await shows((d) => {
      assert.ok(labels(d).includes('1 min') || labels(d).some((l) => / mins?$/.test(l)), labels(d).join())
      linesAt(d, values)
    }, (text) => parseFloat(text) * (/min/.test(text) ? 60 : 1))
  })

  await changes('soft limits widen, and hide nothing', async () => {
    await set('Axis', { 'Soft min': 0, 'Soft max': 40 })
    await shows((d) => {
      near(d.yOf(0), d.over.height, 2, 'the lower end')
      linesAt(d, values)
    })
    await set('Axis', { 'Soft max': 200 })
    await shows((d) => near(d.yOf(200), 0, 2, 'the upper end'))
  })

  await changes('series are stacked, in numbers and to a hundred percent', async () => {
    await set('Graph styles', { 'Stack series': 'Normal', 'Fill opacity': 30 })
    await shows((d) => {
      linesAt(d, { high: 80, low: 100, mid: 150 })
      near(d.yOf(0), d.over.height, 2, 'a stack stands on nought')
      const ground = [18, 24, 33]
      for (const [name, at] of [['high', 43], ['low', 93], ['mid', 128]]) like(d.colourAt(305, d.yOf(at)), mixed(ground, colours[name], 0.3), `the area of ${name}`)
    })
    await set('Graph styles', { 'Stack series': '100 %' })
    await shows((d) => {
      assert.ok(labels(d).every((l) => l.endsWith('%')) && labels(d).at(-1) === '100%', labels(d).join())
      linesAt(d, { high: 8000 / 150, low: 10000 / 150 })
    })
  })

  await changes('width, fill and style of lines', async () => {
    await set('Graph styles', { 'Line width': 7, 'Fill opacity': 50 })
    await shows((d) => {
      near(of(d.column(300), colours.high), 7, 1, 'rows of a line')
      like(d.colourAt(305, d.yOf(65)), mixed([18, 24, 33], colours.high, 0.5), 'half filled')
    })
    for (const style of ['Dash', 'Dots']) {
      await set('Graph styles', { 'Fill opacity': 0, 'Line style': style })
      await shows((d) => {
        const share = of(d.row(d.yOf(80)), colours.high) / d.over.width
        assert.ok(share > 0.2 && share < 0.8, `${style}: ${share} of the line is drawn`)
      })
    }
    await set('Graph styles', { 'Line style': 'Solid' })
    await shows((d) => assert.ok(of(d.row(d.yOf(80)), colours.high) / d.over.width > 0.95, 'all of it is drawn'))
  })

  await changes('bars and points', async () => {
    await set('Graph styles', { Style: 'Bars', 'Fill opacity': 100 })
    await shows((d) => {
      near(d.yOf(0), d.over.height, 2, 'bars stand on nought')
      const bar = of(d.row(d.yOf(70)), colours.high) / d.over.width
      near(bar, 0.6, 0.08, 'the share of the width that bars take')
      assert.equal(of(d.row(d.yOf(85)), colours.high), 0)
    })
    await set('Graph styles', { 'Bar width': 0.3 })
    await shows((d) => near(of(d.row(d.yOf(70)), colours.high) / d.over.width, 0.3, 0.08, 'narrower ones'))
    await set('Graph styles', { Style: 'Points', 'Point size': 8 })
    await shows((d) => {
      near(of(d.row(d.yOf(80)), colours.high) / d.over.width, 8 / (d.over.width / 60), 0.12, 'the share of the row that points take')
      assert.equal(of(d.row(d.yOf(70)), colours.high), 0)
    })
  })

  await changes('thresholds as lines, dashes and regions', async () => {
    await set('Graph styles', { 'Show thresholds': 'As lines' })
    const thresholds = await unfold('Thresholds')
    await thresholds.getByRole('button', { name: 'Threshold', exact: true }).click()
    await put(thresholds, 'From', 60)
    const across = (d) => of(d.row(d.yOf(60)), red, 60) / d.over.width
    await shows((d) => assert.ok(across(d) > 0.95, `a line at 60: ${across(d)}`))
    await set('Graph styles', { 'Show thresholds': 'As dashed lines' })
    await shows((d) => near(across(d), 8 / 14, 0.12, 'dashes'))
    await set('Graph styles', { 'Show thresholds': 'As filled regions' })
    await shows((d) => {
      like(d.colourAt(305, d.yOf(67)), mixed([18, 24, 33], red, 0.12), 'above')
      like(d.colourAt(305, d.yOf(56)), mixed([18, 24, 33], green, 0.12), 'below')
      assert.ok(across(d) < 0.05, 'no line')
    })
    await set('Graph styles', { 'Show thresholds': 'Regions and lines' })
    await shows((d) => assert.ok(across(d) > 0.95 && apart(d.colourAt(305, d.yOf(67)), mixed([18, 24, 33], red, 0.12)) < 12))
    await set('Standard options', { Min: 0, Max: 200 })
    await put(await unfold('Thresholds'), 'Thresholds are', 'Percentage of min to max')
    await shows((d) => assert.ok(of(d.row(d.yOf(120)), red, 60) / d.over.width > 0.95, '60 % of 200'))
    await set('Graph styles', { 'Show thresholds': 'Off' })
    await shows((d) => assert.equal(of(d.row(d.yOf(120)), red, 60), 0))
    await set('Standard options', { 'Colour scheme': 'From thresholds' })
    await put(await unfold('Thresholds'), 'Thresholds are', 'Absolute')
    await shows((d) => {
      like(d.colourAt(300, d.yOf(80)), red, 'the line above')
      like(d.colourAt(300, d.yOf(50)), green, 'the line below')
    })
  })

  await changes('the axis: place, label, width, grid, colour, centre, logarithm', async () => {
    await set('Axis', { Placement: 'Right' })
    await shows((d) => {
      assert.deepEqual([labels(d).length, labels(d, 'right').length > 3], [0, true])
      linesAt(d, values, 'right')
    })
    await set('Axis', { Placement: 'Hidden' })
    await shows((d) => assert.deepEqual([labels(d).length, labels(d, 'right').length], [0, 0]))
    await set('Axis', { Placement: 'Left', Label: 'Load of the site', Width: 90 })
    await shows((d) => {
      assert.ok(d.texts.some((t) => t.text === 'Load of the site'))
      near(d.over.left, 90 + 18, 2, 'the room of the axis')
    })
    const grid = (d) => apart(d.colourAt(305, d.yOf(60)), [18, 24, 33])
    await shows((d) => assert.ok(grid(d) > 8, `a grid line: ${grid(d)}`))
    await set('Axis', { 'Show grid lines': 'Off', Colour: 'Series' })
    await shows((d) => {
      assert.ok(grid(d) < 4, `no grid line: ${grid(d)}`)
      assert.deepEqual(rgb(d.axis('left')[0].color), colours.high)
    })
    await set('Axis', { 'Centred zero': true })
    await shows((d) => {
      near(d.yOf(0), d.over.height / 2, 2, 'nought')
      linesAt(d, values)
    })
    await set('Axis', { 'Centred zero': false, Scale: 'Logarithmic', 'Log base': '10' })
    await shows((d) => {
      assert.deepEqual([labels(d)[0], labels(d).at(-1)], ['10', '100'])
      const y = (v) => d.over.height * (1 - Math.log10(v / 10))
      near(d.column(300).findIndex((c) => apart(c, colours.high) < 24), y(80), 2, '80')
      near(d.column(300).findIndex((c) => apart(c, colours.low) < 24), y(20), 2, '20')
    })
  })

  await changes('a value mapping is on the axis, in the legend and on the tooltip', async () => {
    await set('Legend', { Mode: 'Table', Values: ['Last *'] })
    const mappings = await unfold('Value mappings')
    await mappings.getByRole('button', { name: 'Value mapping', exact: true }).click()
    await put(mappings, 'Value', 50)
    await put(mappings, 'Is shown as', 'half')
    await until('the legend has it', async () => JSON.stringify(await legendRows()) === '{"high":["80"],"low":["20"],"mid":["half"]}' || legendRows())
    await shows((d) => assert.ok(d.texts.some((t) => t.text === 'half')))
    const box = await preview.locator('.u-over').boundingBox()
    await page.mouse.move(box.x + 300, box.y + box.height / 2)
    await until('the tooltip has it', async () => /^mid\s+half$/.test((await page.locator('.tip tr').innerText()).trim()) || page.locator('.tip').innerText())
  })

  await changes('an override', async () => {
    await set('Legend', { Mode: 'Table', Values: ['Last *'] })
    await tab('Overrides')
    const pane = page.locator('aside')
    await pane.getByRole('button', { name: 'Override', exact: true }).click()
    await put(pane, 'Name', 'mid')
    for (const [option, name, value] of [['Unit', 'Unit', ['Percent (0-100)']], ['Axis Placement', 'Placement', 'Right'], ['Colour scheme', 'Colour scheme', 'Single colour'], ['Line width', 'Line width', 5]]) {
      await put(pane, 'Add an option to the override', [option])
      await put(pane, name, value)
    }
    await put(pane, 'Colour', 'red')
    await shows((d) => {
      assert.ok(labels(d, 'right').length > 2 && labels(d, 'right').every((l) => l.endsWith('%')) && labels(d).every((l) => !l.endsWith('%')))
      linesAt(d, { high: 80, low: 20 })
      near(of(d.column(300), red), 5, 1, 'a wide red line')
      near(d.column(300).findIndex((c) => apart(c, red) < 24) + 2, d.yOf(50, 'right'), 2, 'at 50 %')
    })
    assert.deepEqual(await legendRows(), { high: ['80'], low: ['20'], mid: ['50%'] })
  })

  await changes('an override of those with some values, which hides them somewhere', async () => {
    await tab('Overrides')
    const pane = page.locator('aside')
    await pane.getByRole('button', { name: 'Override', exact: true }).click()
    await put(pane, 'Which fields', 'Fields with values')
    await put(pane, 'Calculation', 'Max')
    await put(pane, 'Compared by', '<')
    await put(pane, 'With', 60)
    await put(pane, 'Add an option to the override', ['Hide in area'])
    const names = async () => (await legend().innerText()).trim().split(/\s+/)
    const areDrawn = (...want) => shows((d) => assert.deepEqual(Object.keys(colours).filter((name) => of(d.column(300), colours[name]) > 0), want))
    await areDrawn('high')
    assert.deepEqual(await legend().locator('li').evaluateAll((all) => all.map((li) => [li.innerText.trim(), li.classList.contains('off')])), [['high', false], ['low', true], ['mid', true]])
    await legend().getByRole('button', { name: 'mid', exact: true }).click({ modifiers: ['Control'] })
    await areDrawn('high', 'mid')
    await legend().getByRole('button', { name: 'low', exact: true }).click()
    await areDrawn('low')
    await legend().getByRole('button', { name: 'low', exact: true }).click()
    await areDrawn('high', 'low', 'mid')
    await put(pane, 'Visualization', false)
    await put(pane, 'Legend', true)
    await shows(async (d) => {
      linesAt(d, values)
      assert.deepEqual(await names(), ['high'])
    })
  })

  const gap = [...waves.get('one').keys()].filter((t) => !waves.get('broken').has(t)) // where one wave has no values
  const xOf = (d, t) => ((t - from) / (to - from)) * d.over.width
  const wave = { broken: rgb('#73bf69'), none: rgb('#f2cc0c'), one: rgb('#5794f2') }

  await changes('a line between two values is straight, or a step', async () => {
    const times = [...waves.get('one').keys()].slice(5)
    const at = times.find((t, i) => Math.abs(waves.get('one').get(times[i + 1]) - waves.get('one').get(t)) > 0.9)
    const [before, after] = [waves.get('one').get(at), waves.get('one').get(at + step * 1000)]
    for (const [name, value] of [['Linear', (before + after) / 2], ['Step before', after], ['Step after', before], ['Smooth', (before + after) / 2]]) {
      await set('Graph styles', { 'Line interpolation': name })
      await shows((d) => near(rowOf(d, xOf(d, at + step * 500), wave.one), d.yOf(value), 2, name))
    }
  }, 2)

  await changes('gaps are left, or spanned', async () => {
    const middle = gap[Math.floor(gap.length / 2)]
    const drawn = (d) => of(d.column(xOf(d, middle)).slice(0, Math.round(d.yOf(20))), wave.broken, 90) > 0
    for (const [name, spanned] of [['Never', false], ['Always', true], ['Gaps up to 1 min', false], ['Gaps up to 5 min', true]]) {
      await set('Graph styles', { 'Connect null values': name })
      await shows((d) => assert.equal(drawn(d), spanned, name))
    }
    await set('Graph styles', { 'Connect null values': 'Never' })
    for (const [name, spanned] of [['After 5 min', true], ['After 1 min', false], ['Never', false]]) {
      await set('Graph styles', { 'Disconnect values': name })
      await shows((d) => assert.equal(drawn(d), spanned, name))
    }
  }, 2)

  await changes('points, values beside them, upside down, filled down to another', async () => {
    const at = [...waves.get('one').keys()][20]
    await set('Graph styles', { 'Show points': 'Always', 'Point size': 9 })
    const tall = (d, t) => of(d.column(xOf(d, t)), wave.one, 60)
    await shows((d) => assert.ok(tall(d, at) >= 8 && tall(d, at + step * 500) < 4, `${tall(d, at)}, between two ${tall(d, at + step * 500)}`))
    await set('Graph styles', { 'Show points': 'Never', 'Show values': true })
    await shows((d) => {
      const beside = d.texts.filter((t) => t.x > d.over.left && t.y < d.over.top + d.over.height && rgb(t.color).join() === wave.one.join())
      assert.ok(beside.length > 10, `${beside.length} values`)
      for (const t of beside) {
        const value = waves.get('one').get(from + Math.round((((t.x - d.over.left) / d.over.width) * (to - from)) / 60e3) * 60e3)
        assert.ok(written(t.text, value) && t.y < d.over.top + d.yOf(value), `${t.text} beside ${value}`)
      }
    })
    await set('Graph styles', { 'Show values': false, Transform: 'Negative Y' })
    await shows((d) => {
      assert.ok(labels(d)[0].startsWith('-'), labels(d).join())
      near(rowOf(d, xOf(d, at), wave.one), d.yOf(-waves.get('one').get(at)), 2, 'upside down')
    })
    await set('Graph styles', { Transform: 'None', 'Fill below to': 'none', 'Fill opacity': 40 })
    await shows((d) => like(d.colourAt(xOf(d, at) + 5, d.yOf(waves.get('one').get(at) / 2)), mixed([18, 24, 33], wave.one, 0.4), 'filled', 60))
  }, 2)

  await changes('the legend: as list and table, its numbers, its place, its width, none', async () => {
    const calcs = { 'Last *': (v) => v.at(-1), Mean: (v) => v.reduce((a, b) => a + b, 0) / v.length, Max: (v) => Math.max(...v), Count: (v) => v.length }
    await set('Standard options', { Decimals: 3 })
    await set('Legend', { Mode: 'Table', Values: Object.keys(calcs) })
    const want = Object.fromEntries([...waves].map(([name, values]) => [name, Object.entries(calcs).map(([calc, f]) => (calc === 'Count' ? String(f([...values.values()])) : f([...values.values()]).toFixed(3)))]))
    await until('the table has the numbers', async () => JSON.stringify(Object.entries(await legendRows()).sort()) === JSON.stringify(Object.entries(want).sort()) || [await legendRows(), want])
    assert.deepEqual(await legend().locator('thead th').allInnerTexts(), ['Name', 'Last *', 'Mean', 'Max', 'Count'])
    await set('Legend', { Placement: 'Right', Width: 420 })
    await until('it stands at the right', async () => {
      const [box, plot] = [await legend().boundingBox(), await preview.locator('.plot').boundingBox()]
      return (box.x > plot.x + plot.width && Math.abs(box.width - 420) < 2) || [box, plot]
    })
    await set('Legend', { Mode: 'List' })
    await until('a list with the numbers', async () => {
      const text = (await legend().innerText()).replaceAll(/\s+/g, ' ')
      return Object.entries(want).every(([name, v]) => text.includes(`${name} Last *: ${v[0]} Mean: ${v[1]} Max: ${v[2]}`)) || text
    })
    await set('Legend', { Visibility: false })
    await until('there is none', async () => (await legend().count()) === 0)
  }, 2)

  await changes('the tooltip: one, all in their order, zeros hidden, none', async () => {
    await set('Standard options', { Decimals: 2 })
    const at = [...waves.get('one').keys()][40]
    const tip = page.locator('.tip')
    const rows = () => tip.locator('tbody tr').evaluateAll((all) => all.map((tr) => [tr.cells[1].innerText, tr.cells[2].innerText]))
    const points = async (value) => {
      await page.mouse.move(0, 0)
      const d = await drawn()
      const box = await preview.locator('.u-over').boundingBox()
      await page.mouse.move(box.x + xOf(d, at), box.y + d.yOf(value))
    }
    const tells = async (what, want) => {
      await quiet()
      await points(waves.get('one').get(at) + 1)
      await until(what, async () => JSON.stringify(await rows()) === JSON.stringify(want) || rows())
    }
    const [broken, none, one] = ['broken', 'none', 'one'].map((name) => [name, waves.get(name).get(at).toFixed(2)])
    await tells('the nearest alone', [one])
    await set('Tooltip', { 'Tooltip mode': 'All' })
    await tells('all', [broken, none, one])
    assert.equal(await tip.locator('.head').innerText(), new Date(at).toISOString().slice(0, 19).replace('T', ' '))
    await set('Tooltip', { 'Values sort order': 'Ascending' })
    await tells('the least first', [none, one, broken])
    await set('Tooltip', { 'Values sort order': 'Descending', 'Hide zeros': true })
    await tells('the largest first, without zeros', [broken, one])
    await set('Tooltip', { 'Max width': 90 })
    await tells('the same', [broken, one])
    await until('it is narrow', async () => (await tip.boundingBox()).width <= 90 || tip.boundingBox())
    await set('Tooltip', { 'Max width': '', 'Max height': 30 })
    await tells('the same again', [broken, one])
    await until('it is low', async () => (await tip.boundingBox()).height <= 30 || tip.boundingBox())
    await set('Tooltip', { 'Tooltip mode': 'Hidden' })
    await quiet()
    await points(waves.get('one').get(at))
    await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))))
    assert.equal(await tip.count(), 0)
  }, 2)

  await changes('an axis of two time zones, a colour by the largest value', async () => {
    await set('Axis', { 'Time zone': ['UTC', 'Asia/Tokyo'] })
    await shows((d) => {
      const clocks = d.texts.filter((t) => /^\d\d:\d\d$/.test(t.text))
      const [first, second] = [...new Set(clocks.map((t) => t.y))].sort((a, b) => a - b).map((y) => clocks.filter((t) => t.y === y))
      const ahead = (t) => `${String((Number(t.text.slice(0, 2)) + 9) % 24).padStart(2, '0')}${t.text.slice(2)}`
      for (const t of second) assert.ok(first.some((f) => Math.abs(f.x - t.x) < 1 && ahead(f) === t.text), `${t.text} below ${first.map((f) => f.text)}`)
      assert.ok(second.length > 3 && d.texts.some((t) => t.text === 'Asia/Tokyo'))
    })
    const thresholds = await unfold('Thresholds')
    await thresholds.getByRole('button', { name: 'Threshold', exact: true }).click()
    await put(thresholds, 'From', 14)
    const at = [...waves.get('one').keys()][20]
    const around = (d) => d.column(xOf(d, at)).slice(d.yOf(waves.get('one').get(at)) - 3, d.yOf(waves.get('one').get(at)) + 4)
    for (const [by, colour] of [['Last', green], ['Max', red], ['Min', green]]) {
      await set('Standard options', { 'Colour scheme': 'From thresholds', 'Colour series by': by })
      await shows((d) => assert.ok(of(around(d), colour, 90) > 0, `the line's colour by ${by}`))
      await until(`the legend's colour by ${by}`, async () => (await legend().locator('li', { has: page.getByRole('button', { name: 'one', exact: true }) }).locator('.mark').evaluate((m) => getComputedStyle(m).backgroundColor)) === `rgb(${colour.join(', ')})`)
    }
  }, 2)

  await changes('a scale that is linear about nought and logarithmic beyond', async () => {
    await set('Axis', { Scale: 'Symlog', 'Log base': '10', 'Linear below': 5, 'Soft min': -30 })
    await shows((d) => {
      const list = d.axis('left')
      const [low, high] = [list[0], list.at(-1)]
      const place = (v) => Math.asinh(v / 5)
      const y = (v) => low.y + ((place(v) - place(low.value)) / (place(high.value) - place(low.value))) * (high.y - low.y) - d.over.top
      assert.ok(low.value < 0 && list.some((l) => l.value === 0) && list.length >= 4, `labels on both sides of nought: ${labels(d)}`)
      for (const l of list) near(l.y - d.over.top, y(l.value), 2, `the label ${l.text}`)
      for (const [name, value] of Object.entries(values)) near(rowOf(d, 300, colours[name]), y(value), 2, `the row of ${name}`)
    })
  })

  await changes('percentiles and other figures in the legend', async () => {
    const calcs = ['Min', 'Median', 'Total', 'Range', 'StdDev', 'Change count', 'Distinct count', '90th %', '95th %', '99th %']
    await set('Legend', { Mode: 'Table', Values: calcs })
    await until('all columns', async () => (await legend().locator('thead th').allInnerTexts()).join().toLowerCase() === ['Name', ...calcs].join().toLowerCase() || legend().locator('thead th').allInnerTexts())
    await until('the figures are those of the store', async () => {
      const rows = await legendRows()
      if (Object.keys(rows).length !== waves.size) return rows
      for (const [name, values] of waves) {
        const list = [...values.values()].sort((a, b) => a - b)
        const mean = list.reduce((a, b) => a + b, 0) / list.length
        const half = list.length / 2
        const turns = [...values.values()].filter((v, i, all) => i > 0 && v !== all[i - 1]).length
        const [min, median, total, range, deviation, changed, distinct, ...percentiles] = rows[name]
        const want = [[min, list[0]], [median, (list[Math.ceil(half) - 1] + list[Math.floor(half)]) / 2], [total, mean * list.length], [range, list.at(-1) - list[0]],
          [deviation, Math.sqrt(list.reduce((sum, v) => sum + (v - mean) ** 2, 0) / list.length)], [changed, turns], [distinct, new Set(list).size]]
        for (const [text, value] of want) if (!written(text, value)) return { name, text, value }
        // A percentile lies between the values that leave as many below.
        for (const [i, part] of [0.9, 0.95, 0.99].entries()) {
          const [below, above] = [list[Math.floor(part * (list.length - 1))], list[Math.ceil(part * (list.length - 1))]]
          if (!(Number(percentiles[i]) >= below - 0.051 && Number(percentiles[i]) <= above + 0.051)) return { name, part, shown: percentiles[i], below, above }
        }
      }
      return true
    })
  }, 2)
})
