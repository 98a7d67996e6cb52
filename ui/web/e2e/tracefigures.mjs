/**
 * Every figure that the page shows of a trace, in Chromium before a live site: rows, bars,
 * critical path, parts, details, node graph, flame graph, statistics, events; and of two
 * traces. Each is held against what tracetruth.mjs works out from the trace store's own
 * spans.
 *
 *   SITE_URL=http://127.0.0.1:3000 OTLP=http://127.0.0.1:4318 node e2e/tracefigures.mjs
 *
 * Traces of bad days are sent to OTLP first; without it those of the site alone are read.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { madeTraces } from './madetraces.mjs'
import { open, site } from './reader.mjs'
import { nanoseconds, near, number, spansOf } from './spans.mjs'
import { alignedOf, causesOf, truthOf } from './tracetruth.mjs'
import { nearOrNone, none, signed, viewsOf } from './traceviews.mjs'
import { zoomSteps } from './tracezoom.mjs'

const { page, does, until, shot, json, reads } = await open(site)
const { dataSources } = await json('/api/site')
const store = `/api/datasources/proxy/uid/${dataSources.find((d) => d.type === 'tempo').uid}/api`
const otlp = process.env.OTLP
const spansAt = async (id) => spansOf(await json(`${store}/traces/${id}`))
const { region, tab, cellsOf, rowsSeen, warningsSeen, holdsAll } = viewsOf(page, until)

async function ofATrace(what, id) {
  const t = truthOf(await spansAt(id))
  if (t.rooted) assert.equal(t.waited, t.root.ns, 'the critical path is as long as its root')
  await page.goto(`${site}/trace/${id}`)
  await holdsAll(what, id, t)
  await shot(`truth-${what.replaceAll(/\W+/g, '-')}`)
}

/** ofAFile takes a trace as a file and looks at it without a store: it is the same. */
async function ofAFile(what, id) {
  await page.goto(`${site}/trace/${id}`)
  await page.getByRole('treeitem').first().waitFor()
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Export JSON' }).click()])
  const [was, warnings] = [await rowsSeen(), (await warningsSeen()).map((w) => w.replaceAll('the trace store', 'the file'))]
  const buffer = readFileSync(await file.path())
  await page.goto(`${site}/trace/upload`)
  await page.getByLabel('File of OTLP JSON').setInputFiles({ name: file.suggestedFilename(), mimeType: 'application/json', buffer })
  await holdsAll(`${what}, from its file`, id, truthOf(await spansAt(id)))
  await tab('Waterfall')
  await page.getByRole('treeitem').first().waitFor()
  assert.deepEqual([await rowsSeen(), await warningsSeen()], [was, warnings], 'the same rows and words')
  await shot(`file-${what.replaceAll(/\W+/g, '-')}`)
}

/** ofTwo opens two traces side by side. */
async function ofTwo(left, right) {
  await page.goto(`${site}/trace/${left}/compare/${right}`)
  await holdsTwo(left, right)
}

/** twoOfAFile takes two traces in one file, and chooses them from its list. */
async function twoOfAFile(...ids) {
  const texts = await Promise.all(ids.map(async (id) => JSON.stringify(await json(`/api/traces/${id}/otlp`))))
  await page.goto(`${site}/trace/upload`)
  await page.getByLabel('File of OTLP JSON').setInputFiles({ name: 'two.json', mimeType: 'application/json', buffer: Buffer.from(texts.join('\n')) })
  const rows = region('Traces of the file').locator('tbody tr')
  for (const id of ids) {
    const row = rows.filter({ has: page.locator(`a[title="${id}"]`) })
    const t = truthOf(await spansAt(id))
    const [[, , root, service, , took, spans, status]] = await cellsOf(row)
    assert.deepEqual([root, service, spans, status], [t.root.name, t.root.service, String(t.spans.length), t.spans.some((s) => s.failed) ? 'failed' : 'ok'], id)
    near(took, t.whole, `${id} in the list`)
    await row.getByRole('checkbox').check()
  }
  assert.equal(await rows.count(), ids.length)
  await page.getByRole('link', { name: 'Compare the two' }).click()
  await holdsTwo(...ids)
}

/** alike are those that a trace is offered to be compared with: of its model, each by what it took. */
async function alike(id) {
  const modelOf = (spans) => new Set(spans.map((s) => s.attributes['triton.model_name']))
  const [model] = modelOf((await spansAt(id)).filter((s) => s.name === 'ingress'))
  const settled = Date.now() - 20_000 // spans of what began later may still come
  await page.goto(`${site}/trace/${id}/compare`)
  await page.getByText(/^Of the newest (199|200) of the same kind within an hour of it/).waitFor()
  for (const name of ['Fastest', 'Slowest', 'Newest']) {
    const rows = region(name).locator('tbody tr')
    const cells = await cellsOf(rows)
    const ids = await rows.locator('a').evaluateAll((all) => all.map((a) => a.title))
    assert.equal(new Set(ids).size, 8)
    assert.ok(!ids.includes(id), 'a trace is not offered itself')
    const traces = await Promise.all(ids.map(async (other) => truthOf(await spansAt(other))))
    for (const [i, t] of traces.entries()) {
      assert.ok(modelOf(t.spans).has(model), `${ids[i]} is of ${model}`)
      if (Number(t.begin / 1_000_000n) > settled) continue
      assert.ok(Math.abs(nanoseconds(cells[i][1]) - t.whole) <= 1e6 + 0.01 * t.whole, `${ids[i]} took ${t.whole} ns, shown ${cells[i][1]}`)
      assert.equal(number(cells[i][3]), t.spans.length)
    }
    const key = { Fastest: (t) => t.whole, Slowest: (t) => -t.whole, Newest: (t) => -Number(t.begin / 1_000_000n) }[name]
    const keys = traces.map(key)
    for (const [i, v] of keys.entries()) assert.ok(i === 0 || v >= keys[i - 1] - 1e6 * (name === 'Newest' ? 0 : 1), `${name} are in order: ${keys}`)
  }
}

/** holdsTwo: steps aligned, what each took and waited, where the difference comes from. */
async function holdsTwo(left, right) {
  const [a, b] = await Promise.all([left, right].map(async (id) => truthOf(await spansAt(id))))
  await page.locator('[data-step]').first().waitFor()
  for (const [letter, t] of [['A', a], ['B', b]]) near(await region(`Trace ${letter}`).locator('strong').innerText(), t.root.ns, `${letter} took`)
  const steps = alignedOf(a, b)
  const seen = await page.locator('[data-step]').evaluateAll((all) => all.map((r) => ({ top: parseFloat(r.style.top), depth: Math.round((parseFloat(r.querySelector('.name').style.paddingLeft) - 10) / 14), name: r.dataset.step, cells: [...r.querySelectorAll('.number')].map((c) => c.innerText.trim()), titles: [...r.querySelectorAll('.lane .bar')].map((e) => e.title) })))
  seen.sort((x, y) => x.top - y.top)
  assert.equal(seen.length, steps.size, 'each step has a row')
  const way = []
  const count = new Map()
  for (const { depth, name, cells: [ofA, ofB, more, self], titles } of seen) {
    way.length = depth
    const above = way.map((w) => `${w} > `).join('')
    count.set(above + name, (count.get(above + name) ?? 0) + 1)
    way[depth] = `${name} #${count.get(above + name)}`
    const key = way.join(' > ')
    assert.ok(steps.has(key), `${key} is a step of one of them`)
    const [x, y] = steps.get(key)
    if (x) near(ofA, x.ns, `${key} of A`)
    else assert.equal(ofA, none, key)
    if (y) near(ofB, y.ns, `${key} of B`)
    else assert.equal(ofB, none, key)
    if (x && y) {
      signed(more, y.ns - x.ns, `${key}: B less A`)
      signed(self, y.self - x.self, `${key}: self of B less A`)
    } else assert.deepEqual([more, self], [none, none], key)
    for (const title of titles) {
      const [, letter, took, own] = /^(.): (.+), self (.+)$/.exec(title)
      near(took, (letter === 'A' ? x : y).ns, `${key}: ${title}`)
      nearOrNone(own, (letter === 'A' ? x : y).self, `${key}: ${title}`)
    }
  }
  const [ofA, ofB] = [causesOf(a), causesOf(b)]
  const causes = await cellsOf(region('Where the difference comes from').locator('[data-cause]'))
  const largest = Math.max(...ofA.values(), ...ofB.values())
  const told = new Set([...ofA.keys(), ...ofB.keys()].filter((k) => Math.max(ofA.get(k) ?? 0, ofB.get(k) ?? 0) > largest / 1000))
  assert.deepEqual(causes.map(([c]) => c).sort(), [...told].sort(), 'where the difference comes from')
  for (const [cause, ta, tb, more] of causes) {
    nearOrNone(ta, ofA.get(cause) ?? 0, `${cause} of A`)
    nearOrNone(tb, ofB.get(cause) ?? 0, `${cause} of B`)
    signed(more, (ofB.get(cause) ?? 0) - (ofA.get(cause) ?? 0), cause)
  }
  const size = causes.map(([c]) => Math.abs((ofB.get(c) ?? 0) - (ofA.get(c) ?? 0)))
  assert.deepEqual(size, size.toSorted((x, y) => y - x), 'the largest first')
}

/** sends puts a trace into the site by its collector. */
async function sends(t) {
  const answer = await fetch(`${otlp}/v1/traces`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ resourceSpans: t.resourceSpans }) })
  assert.ok(answer.ok, `send a trace: ${answer.status} ${await answer.text()}`)
}

/** isThere waits until the store has all spans of a trace. */
const isThere = (what, t) => until(`the store has the trace ${what}`, async () => {
  const answer = await fetch(new URL(`${store}/traces/${t.id}`, site))
  return answer.ok && spansOf(await answer.json()).length === t.resourceSpans.length
})

/** real are traces that the site made, one of each kind. */
async function real() {
  const kinds = { 'of an ensemble': '{ name = "ingress" && resource.service.name =~ "supersonic.*" } >> { name = "compute" } | count() > 1', 'that failed': '{ name = "ingress" && status = error }', 'that its server kept nothing of': '{ name = "ingress" && nestedSetLeft = 1 && nestedSetRight = 2 }' }
  const end = Math.floor(Date.now() / 1000) - 20 // spans of what began later may still come
  const found = {}
  for (const [what, q] of Object.entries(kinds)) {
    const { traces = [] } = await json(`${store}/search?${new URLSearchParams({ q, limit: 3, start: end - 3600, end })}`)
    for (const t of traces.slice(-(what === 'of an ensemble' ? 2 : 1))) found[`${what}${what in found ? ', another' : ''}`] = t.traceID.padStart(32, '0')
  }
  assert.ok('of an ensemble, another' in found && 'that failed' in found, `the site has ${Object.keys(found)}`)
  return found
}

await reads(async () => {
  const ids = await real()
  const made = otlp ? madeTraces(Date.now() - 2000) : {}
  for (const t of Object.values(made)) await sends(t)
  for (const [what, id] of Object.entries(ids).filter(([what]) => !what.endsWith('another'))) await does(`every figure of a trace ${what}`, () => ofATrace(what, id))
  for (const [what, t] of Object.entries(made)) {
    ids[what] = t.id
    await does(`every figure of a trace ${what}`, async () => {
      await isThere(what, t)
      await ofATrace(what, t.id)
    })
  }
  const { zooms, onlyMatches } = zoomSteps({ site, page, until, shot })
  for (const what of ['of an ensemble', ...(otlp ? ['unfinished', 'of three requests'] : [])]) {
    await does(`a stretch of the minimap: bars, ticks and axis of a trace ${what}`, async () => zooms(ids[what], truthOf(await spansAt(ids[what]))))
    await does(`a search within a trace ${what}: its matches and what is above them`, async () => onlyMatches(ids[what], truthOf(await spansAt(ids[what]))))
  }
  for (const what of ['of an ensemble', ...(otlp ? ['of a clock that is slow', 'without a root', 'unfinished'] : [])]) await does(`every figure of a trace ${what}, as a file`, () => ofAFile(what, ids[what]))
  await does('two of an ensemble: each step, and where the difference comes from', () => ofTwo(ids['of an ensemble'], ids['of an ensemble, another']))
  await does('two of one file', () => twoOfAFile(ids['of an ensemble'], ids['that failed']))
  await does('those that a trace is offered to be compared with', () => alike(ids['of an ensemble']))
  await does('two that differ in their steps', () => ofTwo(ids['of an ensemble'], ids['that failed']))
  if (otlp) await does('two of clocks that differ', () => ofTwo(ids['of a clock that is slow'], ids['unfinished']))
})
