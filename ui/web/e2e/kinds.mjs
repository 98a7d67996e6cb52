/**
 * Panels of one number, of shares, of counts and of states in the panel editor, in
 * Chromium: their options change what is seen as they say. Texts, lengths, colours and
 * counts are computed from the store's own answers.
 *
 *   SITE_URL=http://127.0.0.1:3000 node e2e/kinds.mjs
 */
import assert from 'node:assert/strict'
import { mixed, near, of, rgb } from './drawn.mjs'
import { changesOf, css, does, from, green, narrow, overrides, page, preview, put, quiet, reads, red, same, seriesOf, set, shot, sound, step, thresholds, tip, to, unfold, until } from './kindoptions.mjs'
import { pixelsOf } from './pixels.mjs'
import { site } from './reader.mjs'

const orange = rgb('#ff9830')
const views = [['stat', 'steady'], ['stat', 'waves'], ['gauge', 'steady'], ['bargauge', 'steady'], ['piechart', 'steady'], ['histogram', 'waves'], ['heatmap', 'waves'], ['state-timeline', 'states'], ['barchart', 'steady', 'table'], ['table', 'steady', 'table']]
const panels = views.map(([type, expr, format], i) => ({ id: i + 1, type, title: `${type} of ${expr}`, gridPos: { x: 0, y: 10 * i, w: 24, h: 10 }, interval: `${step}s`, targets: [{ refId: 'A', expr, legendFormat: '{{name}}', ...(format ? { format, instant: true, range: false } : { range: true }) }], ...(type === 'heatmap' ? { options: { calculate: true } } : {}) }))
const { changes, uid } = await changesOf('Kinds', panels)
const [steady, waves, states] = await Promise.all(['steady', 'waves', 'states'].map(seriesOf))
const names = [...steady.keys()].sort()
const last = (name) => [...steady.get(name).values()].at(-1)
const means = Object.fromEntries([...waves].map(([name, all]) => [name, [...all.values()].reduce((a, b) => a + b, 0) / all.size]))

/** next is the first time after another at which a clock shows something: an hour may end at midnight. */
const next = (clock, after) => {
  const at = Date.parse(`${new Date(after).toISOString().slice(0, 10)}T${clock}Z`)
  return at < after ? at + 86_400_000 : at
}

await reads(async () => {
  await changes('stat of steady', 'a stat: its text, its colour, what is written', async () => {
    const cards = (what) => preview.locator('.card').evaluateAll((all, what) => all.map((c) => (what === 'value' ? c.querySelector('.value').textContent : what === 'name' ? c.querySelector('.name')?.textContent : what === 'colour' ? getComputedStyle(c.querySelector('.value')).color : getComputedStyle(c).backgroundColor)), what)
    await same('the names', () => cards('name'), names)
    await same('the values', () => cards('value'), names.map((n) => String(last(n))))
    await same('the colours as usual', () => cards('colour'), names.map((n) => css(last(n) >= 80 ? red : green)))
    await thresholds()
    await same('the colours', () => cards('colour'), names.map((n) => css(last(n) >= 60 ? red : green)))
    await set('Standard options', { Unit: ['Percent (0-100)'], Decimals: 2 })
    await same('with a unit', () => cards('value'), names.map((n) => `${last(n).toFixed(2)}%`))
    const mappings = await unfold('Value mappings')
    await mappings.getByRole('button', { name: 'Value mapping', exact: true }).click()
    await put(mappings, 'Value', 50)
    await put(mappings, 'Is shown as', 'half')
    await put(mappings, 'Colour', 'orange')
    await same('mapped', () => cards('value'), names.map((n) => (last(n) === 50 ? 'half' : `${last(n).toFixed(2)}%`)))
    await same('in its colour', () => cards('colour'), names.map((n) => css(last(n) === 50 ? orange : last(n) >= 60 ? red : green)))
    await set('Display', { 'Colour mode': 'Background solid' })
    await same('on that ground', () => cards('ground'), names.map((n) => css(last(n) === 50 ? orange : last(n) >= 60 ? red : green)))
    await set('Display', { 'Colour mode': 'None', 'Text mode': 'Value', Orientation: 'Horizontal' })
    await same('no names', () => cards('name'), names.map(() => null))
    const boxes = await preview.locator('.card').evaluateAll((all) => all.map((c) => c.getBoundingClientRect()).map((b) => [b.x, b.y]))
    assert.ok(boxes.every(([x, y], i) => x === boxes[0][0] && (i === 0 || y > boxes[i - 1][1])), 'one below the other')
    await preview.locator('.spark').first().waitFor()
    await set('Display', { 'Graph mode': 'None' })
    await until('no graph', async () => (await preview.locator('.spark').count()) === 0)
  })

  await changes('stat of waves', 'a stat: what is calculated, and the change', async () => {
    await set('Standard options', { Decimals: 3 })
    const shown = () => preview.locator('.card').evaluateAll((all) => all.map((c) => [c.querySelector('.name').textContent, c.querySelector('.value').textContent]))
    const of = { 'Last *': (v) => v.at(-1), Mean: (v) => v.reduce((a, b) => a + b, 0) / v.length, Max: (v) => Math.max(...v), Min: (v) => Math.min(...v), Range: (v) => Math.max(...v) - Math.min(...v), 'First *': (v) => v[0] }
    for (const [calc, f] of Object.entries(of)) {
      await set('Value options', { Calculation: calc })
      await same(calc, shown, [...waves.keys()].sort().map((n) => [n, f([...waves.get(n).values()]).toFixed(3)]))
    }
    await set('Value options', { Calculation: 'Last *' })
    await set('Display', { 'Show percent change': true })
    const one = [...waves.get('one').values()]
    const change = (one.at(-1) - one[0]) / one[0]
    const tops = () => preview.locator('.value').evaluateAll((all) => all.map((v) => Math.round(v.getBoundingClientRect().y)))
    await until('all stand at one height', async () => (await tops()).every((y, _i, all) => y === all[0]) || tops())
    await same('the change', () => preview.locator('.card', { has: page.getByText('one', { exact: true }) }).locator('.change').innerText(), `${change > 0 ? '↑' : '↓'} ${(100 * Math.abs(change)).toFixed(1)} %`)
  })

  await changes('gauge of steady', 'a gauge: how far its ring goes, thresholds, limits', async () => {
    await thresholds()
    await set('Display', { 'Threshold labels': true })
    const said = () => preview.getByRole('img').evaluateAll((all) => all.map((g) => g.getAttribute('aria-label')))
    for (const [min, max] of [[0, 100], [10, 200]]) {
      await set('Standard options', { Min: min, Max: max })
      await same('what is said', said, names.map((n) => `${n}: ${last(n)}, of ${min} to ${max}`))
      const rings = await preview.getByRole('img').evaluateAll((all) => all.map((g) => {
        const [rest, ring, ...marks] = [...g.querySelectorAll('path')].map((p) => [p.getTotalLength(), p.getAttribute('stroke')])
        return { share: ring[0] / rest[0], colour: ring[1], marks: marks.map((m) => m[1].toLowerCase()), parts: marks[0][0] / (marks[0][0] + marks[1][0]), labels: [...g.querySelectorAll('.label')].map((l) => l.textContent) }
      }))
      names.forEach((n, i) => {
        near(rings[i].share, (last(n) - min) / (max - min), 0.01, `the ring of ${n}`)
        assert.deepEqual([rgb(rings[i].colour), rings[i].marks, rings[i].labels], [last(n) >= 60 ? red : green, ['#73bf69', '#f2495c'], ['60']])
        near(rings[i].parts, (60 - min) / (max - min), 0.01, 'where the threshold is')
      })
    }
    await set('Display', { 'Threshold labels': false, 'Threshold markers': false })
    await until('no marks', async () => (await preview.getByRole('img').first().locator('path').count()) === 2)
  })

  await changes('bargauge of steady', 'a bar gauge: text, length and colour', async () => {
    await thresholds()
    await set('Standard options', { Unit: ['Percent (0-100)'], Min: 0, Max: 160 })
    const bars = () => preview.getByRole('meter').evaluateAll((all) => all.map((m) => [m.getAttribute('aria-label'), m.querySelector('.value').textContent, getComputedStyle(m.querySelector('.value')).color]))
    await same('the texts', bars, names.map((n) => [n, `${last(n)}%`, css(last(n) >= 60 ? red : green)]))
    const lengths = (side) => preview.getByRole('meter').evaluateAll((all, side) => all.map((m) => m.querySelector('.fill').getBoundingClientRect()[side] / m.querySelector('.track').getBoundingClientRect()[side]), side)
    ;(await lengths('width')).forEach((l, i) => near(l, last(names[i]) / 160, 0.01, `the length of ${names[i]}`))
    await set('Display', { Orientation: 'Vertical' })
    await until('they stand', async () => (await lengths('height')).every((l, i) => Math.abs(l - last(names[i]) / 160) < 0.02) || lengths('height'))
    await set('Display', { Orientation: 'Horizontal', 'Display mode': 'Retro LCD' })
    const lit = () => preview.getByRole('meter').evaluateAll((all) => all.map((m) => [...m.querySelectorAll('.cells span')]).map((cells) => cells.filter((c) => !/0\.\d+\)$/.test(getComputedStyle(c).backgroundColor)).length / cells.length))
    await until('cells are lit', async () => ((await lit()).length > 0 && (await lit()).every((l, i) => Math.abs(l - last(names[i]) / 160) < 0.03)) || lit())
    await set('Display', { 'Value display': 'Hidden' })
    await until('no values', async () => (await preview.locator('.value').count()) === 0)
  })

  await changes('piechart of steady', 'a pie: shares in the legend and on the tooltip', async () => {
    const total = names.reduce((sum, n) => sum + last(n), 0)
    await set('Legend', { Mode: 'Table', 'Legend value': 'Percent' })
    const sorted = [...names].sort((a, b) => last(b) - last(a))
    await same('the legend', () => preview.locator('.legend tbody tr').evaluateAll((all) => all.map((tr) => [...tr.cells].map((c) => c.innerText.trim()))), sorted.map((n) => [n, `${Math.round((100 * last(n)) / total)}%`]))
    const areas = await preview.locator('path[data-n]').evaluateAll((all) => all.map((p) => p.getBBox()).map((b) => b.width * b.height))
    assert.ok(areas.every((a, i) => i === 0 || a < areas[i - 1]), `the largest first: ${areas}`)
    await set('Tooltip', { 'Tooltip mode': 'All' })
    const box = await preview.locator('.plot').boundingBox()
    await page.mouse.move(box.x + box.width / 2 + 20, box.y + box.height / 2 - 10)
    const told = () => tip.locator('.row').allInnerTexts().then((all) => all.map((t) => t.replaceAll(/\s+/g, ' ').trim()))
    const written = (names) => names.map((n) => `${n} ${last(n)} (${Math.round((100 * last(n)) / total)}%)`)
    await same('the tooltip', told, written(sorted))
    await set('Tooltip', { 'Values sort order': 'Ascending' })
    await quiet()
    await page.mouse.move(box.x + box.width / 2 + 20, box.y + box.height / 2 - 12)
    await same('the least first', told, written(sorted.toReversed()))
  })

  await changes('histogram of waves', 'a histogram: counts, bars, the tooltip', async () => {
    await set('Histogram', { 'Bucket size': 5 })
    const all = [...waves.keys()].sort()
    const count = (n, low) => [...waves.get(n).values()].filter((v) => v >= low && v < low + 5).length
    const lows = [0, 5, 10, 15, 20, 25, 30]
    await same('the counts', () => preview.locator('table.hidden tbody tr').evaluateAll((rows) => rows.map((tr) => [...tr.cells].map((c) => c.textContent))), lows.map((low) => [`${low} to ${low + 5}`, ...all.map((n) => `${n}: ${count(n, low)}`)]))
    const counts = all.flatMap((n) => lows.map((low) => count(n, low))).filter((n) => n > 0)
    const heights = await preview.locator('.plot svg rect[stroke]').evaluateAll((rects) => rects.map((r) => Number(r.getAttribute('height'))))
    assert.equal(heights.length, counts.length)
    counts.forEach((n, i) => near(heights[i] / heights[0], n / counts[0], 0.01, `the height of bar ${i}`))
    const box = await preview.locator('.plot svg rect[stroke]').first().boundingBox()
    await set('Tooltip', { 'Tooltip mode': 'All' })
    await quiet()
    await page.mouse.move(box.x + box.width / 2, box.y + 5)
    const bucket = lows.find((low) => count(all[0], low) > 0)
    await same('the tooltip', () => tip.locator('p').allInnerTexts().then((t) => t.map((l) => l.replaceAll(/\s+/g, ' ').trim())), [`${bucket} to ${bucket + 5}`, ...all.map((n) => `${n} ${count(n, bucket)}`)])
    const told = () => tip.locator('p.row').allInnerTexts().then((t) => t.map((l) => l.replaceAll(/\s+/g, ' ').trim()))
    // A bucket in which the first series is not the one with the most.
    const low = lows.find((l) => count(all[0], l) < count(all[1], l))
    const second = await preview.locator('.plot svg rect[stroke]').nth(lows.filter((l) => count(all[0], l) > 0).length).boundingBox()
    const points = async () => {
      await quiet()
      await page.mouse.move(0, 0)
      await page.mouse.move(second.x + second.width / 2, second.y + second.height / 2)
    }
    const falling = all.map((n) => count(n, low)).sort((a, b) => b - a)
    assert.ok(falling[0] > 0 && falling.at(-1) === 0, `${falling}`)
    await set('Tooltip', { 'Values sort order': 'Descending' })
    await points()
    await same('the most first', async () => (await told()).map((t) => Number(t.split(' ').at(-1))), falling)
    await set('Tooltip', { 'Hide zeros': true })
    await points()
    await same('those that are there', told, all.filter((n) => count(n, low) > 0).map((n) => `${n} ${count(n, low)}`))
    await set('Histogram', { 'Combine series': true })
    await same('all together', () => preview.locator('table.hidden tbody tr td').evaluateAll((cells) => cells.map((c) => Number(/: (\d+)/.exec(c.textContent)[1]))), lows.map((low) => all.reduce((sum, n) => sum + count(n, low), 0)))
  })

  await changes('heatmap of waves', 'a heat map: what its tip says of a cell', async () => {
    const plot = preview.locator('[aria-roledescription="heat map"]')
    const box = await plot.boundingBox()
    let looked = 0
    for (const x of [0.2, 0.35, 0.5, 0.65, 0.8]) for (const y of [0.08, 0.14, 0.2, 0.5, 0.6, 0.7, 0.8]) {
      await page.mouse.move(box.x + box.width * x, box.y + box.height * y)
      if ((await tip.count()) === 0) continue
      const text = (await tip.innerText()).replaceAll(/\s+/g, ' ')
      const [, begin, end, low, high, n] = /^(\S+ \S+) to (\S+) (\S+) to (\S+) (\d+)$/.exec(text) ?? assert.fail(text)
      const a = Date.parse(`${begin.replace(' ', 'T')}Z`)
      const b = next(end, a)
      const want = [...waves.values()].reduce((sum, all) => sum + [...all].filter(([t, v]) => t >= a && t < b && v >= Number(low) && v < Number(high)).length, 0)
      assert.equal(Number(n), want, text)
      if (want > 0) looked++
    }
    assert.ok(looked >= 5, `${looked} cells with something`)
  })

  await changes('state-timeline of states', 'a state timeline: where a state changes, its words and colours', async () => {
    const mappings = await unfold('Value mappings')
    for (const [value, word, colour] of [[0, 'shut', 'red'], [1, 'open', 'green']]) {
      await mappings.getByRole('button', { name: 'Value mapping', exact: true }).click()
      const one = mappings.locator('.mapping').last()
      await put(one, 'Value', value)
      await put(one, 'Is shown as', word)
      await put(one, 'Colour', colour)
    }
    await quiet()
    /** stretches are the states of a series: from where to where, and what. */
    const stretches = (all) => [...all].reduce((list, [t, v]) => {
      const now = list.at(-1)
      if (now && now.value === v && now.to === t) now.to = t + step * 1000
      else list.push({ from: t, to: t + step * 1000, value: v })
      return list
    }, [])
    const [canvas, plot] = [await preview.locator('canvas').boundingBox(), preview.locator('.plot')]
    const clock = (ms) => new Date(Math.min(ms, to)).toISOString()
    const ticks = await preview.locator('.tall svg text:not(.name)').evaluateAll((all) => all.map((t) => ({ x: Number(t.getAttribute('x')), text: t.textContent })))
    const at = (text) => next(`${text}:00`, from)
    const [first, final] = [ticks[0], ticks.at(-1)]
    const xOf = (ms) => first.x + ((ms - at(first.text)) / (at(final.text) - at(first.text))) * (final.x - first.x)
    const rows = await preview.locator('svg .name').evaluateAll((all) => all.map((t) => t.firstChild.textContent))
    assert.deepEqual(rows, [...states.keys()].sort())
    const picture = pixelsOf(await page.screenshot({ clip: canvas }))
    for (const [i, name] of rows.entries()) for (const s of stretches(states.get(name))) {
      const y = ((i + 0.5) * (canvas.height - 28)) / rows.length
      const middle = xOf((s.from + Math.min(s.to, to)) / 2)
      if (Math.min(s.to, to) - s.from < 120e3) continue
      await page.mouse.move(canvas.x + middle, canvas.y + y)
      const want = `${name} ${s.value ? 'open' : 'shut'} ${clock(s.from).slice(0, 19).replace('T', ' ')} to ${clock(s.to).slice(11, 19)},`
      await until(`the tip says ${want}`, async () => (await tip.innerText()).replaceAll(/\s+/g, ' ').startsWith(want) || tip.innerText())
      const edge = (x) => [...picture.rows.subarray((Math.round(y + 12) * picture.width + Math.round(x)) * picture.size).subarray(0, 3)]
      assert.equal(of([edge(xOf(s.from) + 3), edge(xOf(Math.min(s.to, to)) - 4)], mixed([18, 24, 33], s.value ? green : red, 0.7), 12), 2, `${name} from ${clock(s.from)} to ${clock(s.to)}: ${edge(xOf(s.from) + 3)} ${edge(xOf(Math.min(s.to, to)) - 4)}`)
    }
    const both = [...states.get('door').keys()].find((t) => states.get('door').get(t) === 1 && states.get('pump').get(t) === 0 && t > from && t + step * 1000 < to)
    await set('Tooltip', { 'Tooltip mode': 'All', 'Values sort order': 'Descending' })
    await quiet()
    await page.mouse.move(canvas.x + xOf(both + step * 500), canvas.y + 0.75 * (canvas.height - 28))
    const rowsTold = (want) => same(`all rows at one moment, ${want}`, () => tip.locator('tr').allInnerTexts().then((t) => t.map((l) => l.replaceAll(/\s+/g, ' ').trim())), want)
    await rowsTold(['door open', 'pump shut'])
    await set('Tooltip', { 'Values sort order': 'Ascending' })
    await quiet()
    await page.mouse.move(canvas.x + xOf(both + step * 500), canvas.y + 0.74 * (canvas.height - 28))
    await rowsTold(['pump shut', 'door open'])
    await set('Tooltip', { 'Tooltip mode': 'Single' })
    await quiet()
    const gap = [...states.get('door').keys()].filter((t) => !states.get('pump').has(t))
    await page.mouse.move(canvas.x + xOf(gap[Math.floor(gap.length / 2)]), canvas.y + 0.75 * (canvas.height - 28))
    await until('nothing is told where nothing was', async () => (await tip.count()) === 0)
    await plot.focus()
    await page.keyboard.press('ArrowRight')
    await set('Legend', { Mode: 'List' })
    await same('the legend', () => preview.locator('.legend li').allInnerTexts().then((t) => t.map((l) => l.trim()).sort()), ['open', 'shut'])

    // The axis of another place, of two: the same places, the clocks there. Tokyo is nine hours ahead, all year.
    const times = () => preview.locator('.tall svg .time').evaluateAll((all) => all.map((t) => [Math.round(Number(t.getAttribute('x'))), t.textContent]))
    const utc = await times()
    const tokyo = utc.map(([x, text]) => [x, `${String((Number(text.slice(0, 2)) + 9) % 24).padStart(2, '0')}${text.slice(2)}`])
    assert.ok(utc.length > 2 && utc.every(([, text]) => /^\d\d:\d\d$/.test(text)), JSON.stringify(utc))
    await set('Axis', { 'Time zone': ['Asia/Tokyo'] })
    await same('times in Tokyo', times, tokyo)
    const [name, s] = [rows[0], stretches(states.get(rows[0])).find((one) => Math.min(one.to, to) - one.from >= 120e3)]
    const now = await preview.locator('canvas').boundingBox()
    await page.mouse.move(now.x + xOf((s.from + Math.min(s.to, to)) / 2), now.y + 12)
    const told = `${name} ${s.value ? 'open' : 'shut'} ${new Date(s.from + 9 * 3600e3).toISOString().slice(0, 19).replace('T', ' ')} to `
    await until(`the tip says ${told}`, async () => (await tip.innerText()).replaceAll(/\s+/g, ' ').startsWith(told) || tip.innerText())
    await page.mouse.move(0, 0)
    await set('Axis', { 'Time zone': ['UTC'] })
    const textsOf = (kind) => preview.locator(`.tall svg .${kind}`).evaluateAll((all) => all.map((t) => t.firstChild.textContent))
    await same('times in both, each with its name', async () => [await textsOf('time'), await textsOf('zone')], [[...tokyo, ...utc].map(([, text]) => text), ['Asia/Tokyo', 'UTC']])
  })

  await changes('barchart of steady', 'a bar chart: its bars, their values, thresholds', async () => {
    const drawn = () => preview.locator('.plot svg').evaluate((svg) => ({ bars: [...svg.querySelectorAll('rect[stroke]')].map((r) => [Number(r.getAttribute('width')), Number(r.getAttribute('height'))]), values: [...svg.querySelectorAll('.value')].map((t) => t.textContent), names: [...svg.querySelectorAll('.name')].map((t) => t.textContent) }))
    const wanted = async (side) => {
      const { bars, values, names } = await drawn()
      if (names.length !== steady.size || bars.length !== steady.size) return { bars, values, names }
      const longest = Math.max(...bars.map((b) => b[side]))
      return names.every((n, i) => Math.abs(bars[i][side] / longest - last(n) / 80) < 0.01 && values[i] === `${last(n)}%`) || { bars, values, names }
    }
    await set('Standard options', { Unit: ['Percent (0-100)'] })
    await set('Bar chart', { 'Show values': 'Always' })
    await until('they stand as high as their values', () => wanted(1))
    await set('Display', { Orientation: 'Horizontal' })
    await until('they lie as long as their values', () => wanted(0))
    await set('Display', { Orientation: 'Vertical' })
    await set('Graph styles', { 'Show thresholds': 'As lines' })
    await thresholds()
    await set('Standard options', { Min: 0, Max: 100 })
    await until('a line at 60', async () => {
      const at = await preview.locator('.plot svg').evaluate((svg) => [Number(svg.querySelector('.threshold')?.getAttribute('y1')), ...[...svg.querySelectorAll('text')].filter((t) => ['0%', '100%'].includes(t.textContent)).map((t) => Number(t.getAttribute('y')) - 4)])
      return Math.abs(at[0] - (at[1] + 0.6 * (at[2] - at[1]))) < 1.5 || at
    })
    await set('Bar chart', { 'Show values': 'Never' })
    await until('no values', async () => (await drawn()).values.length === 0)
  })

  await changes('table of steady', 'a table: how its cells are written and coloured', async () => {
    const head = async () => (await preview.locator('thead th').allInnerTexts()).map((h) => h.replace(/[↑↓]/, '').trim())
    const cells = (f) => preview.locator('tbody tr:not([aria-hidden])').evaluateAll((rows, f) => rows.map((tr) => [...tr.cells]).map((all) => [all[1].innerText.trim(), f === 'text' ? all[2].innerText.trim() : f === 'ground' ? getComputedStyle(all[2].querySelector('.ground') ?? all[2]).backgroundColor : f === 'colour' ? getComputedStyle(all[2].querySelector('span') ?? all[2]).color : all[2].querySelector('.fill') && Number.parseFloat(all[2].querySelector('.fill').style.width)]), f)
    await same('the columns', head, ['Time', 'name', 'Value'])
    const each = (f) => names.map((n) => [n, f(last(n))])
    const sorted = async (f) => (await cells(f)).sort((a, b) => (a[0] < b[0] ? -1 : 1))
    await set('Standard options', { Unit: ['Percent (0-100)'], Decimals: 1, Min: 0, Max: 100 })
    await thresholds()
    await same('the texts', () => sorted('text'), each((v) => `${v.toFixed(1)}%`))
    await set('Table', { 'Cell type': 'Coloured text' })
    await same('coloured', () => sorted('colour'), each((v) => css(v >= 60 ? red : green)))
    await set('Table', { 'Cell type': 'Coloured background', 'Cell display mode': 'Basic' })
    await same('on a ground', () => sorted('ground'), each((v) => css(v >= 60 ? red : green)))
    await set('Table', { 'Cell type': 'Gauge' })
    await same('as long as they are', () => sorted('length'), each((v) => v))
    await set('Table', { 'Gauge value': 'Hidden' })
    await same('bars alone', () => sorted('text'), each(() => ''))
    await set('Table', { 'Cell type': 'Auto' })
    await preview.getByRole('button', { name: 'Value', exact: true }).click()
    await until('sorted', async () => ['20,50,80', '80,50,20'].includes((await cells('text')).map((c) => Number.parseFloat(c[1])).join()) || cells('text'))
    const pane = await overrides('Value', 'Cell type')
    await put(pane, 'Cell type', 'Coloured background')
    await put(pane, 'Apply to entire row', true)
    const rows = () => preview.locator('tbody tr:not([aria-hidden])').evaluateAll((all) => all.map((tr) => [tr.cells[1].innerText.trim(), getComputedStyle(tr).backgroundColor]).sort((a, b) => (a[0] < b[0] ? -1 : 1)))
    await same('each row as its value', rows, each((v) => css(v >= 60 ? red : green)))
  })

  for (const [width, colorScheme] of [[1440, 'light'], [360, 'dark'], [360, 'light']]) await does(`all of them, ${width} px wide and ${colorScheme}`, async () => {
    await page.emulateMedia({ colorScheme })
    await page.setViewportSize({ width, height: 3800 })
    await page.goto(`${site}/d/${uid}/x?from=${from}&to=${to}&timezone=utc&refresh=`)
    await page.locator('[data-panel]').nth(panels.length - 1).waitFor()
    await quiet()
    await narrow(`${width} px`)
    await sound(`panels of every kind, ${width} px, ${colorScheme}`)
    await shot(`kinds-${width}-${colorScheme}`)
  })
})
