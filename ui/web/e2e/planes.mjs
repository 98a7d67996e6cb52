/**
 * Pictures of durations over time in Explore, in Chromium before a live site: dots, cells
 * of the heat map and exemplars are where their axes say, and tell what the store's own
 * answers have; a box that is drawn leaves exactly the spans within.
 *
 *   SITE_URL=http://127.0.0.1:3000 node e2e/planes.mjs
 *
 * TO is a time other than now, in Unix milliseconds.
 */
import assert from 'node:assert/strict'
import { open, site } from './reader.mjs'
import { nanoseconds, near, number } from './spans.mjs'

const { page, does, until, shot, json, reads } = await open(site, { timezoneId: 'UTC' })
const { dataSources } = await json('/api/site')
const tempo = (path, params) => json(`/api/datasources/proxy/uid/${dataSources.find((d) => d.type === 'tempo').uid}/api/${path}?${new URLSearchParams(params)}`)
const to = Math.floor((Number(process.env.TO ?? Date.now()) - 20_000) / 1000) * 1000
const from = to - 40_000
const ingress = '{ name = "ingress" }'
const opens = (params) => page.goto(`${site}/explore?${new URLSearchParams({ from, to, refresh: '', timezone: 'utc', ...params })}`)
const param = (name) => new URL(page.url()).searchParams.get(name)

/** found are spans by the store, of whole seconds around a time. */
async function found(q, from, to) {
  const { traces = [] } = await tempo('search', { q, limit: 5000, spss: 100, start: Math.floor(from / 1000) - 12, end: Math.ceil(to / 1000) + 12 })
  return traces.flatMap((t) => (t.spanSets ?? [t.spanSet]).flatMap((s) => s.spans.map((x) => ({ trace: t.traceID.padStart(32, '0'), id: x.spanID, at: Number(BigInt(x.startTimeUnixNano) / 1000n) / 1000, ns: Number(x.durationNanos) }))))
}

/** timeOf is when a clock showed a time, the last time before the range ended or just after. */
function timeOf(clock) {
  const at = Math.floor(to / 86_400_000) * 86_400_000 + Date.parse(`1970-01-01T${clock}Z`)
  return at > to + 3_600_000 ? at - 86_400_000 : at < to - 82_800_000 ? at + 86_400_000 : at // a range may end just after midnight
}

/** axesOf reads a picture's axes from their labels: where a time and a duration are, in pixels of the window. */
async function axesOf(plane) {
  const { box, rows, columns } = await plane.evaluate((e) => ({
    box: e.getBoundingClientRect().toJSON(), rows: [...e.querySelectorAll('.row')].map((r) => [r.innerText, parseFloat(r.style.top)]), columns: [...e.querySelectorAll('.column')].map((c) => [c.innerText, parseFloat(c.style.left)]),
  }))
  const times = columns.map(([text, px]) => [timeOf(text), px])
  const sizes = rows.map(([text, px]) => [Math.log(nanoseconds(text)), px])
  assert.ok(times.length >= 2 && sizes.length >= 2, `axes have marks: ${JSON.stringify([columns, rows])}`)
  const line = (list) => {
    const [[a, p], [b, q]] = [list[0], list.at(-1)]
    for (const [v, px] of list) assert.ok(Math.abs(p + ((v - a) / (b - a)) * (q - p) - px) < 1.5, `the marks of an axis are even: ${JSON.stringify(list)}`)
    return { px: (v) => p + ((v - a) / (b - a)) * (q - p), value: (px) => a + ((px - p) / (q - p)) * (b - a) }
  }
  const [across, down] = [line(times), line(sizes)]
  return { box, x: (ms) => box.x + across.px(ms), y: (ns) => box.y + down.px(Math.log(ns)), time: (x) => across.value(x - box.x), ns: (y) => Math.exp(down.value(y - box.y)) }
}

async function tipAt(plane, x, y) {
  await page.mouse.move(x, y)
  const tip = plane.locator('.tip')
  return (await tip.count()) > 0 ? (await tip.innerText()).replace(/\s+/g, ' ') : ''
}

async function dotsAreTheirSpans() {
  await opens({ q: ingress, view: 'scatter', table: 'spans', limit: '40', spss: '1' })
  const plane = page.getByRole('group', { name: /^Duration of the/ })
  await plane.waitFor()
  const spans = await found(ingress, from, to)
  const rows = await page.getByRole('table', { name: 'Spans' }).locator('tbody tr a').evaluateAll((all) => all.map((a) => a.getAttribute('href')))
  const listed = spans.filter((s) => rows.some((h) => h.includes(s.trace) || h.includes(s.id)))
  assert.ok(listed.length >= 20, `${listed.length} spans are listed`)
  const axes = await axesOf(plane)
  let told = 0
  for (const s of listed) {
    const [x, y] = [axes.x(s.at), axes.y(s.ns)]
    assert.ok(x > axes.box.left - 2 && x < axes.box.right + 2 && y > axes.box.top - 2 && y < axes.box.bottom + 2, `${s.ns} ns at ${s.at} is on the picture`)
    if (listed.some((o) => o !== s && Math.hypot(axes.x(o.at) - x, axes.y(o.ns) - y) < 6)) continue // two on one place
    const tip = await tipAt(plane, x, y)
    const [, name, took, time] = /^(\S+), ([^,]+), .*?([\d:.]+)$/.exec(tip) ?? assert.fail(`no dot at ${x}, ${y} of ${s.id}: ${tip}`)
    assert.equal(name, 'ingress')
    near(took, s.ns, tip)
    assert.equal(time, new Date(Math.floor(s.at)).toISOString().slice(11, 23), tip)
    told++
  }
  assert.ok(told >= 10, `${told} dots were read`)
  await shot('dots')
}

const isIn = (s, { low = 0, high = Infinity, from, to }) => s.ns >= low && s.ns <= high && s.at >= from && s.at <= to

async function cellsAreCounts() {
  await opens({ q: ingress, view: 'heat' })
  const plane = page.getByRole('group', { name: /^Heat map/ })
  await plane.waitFor()
  const spans = await found(ingress, from, to)
  const axes = await axesOf(plane)
  const seen = new Map()
  for (let x = axes.box.left + 3; x < axes.box.right; x += axes.box.width / 13) for (let y = axes.box.top + 4; y < axes.box.bottom; y += axes.box.height / 9) {
    const tip = await tipAt(plane, x, y)
    if (tip && !seen.has(tip)) seen.set(tip, [x, y])
  }
  assert.ok(seen.size > 10, `${seen.size} cells were read`)
  const all = Number(number(/all ([\d ]+) spans/.exec(await page.getByText(/^all .* spans that fit/).innerText())[1]))
  const step = 1000 // the least: 120 intervals of 40 s were shorter
  const power = (text) => 2 ** Math.round(Math.log2(nanoseconds(text)))
  for (const [tip, [x, y]] of seen) {
    const [, count, low, high, time] = /^([\d ]+) spans of (.+) to (.+), ([\d:]+)$/.exec(tip)
    const begins = timeOf(time)
    const within = spans.filter((s) => s.at > begins && s.at <= begins + step && s.ns > power(low) && s.ns <= power(high))
    assert.equal(number(count), within.length, tip)
    assert.ok(axes.time(x) >= begins - step * 0.02 && axes.time(x) <= begins + step * 1.02, `${tip} is at its time`)
    assert.ok(axes.ns(y) > power(low) * 0.97 && axes.ns(y) < power(high) * 1.03, `${tip} is at its durations`)
  }
  const edge = (t) => Math.floor(t / step) * step
  assert.equal(all, spans.filter((s) => s.at > edge(from) && s.at <= edge(to - 1) + step).length, 'all that the picture counts')
  await shot('cells')
}

/** draws a box and holds what is left beside the spans of the store that lie within. */
async function boxLeaves(view) {
  await opens({ q: ingress, view, table: 'spans', limit: '1000', spss: '1' })
  const plane = page.getByRole('group', { name: view === 'heat' ? /^Heat map/ : /^Duration of the/ })
  await plane.waitFor()
  const axes = await axesOf(plane)
  const corner = (x, y) => [axes.box.x + axes.box.width * x, axes.box.y + axes.box.height * y]
  await page.mouse.move(...corner(0.25, 0.2))
  await page.mouse.down()
  await page.mouse.move(...corner(0.7, 0.75), { steps: 4 })
  const says = (await plane.getByRole('status').innerText()).trim()
  await page.mouse.up()
  await page.waitForURL(/duration/)
  const [low, high] = [...param('q').matchAll(/duration [<>]= ([\d.]+)(µs|us|ms|s)/g)].map(([, n, unit]) => nanoseconds(`${n} ${unit}`))
  const box = { low, high, from: Number(param('from')), to: Number(param('to')) }
  const near = (a, b, by, what) => assert.ok(Math.abs(a - b) <= by, `${what}: ${a}, by the axis ${b}`)
  near(box.from, axes.time(corner(0.25, 0)[0]), 0.01 * (to - from) + 2, 'the box begins')
  near(box.to, axes.time(corner(0.7, 0)[0]), 0.01 * (to - from) + 2, 'the box ends')
  near(Math.log(low), Math.log(axes.ns(corner(0, 0.75)[1])), 0.05, 'the least duration')
  near(Math.log(high), Math.log(axes.ns(corner(0, 0.2)[1])), 0.05, 'the longest duration')
  assert.match(says, / to .+, [\d:]+ to [\d:]+$/)
  const within = (await found(ingress, box.from, box.to)).filter((s) => isIn(s, box))
  assert.ok(within.length > 5, `${within.length} spans are within the box`)
  const rows = page.getByRole('table', { name: 'Spans' }).locator('tbody tr')
  await until(`the ${within.length} spans within are listed`, async () => (await rows.count()) === within.length || rows.count())
  const links = await rows.evaluateAll((all) => all.map((r) => [...r.querySelectorAll('a')].map((a) => a.getAttribute('href')).join(' ')))
  for (const s of within) assert.ok(links.some((l) => l.includes(s.trace)), `${s.trace} is listed`)
  return within.length
}

async function exemplarsAreTraces() {
  const q = `${ingress} | quantile_over_time(duration, .5, .9)`
  await opens({ type: 'traceql', q, step: '5s' })
  const dots = page.getByRole('link', { name: /^Exemplar/ })
  await dots.first().waitFor()
  const spans = await found(ingress, from, to)
  const seen = await dots.evaluateAll((all) => all.map((a) => ({ says: a.ariaLabel, href: a.getAttribute('href'), x: parseFloat(a.style.left), y: parseFloat(a.style.top) })))
  const points = []
  for (const d of seen) {
    const s = spans.find((s) => d.href.includes(s.trace))
    assert.ok(s, `${d.href} is a trace of the store`)
    near(/([\d.]+ ?(?:µs|ms|s))\b/.exec(d.says)[1], s.ns, d.says)
    points.push([s.at, s.ns, d.x, d.y])
  }
  assert.ok(points.length >= 10, `${points.length} exemplars`)
  // One scale for all: where two of them are says where the others have to be.
  const fit = (v, p) => {
    const [a, b] = [points.reduce((m, x) => (x[v] < m[v] ? x : m)), points.reduce((m, x) => (x[v] > m[v] ? x : m))]
    for (const x of points) assert.ok(Math.abs(a[p] + ((x[v] - a[v]) / (b[v] - a[v])) * (b[p] - a[p]) - x[p]) < 3, `an exemplar of ${x[1]} ns at ${x[0]} is at ${x[2]}, ${x[3]}`)
  }
  fit(0, 2)
  fit(1, 3)
}

await reads(async () => {
  await does('each dot is a span of the store, at its time and duration', dotsAreTheirSpans)
  await does('each cell of the heat map counts the spans of the store within it', cellsAreCounts)
  await does('a box on the dots leaves the spans within', () => boxLeaves('scatter'))
  await does('a box on the heat map leaves the spans within', () => boxLeaves('heat'))
  await does('each exemplar is a trace of the store, at its time and duration', exemplarsAreTraces)
})
