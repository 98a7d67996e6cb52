/**
 * Explore before a live site, in Chromium: what the form offers, writes and finds, every
 * dot of the scatter and every cell of the heat map, what a box leaves of them, exemplars
 * of a query of spans. All is held against spans as the trace store's search has them, of
 * which this script chooses by itself.
 *
 *   SITE_URL=http://127.0.0.1:3000 node e2e/liveexplore.mjs
 *
 * TO is a time other than now, in Unix milliseconds.
 */
import assert from 'node:assert/strict'
import { ingress, typed } from './livespans.mjs'
import { reader, site } from './reader.mjs'
import { drawnShapes } from './shapes.mjs'
import { nanoseconds, near } from './spans.mjs'

const to = Math.floor((Number(process.env.TO ?? Date.now()) - 20_000) / 10_000) * 10_000 // whole steps of all that is asked here
const from = to - 60_000
const window = { start: from / 1000, end: to / 1000 }

await reader(site, async ({ page, context, does, until, asks, series }) => {
  const shapes = await drawnShapes(context)
  const all = await ingress(asks, window)
  const has = (list, key) => [...new Set(list.map((s) => s[key]))].sort()
  const [services, models] = ['service.name', 'triton.model_name'].map((key) => has(all, key))
  assert.ok(services.length > 1 && models.length > 2, `${all.length} spans of ${services} and ${models}`)
  const byModel = (model) => all.filter((s) => s['triton.model_name'] === model)
  const model = models.toSorted((a, b) => byModel(b).length - byModel(a).length)[0] // the one that is asked for most
  const ofModel = byModel(model)

  const opens = (params) => page.goto(`${site}/explore?${new URLSearchParams({ from, to, refresh: '', timezone: 'utc', ...params })}`)
  const param = (name) => new URL(page.url()).searchParams.get(name)
  const links = (table) => page.getByRole('table', { name: table }).locator('tbody a').evaluateAll((every) => every.map((a) => a.title).sort())
  /** finds waits until the table has just the spans that are wanted, or just their traces. */
  const finds = (what, want) => until(`${what}: ${want.length} rows`, async () => {
    const table = param('table') === 'spans' ? 'Spans' : 'Traces'
    const due = (table === 'Spans' ? want.map((s) => `${s.trace}, span ${s.id}`) : [...new Set(want.map((s) => s.trace))]).sort()
    const seen = await links(table)
    if (due.length > seen.length && seen.length === 200) await page.getByRole('button', { name: 'draw more' }).click({ timeout: 2000 })
    return JSON.stringify(seen) === JSON.stringify(due) || { seen: seen.length, due: due.length, without: due.filter((d) => !seen.includes(d)).slice(0, 3), more: seen.filter((s) => !due.includes(s)).slice(0, 3) }
  })

  await does('the form offers what the store has, and finds what fits', async () => {
    const [low, high] = [0.3, 0.9].map((part) => typed(ofModel.map((s) => s.ns).sort((a, b) => a - b)[Math.floor(part * ofModel.length)]))
    await opens({ limit: 1000 })
    const form = page.getByRole('search', { name: 'Search traces' })
    const offered = (field) => field.evaluate((input) => [...input.list.options].map((o) => o.value).sort())
    const valuesOf = async (tag) => (await asks('tempo', `api/v2/search/tag/${tag}/values`, window)).tagValues.map((v) => v.value).sort()
    /** puts writes a value into a field that offers values of a tag. */
    const puts = async (field, tag, value) => {
      await field.focus()
      const want = await valuesOf(tag)
      assert.ok(want.includes(value), `${value} is one of ${want}`)
      await until(`values of ${tag}`, async () => JSON.stringify(await offered(field)) === JSON.stringify(want) || { seen: await offered(field), want })
      await field.fill(value)
    }
    await puts(form.getByLabel('Service', { exact: true }), 'resource.service.name', services[1])
    await puts(form.getByLabel('Span name', { exact: true }), 'name', 'ingress')
    await puts(form.getByLabel('Model', { exact: true }), 'span.triton.model_name', model)
    await form.getByRole('combobox', { name: 'Status', exact: true }).selectOption('unset')
    await form.getByLabel('Min duration').fill(low)
    await form.getByLabel('Max duration').fill(high)
    await form.getByRole('button', { name: 'Add a condition' }).click()
    const tag = form.getByLabel('Attribute', { exact: true })
    await tag.focus()
    const { scopes } = await asks('tempo', 'api/v2/search/tags', window)
    const names = scopes.flatMap((s) => s.tags.map((t) => (s.name === 'intrinsic' ? t : `${s.name}.${t}`))).sort()
    await until('names of attributes', async () => JSON.stringify(await offered(tag)) === JSON.stringify(names) || { seen: await offered(tag), names })
    await tag.fill('span.grpc.status_code')
    await page.keyboard.press('Tab')
    await puts(form.getByLabel('Value of span.grpc.status_code', { exact: true }), 'span.grpc.status_code', '0')
    const q = `{ resource.service.name = "${services[1]}" && name = "ingress" && span.triton.model_name = "${model}" && status = unset && duration >= ${low} && duration <= ${high} && span.grpc.status_code = "0" }`
    const editor = page.getByRole('textbox', { name: 'TraceQL' })
    await until('it is written', async () => (await editor.innerText()).trim() === q || editor.innerText())
    await page.keyboard.press('Enter')
    await until('it is asked', () => param('q') === q || page.url())
    const [least, most] = [low, high].map(nanoseconds)
    const want = ofModel.filter((s) => s['service.name'] === services[1] && s.status === 'unset' && s['grpc.status_code'] === '0' && s.ns >= least && s.ns <= most)
    assert.ok(want.length > 5 && want.length < ofModel.length / 2, `${want.length} of ${ofModel.length} fit ${q}`)
    await finds('as traces', want)
    await page.getByRole('combobox', { name: 'Table of' }).selectOption('spans')
    await finds('as spans', want)
    await page.reload()
    await finds('of its address', want)
    const shown = async () => [...await form.locator('.fields input').evaluateAll((every) => every.map((e) => e.value)), await form.getByRole('combobox', { name: 'Status', exact: true }).inputValue(), await tag.inputValue(), await form.getByLabel('Value of span.grpc.status_code', { exact: true }).inputValue()]
    await until('the form reads it back', async () => JSON.stringify(await shown()) === JSON.stringify([services[1], 'ingress', model, low, high, 'unset', 'span.grpc.status_code', '0']) || shown())
  })

  const plane = (name) => page.getByRole('group', { name })
  /** marksHold fails unless the marks of a picture's axes stand where its own dots or cells put them. */
  const marksHold = async (name, xOf, yOf) => {
    const marks = (which) => plane(name).locator(which).evaluateAll((every) => every.map((e) => [e.innerText.trim(), parseFloat(e.style.left || e.style.top)]))
    const [times, sizes] = [await marks('.column'), await marks('.row')]
    assert.ok(times.length > 2 && sizes.length > 0, `${times}; ${sizes}`)
    /** at is the time of a mark, of the day of one end or of the other. */
    const at = (text) => [from, to].map((end) => Date.parse(`${new Date(end).toISOString().slice(0, 11)}${text}Z`)).find((t) => t > from - 60_000 && t < to + 60_000)
    for (const [text, x] of times) assert.ok(Math.abs(x - xOf(at(text))) < 0.5, `the mark ${text} is at ${x}`)
    for (const [text, y] of sizes) assert.ok(Math.abs(y - yOf(nanoseconds(text))) < 0.5, `the mark ${text} is at ${y}`)
  }
  /** line is the straight one through two points. */
  const line = (a, b, x, y) => (v) => x + ((v - a) / (b - a)) * (y - x)
  const ends = (list) => [Math.min(...list), Math.max(...list)]

  /** boxed draws a box between shares of a picture, and waits until its spans are all that is left. */
  const boxed = async (name, [left, top, right, bottom], list) => {
    await plane(name).scrollIntoViewIfNeeded()
    const box = await plane(name).boundingBox()
    await page.mouse.move(box.x + left * box.width, box.y + top * box.height)
    await page.mouse.down()
    await page.mouse.move(box.x + right * box.width, box.y + bottom * box.height, { steps: 4 })
    await page.mouse.up()
    await until('the query has its durations', () => /duration/.test(param('q')) || page.url())
    const [low, high] = /&& duration >= (\S+) && duration <= (\S+) \}$/.exec(param('q')).slice(1).map(nanoseconds)
    const [begin, end] = ['from', 'to'].map((name) => Number(param(name)))
    const inside = list.filter((s) => s.ns >= low - 0.5 && s.ns <= high + 0.5 && s.at >= begin && s.at <= end)
    assert.ok(inside.length > 3 && inside.length < 0.9 * list.length, `${inside.length} of ${list.length} in ${page.url()}`)
    await finds('in the box', inside)
    return { low, high, begin, end }
  }
  /** longer is a box of shares that holds the longer half of a list, but for the first and the last of it. */
  const longer = (list, yOf, height) => [0.25, 0.02, 0.85, yOf(list.map((s) => s.ns).sort((a, b) => a - b)[Math.floor(list.length / 2)]) / height]

  await does('every dot of the scatter is a span, and a box leaves those within', async () => {
    await opens({ q: `{ name = "ingress" && span.triton.model_name = "${model}" }`, table: 'spans', limit: 1000 })
    const name = /^Duration of the spans/
    await finds('before', ofModel)
    let drawn
    await until(`${ofModel.length} dots`, async () => (drawn = await shapes(plane(name))).dots.length === ofModel.length || drawn.dots.length)
    const xOf = line(...ends(ofModel.map((s) => s.at)), ...ends(drawn.dots.map((d) => d.x)))
    const [lowest, highest] = ends(drawn.dots.map((d) => d.y))
    const yOf = (ns) => line(...ends(ofModel.map((s) => Math.log(s.ns))), highest, lowest)(Math.log(ns))
    const left = [...drawn.dots]
    for (const s of ofModel) {
      const at = left.findIndex((d) => Math.abs(d.x - xOf(s.at)) < 0.1 && Math.abs(d.y - yOf(s.ns)) < 0.1 && d.failed === (s.status === 'error'))
      assert.ok(at >= 0, `${s.id} of ${s.ns} ns has a dot at ${xOf(s.at)}, ${yOf(s.ns)}`)
      left.splice(at, 1)
    }
    await marksHold(name, xOf, yOf)
    const box = longer(ofModel, yOf, drawn.height)
    const { begin, end, low, high } = await boxed(name, box, ofModel)
    for (const [what, at, part] of [['its begin', begin, box[0]], ['its end', end, box[2]]]) assert.ok(Math.abs(xOf(at) - part * drawn.width) < 1.5, `${what} is at ${xOf(at)} of ${drawn.width}`)
    for (const [what, ns, part] of [['its longest', high, box[1]], ['its shortest', low, box[3]]]) assert.ok(Math.abs(yOf(ns) - part * drawn.height) < 1.5, `${what} is at ${yOf(ns)} of ${drawn.height}`)
  })

  /** cellsHold waits until a heat map has just these cells: from when on, up to which size, how many. */
  const cellsHold = async (name, want) => {
    const first = Math.min(from, ...want.map((c) => c.at)) // a rate up to the range's begin is of the time before
    const sizes = [...new Set(want.map((c) => c.high))].sort((a, b) => b - a) // the largest above
    const most = Math.max(...want.map((c) => c.n))
    let drawn
    await until(`${want.length} cells`, async () => (drawn = await shapes(plane(name))).cells.length === want.length || drawn.cells.length)
    const tops = [...new Set(drawn.cells.map((c) => c.y))].sort((a, b) => a - b)
    assert.equal(tops.length, sizes.length, 'rows')
    const xOf = line(first, to, 0, drawn.width)
    for (const { at, high, n } of want) {
      const cell = drawn.cells.find((c) => c.y === tops[sizes.indexOf(high)] && Math.abs(c.x - xOf(at)) < 0.5)
      assert.ok(cell && Math.abs(cell.opacity - 0.12 - 0.88 * Math.sqrt(n / most)) < 1e-3, `${n} up to ${high} from ${at} are drawn with ${cell?.opacity}, most are ${most}`)
    }
    const [a, b] = [sizes[0], sizes.at(-1)].map(Math.log)
    const yOf = (ns) => line(a, b, tops[0], tops.at(-1))(Math.log(ns))
    await marksHold(name, xOf, yOf)
    return [yOf, drawn.height]
  }
  /** counted are spans by the second, which ends with its time, and by durations each twice the one before. */
  const counted = (list) => Object.values(list.reduce((cells, s) => {
    const cell = { at: Math.ceil(s.at / 1000 - 1) * 1000, high: 2 ** Math.ceil(Math.log2(s.ns)) }
    const key = JSON.stringify(cell)
    return { ...cells, [key]: { ...cell, n: (cells[key]?.n ?? 0) + 1 } }
  }, {}))

  await does('every cell of the heat map counts its spans, and a box leaves those within', async () => {
    await opens({ q: '{ name = "ingress" }', table: 'spans', view: 'heat', limit: 1000 })
    const name = /^Heat map/
    const within = all.filter((s) => s.at > from && s.at <= to)
    const [yOf, height] = await cellsHold(name, counted(within))
    assert.ok((await page.getByText(/^all .* spans that fit/).innerText()).startsWith(`all ${within.length} spans`))
    await boxed(name, longer(all, yOf, height), all)
  })

  await does('histograms as heat maps: of spans, and of buckets in PromQL', async () => {
    const name = /^Heat map over time/
    await opens({ type: 'traceql', q: `{ span.triton.model_name = "${model}" && name = "ingress" } | histogram_over_time(duration)`, step: '1s' })
    await cellsHold(name, counted(ofModel.filter((s) => s.at > from && s.at <= to)))
    const [q, step] = [`sum by (le) (increase(supersonic_gateway_request_duration_seconds_bucket{model="${model}"}[20s]))`, 10]
    const bounds = (await series(q, window.start, window.end, step)).map((s) => ({ high: Number(s.metric.le.replace('+Inf', 'Infinity')) * 1e9, values: s.values })).sort((a, b) => a.high - b.high)
    const each = bounds.flatMap((bound, i) => bound.values.map(([t, v], nth) => ({ at: (t - step) * 1000, high: bound.high === Infinity ? 2 * bounds[i - 1].high : bound.high, n: v - (i > 0 ? bounds[i - 1].values[nth][1] : 0) })))
    await opens({ type: 'promql', q, step: `${step}s` })
    await cellsHold(name, each.filter((c) => c.n > 0))
  })

  await does('exemplars of a query of spans open the traces that they are of', async () => {
    await opens({ type: 'traceql', q: '{ name = "ingress" } | max_over_time(duration) by (resource.service.name)', step: '5s' })
    const dots = page.getByRole('link', { name: /^Exemplar/ })
    await dots.first().waitFor()
    const told = await dots.evaluateAll((every) => every.map((e) => [e.ariaLabel, /trace\/(\w+)/.exec(e.href)[1]]))
    assert.ok(told.length >= 5)
    const took = (says, ns, what) => near(/, ([\d.]+ ?\S+),/.exec(says)[1], ns, what)
    for (const [says, trace] of told) {
      const s = all.find((s) => s.trace === trace)
      assert.ok(s, `${says} is of a span that fits`)
      took(says, s.ns, trace)
      assert.ok(says.includes(s['service.name']), `${says} is of ${s['service.name']}`)
    }
    await dots.last().focus()
    await page.keyboard.press('Enter')
    const [, trace] = told.at(-1)
    await page.waitForURL(new RegExp(`/trace/${trace}`))
    const row = page.getByRole('treeitem', { name: /^ingress, / }).first()
    near((await row.getAttribute('aria-label')).split(', ')[2], all.find((s) => s.trace === trace).ns, 'its span')
  })
})
