/**
 * What a reader does in Explore, in Chromium, against a running site with traces
 * of more than one duration (failed ones among them are good) and traffic:
 *
 *   SITE_URL=http://127.0.0.1:3000 SHOTS=folder node e2e/explore.mjs
 *
 * What is seen is compared with what the stores answer over the page's proxy. It
 * ends with status 1 and says which step failed. FROM is the time range that has
 * the traces ("now-15m"). With METRICS=no the trace store answers searches alone.
 */
import assert from 'node:assert/strict'
import { promqlSteps } from './promql.mjs'
import { open as opened, site } from './reader.mjs'

const from = process.env.FROM ?? 'now-15m'
const { page, context, does, until, shot, sound, asks, narrow, keeps, reads } = await opened(site, { inOrder: true, shots: 'explore-', permissions: ['clipboard-read', 'clipboard-write'] })
const seen = {}

const open = (params) => page.goto(`${site}/explore?${new URLSearchParams({ from, ...params })}`)
const results = () => page.getByRole('region', { name: 'Results' })
const editor = (name = 'TraceQL') => page.getByRole('textbox', { name })
const param = (name) => new URL(page.url()).searchParams.get(name)

async function written(text, name) {
  await editor(name).click()
  await page.keyboard.press('ControlOrMeta+a')
  await page.keyboard.press('Delete')
  await page.keyboard.type(text)
}

const milliseconds = (text) => parseFloat(text.replace('<', '')) * { 'µs': 1e-3, ms: 1, s: 1000, min: 60_000 }[text.split(' ')[1]]

/** takesOver lets the editor come late: what is being written in the plain field goes on in it. */
async function takesOver() {
  let come
  const late = new Promise((resolve) => (come = resolve))
  const chunk = /\/assets\/editor-/
  await page.route(chunk, async (route) => {
    await late
    await route.continue()
  })
  await open({ type: 'traceql' })
  await written('{ status = }')
  await page.keyboard.press('ArrowLeft')
  come()
  await page.locator('.editor.loaded').first().waitFor()
  await page.keyboard.type('error ')
  await until('the text goes on where the cursor was', async () => (await editor().innerText()) === '{ status = error }')
  await page.unroute(chunk)
}

async function completes() {
  await open({ type: 'traceql' })
  await written('{ resource.serv')
  const option = page.getByRole('option', { name: /resource\.service\.name/ })
  await until('the attribute is offered', async () => {
    if ((await option.count()) > 0) return true
    await page.keyboard.press('Control+Space') // the list closes if the words came after the typing
    await page.waitForTimeout(500)
    return (await option.count()) > 0
  })
  await option.click()
  await page.keyboard.type(' = ')
  const { tagValues } = await asks('tempo', 'api/v2/search/tag/resource.service.name/values', {})
  for (const v of tagValues.slice(0, 4)) await page.getByRole('option', { name: v.value, exact: true }).waitFor()
  await shot('completion')
  await page.keyboard.press('Escape')
  await written('{ resource.service.name = "a" && duration > 5ms } | count() > 1')
  const inks = () => page.evaluate(() => {
    const spans = [...document.querySelector('.editor').shadowRoot.querySelectorAll('.cm-line span')].filter((e) => !e.firstElementChild)
    return Object.fromEntries(spans.map((e) => [e.textContent.trim(), getComputedStyle(e).color]))
  })
  await until('words, texts and lengths of time have colours of their own', async () => {
    const ink = await inks()
    const [text, time, name] = ['"a"', '5ms', 'duration'].map((word) => Object.entries(ink).find(([w]) => w.includes(word))?.[1])
    return (text && time && name && new Set([text, time, name]).size === 3) || ink
  })
}

async function saysFaults() {
  await open({ type: 'traceql' })
  await written('{ duratoin > 5ms ')
  const fault = page.getByRole('alert').filter({ hasText: 'did you mean duration' })
  await fault.waitFor()
  assert.match(await fault.innerText(), /line 1, column 3/)
  await page.locator('.cm-lintRange-error').filter({ hasText: 'duratoin' }).waitFor()
  await shot('fault')
}

async function readsFormBack() {
  await open({})
  await editor().waitFor()
  await written('{ name = "ingress" && duration >= 1ms && status != ok ')
  await page.getByRole('search').getByLabel('Attribute').waitFor()
  assert.equal(await page.getByLabel('Span name', { exact: true }).inputValue(), 'ingress')
  assert.equal(await page.getByLabel('Min duration').inputValue(), '1ms')
  assert.equal(await page.getByRole('search').getByLabel('Attribute').inputValue(), 'status')
  await page.getByLabel('Max duration').fill('90s')
  await page.waitForFunction(() => document.querySelector('.editor')?.shadowRoot?.querySelector('.cm-content')?.textContent?.includes('duration <= 90s'))
  seen.form = (await editor().innerText()).trim()
  assert.equal(seen.form, '{ name = "ingress" && duration >= 1ms && duration <= 90s && status != ok }')
  await written('{ name = "a" || status = error ')
  await page.getByText('says more than these fields can show').waitFor()
  assert.equal((await editor().innerText()).trim(), '{ name = "a" || status = error }', 'the query stays')
}

async function findsTraces() {
  await open({ q: '{ name = "ingress" }', limit: '20' })
  const link = results().locator('tbody a').first()
  await link.waitFor()
  const { traces } = await asks('tempo', 'api/search', { q: '{ name = "ingress" }', limit: '20' })
  assert.equal(await results().locator('tbody tr').count(), Math.min(traces.length, 20))
  if (traces.length === 20) await page.getByText('The answer was cut').waitFor()
  await page.getByRole('button', { name: /^Duration/ }).click()
  await until('the longest first', async () => {
    const column = (await results().locator('tbody tr td:nth-child(6)').allInnerTexts()).map(milliseconds)
    return JSON.stringify(column) === JSON.stringify(column.toSorted((a, b) => b - a)) || column
  })
  await shot('traces')
  const id = (await link.getAttribute('title')) ?? ''
  await link.click()
  await page.waitForURL(/\/trace\/[0-9a-f]{32}/)
  assert.ok(page.url().includes(id))
}

async function showsSpans() {
  await open({ q: '{ name = "ingress" }', table: 'spans', columns: 'span.http.status_code' })
  const table = page.getByRole('table', { name: 'Spans' })
  await table.waitFor()
  const heads = (await table.locator('thead th').allInnerTexts()).map((t) => t.replace(/ [↓↑]$/, ''))
  for (const name of ['Trace', 'Name', 'Duration']) assert.ok(heads.includes(name), `${name} of ${heads}`)
  seen.columns = heads
  await shot('spans')
}

/** A box on a picture becomes conditions and a time range; undone, all is as before. */
async function narrows(view) {
  await open({ q: '{ name = "ingress" }', view, ...(view === 'scatter' ? { table: 'spans' } : {}) })
  const plane = page.getByRole('group', { name: view === 'heat' ? /^Heat map/ : /^Duration of the/ })
  await plane.waitFor()
  const box = await plane.boundingBox()
  await page.mouse.move(box.x + box.width * 0.3, box.y + box.height * 0.02)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width * 0.95, box.y + box.height * 0.6, { steps: 4 })
  await page.mouse.up()
  await page.waitForURL(/duration/)
  assert.match(param('q'), /^\{ name = "ingress" && duration >= \S+ && duration <= \S+ \}$/)
  assert.match(param('from'), /^\d+$/)
  await until('the editor has it', async () => (await editor().innerText()).trim() === param('q') || editor().innerText())
  await page.waitForFunction(() => document.querySelector('[aria-busy=true]') === null)
  const [low, high] = [...param('q').matchAll(/duration [<>]= ([\d.]+)(µs|ms|s)/g)].map(([, n, unit]) => Number(n) * { 'µs': 1e-3, ms: 1, s: 1e3 }[unit])
  const column = view === 'heat' ? 6 : (await results().locator('thead th').allInnerTexts()).findIndex((t) => t.startsWith('Duration')) + 1
  await until('what is listed is what the box holds', async () => {
    const all = (await results().locator(`tbody tr td:nth-child(${column})`).allInnerTexts()).map(milliseconds)
    return all.every((ms) => ms >= low * 0.97 - 1 && (view === 'heat' || ms <= high * 1.03 + 1)) || [low, high, all]
  })
  const different = page.getByRole('region', { name: 'What is different in the selection' })
  await different.waitFor()
  await shot(`box-${view}`)
  await different.getByRole('button', { name: 'undo the selection' }).click()
  await different.waitFor({ state: 'detached' })
  await until('the address is as before', () => (param('q') === '{ name = "ingress" }' && param('from') === from) || page.url())
}

/** A link opened elsewhere shows the same rows, columns and picture. */
async function linksToTheView() {
  const to = Math.floor(Date.now() / 1000) * 1000 - 20_000 // whole seconds, as the picture's columns are
  await page.goto(`${site}/explore?${new URLSearchParams({ from: to - 60_000, to, q: '{ name = "ingress" && duration > 1ms }', table: 'spans', limit: '15', columns: 'span.http.status_code', view: 'heat' })}`)
  const seen = async (on) => {
    const table = on.getByRole('table', { name: 'Spans' })
    await table.locator('tbody tr').first().waitFor()
    await on.getByRole('group', { name: /^Heat map/ }).waitFor()
    return [await table.locator('thead').innerText(), await table.locator('tbody').innerText(), await on.getByText(/^all .* spans that fit/).innerText()]
  }
  const here = await seen(page)
  const count = Number(/all ([\d ]+) spans/.exec(here[2])[1].replaceAll(/\D/g, ''))
  const { traces } = await asks('tempo', 'api/search', { q: '{ name = "ingress" && duration > 1ms }', limit: '5000', spss: '100', start: String(to / 1000 - 72), end: String(to / 1000 + 12) })
  const began = traces.flatMap((t) => t.spanSets).flatMap((set) => set.spans).map((span) => Number(BigInt(span.startTimeUnixNano) / 1000n) / 1000)
  assert.equal(count, began.filter((at) => at > to - 60_000 && at <= to).length, 'all that the heat map counts, by the store')
  const other = await context.newPage()
  await other.goto(page.url())
  assert.deepEqual(await seen(other), here)
  await other.close()
}

/** Series, values and two sides likewise; the link that is copied names the range that is seen. */
async function linksToSeries() {
  let to // such that a young site has rates since the begin of the shorter range, 40 s before
  await until('rates at the begin of the range', async () => {
    to = Math.floor(Date.now() / 1000) * 1000 - 20_000
    const { data } = await asks('prometheus', 'api/v1/query', { query: 'sum(rate(supersonic_gateway_requests_total[20s]))', time: to / 1000 - 40 })
    return data.result.length > 0 || to
  })
  const side = (datasource, query, range) => ({ datasource, queries: [{ refId: 'A', ...query }], ...(range ? { range } : {}) })
  const traces = '{ name = "ingress" } | quantile_over_time(duration, .5, .9) by (resource.service.name)'
  const rates = 'sum by (model) (rate(supersonic_gateway_requests_total[$__rate_interval]))'
  const range = { from: String(to - 60_000), to: String(to) }
  const panes = { a: side('tempo', { queryType: 'traceql', query: traces, step: '5s' }, range), b: side('prometheus', { expr: rates, instant: true, range: true, legendFormat: 'of {{model}}' }, { from: String(to - 40_000), to: String(to - 10_000) }) }
  for (const [what, params, tables] of [
    ['PromQL', { type: 'promql', q: rates, mode: 'both', legend: 'of {{model}}', step: '10s' }, 2], ['metrics of traces', { type: 'traceql', q: traces, step: '5s' }, 1],
    ['two sides', { schemaVersion: 1, panes: JSON.stringify(panes) }, 3],
  ]) {
    const seen = async (on) => {
      const found = on.locator('main table')
      await until(`${what}: ${tables} tables of values`, async () => ((await found.count()) === tables && (await on.locator('main [aria-busy=true], .editor:not(.loaded)').count()) === 0) || found.count())
      return [...(await found.allInnerTexts()), ...(await on.getByRole('textbox').allInnerTexts()), ...(await on.getByRole('region', { name: /queries and answers$/ }).allInnerTexts())]
    }
    await page.goto(`${site}/explore?${new URLSearchParams({ ...range, refresh: '5s', ...params })}`)
    await seen(page)
    await page.getByRole('button', { name: 'Copy a link to this' }).click()
    const link = new URL(await until('copied', () => page.getByRole('button', { name: 'Copied' }).isVisible()).then(() => page.evaluate(() => navigator.clipboard.readText())))
    assert.deepEqual(['from', 'to', 'refresh'].map((name) => link.searchParams.get(name)), [range.from, range.to, null])
    const here = await seen(page)
    const other = await context.newPage()
    await other.goto(link.href)
    assert.deepEqual(await seen(other), here, what)
    await other.close()
  }
}

async function narrowsByKeys() {
  await open({ q: '{ name = "ingress" }', table: 'spans' })
  const plane = page.getByRole('group', { name: /^Duration of the/ })
  await plane.focus()
  for (const key of ['ArrowUp', 'Shift+ArrowRight', 'Shift+ArrowDown', 'Enter']) await page.keyboard.press(key)
  await page.waitForURL(/duration/)
}

async function drawsTraceMetrics() {
  const q = '{ name = "ingress" } | quantile_over_time(duration, .5, .9) by (resource.service.name)'
  await open({ type: 'traceql', q })
  const legend = page.getByRole('table', { name: 'Legend' })
  await legend.locator('tbody tr').first().waitFor()
  const { series } = await asks('tempo', 'api/metrics/query_range', { q, since: '15m' })
  const names = (await legend.locator('tbody td:first-child').allInnerTexts()).map((t) => t.trim())
  assert.equal(names.length, series.length)
  for (const s of series) assert.ok(names.some((n) => s.labels.every((l) => l.key === 'p' || n.includes(l.value.stringValue))), `${JSON.stringify(s.labels)} in ${names}`)
  seen.legend = names
  await shot('tracemetrics')
  const dot = page.getByRole('link', { name: /^Exemplar/ }).last()
  await dot.focus()
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/trace\/[0-9a-f]{32}/)
}

async function showsServiceGraph() {
  await open({ type: 'serviceMap', q: 'client="a"' })
  await page.getByRole('alert').filter({ hasText: 'the label matcher client="a" cannot be read' }).filter({ hasText: 'write it in braces' }).waitFor()
  await open({ type: 'serviceMap' })
  const names = page.getByRole('table', { name: 'Busiest span names' })
  await names.waitFor()
  await page.locator('[data-node]').nth(1).waitFor()
  seen.spanNames = (await names.locator('tbody tr').allInnerTexts()).map((t) => t.replace(/\s+/g, ' '))
  const { data } = await asks('prometheus', 'api/v1/query', { query: 'sum by (span_name) (rate(traces_spanmetrics_calls_total[15m]))' })
  const rates = new Map(data.result.map((r) => [r.metric.span_name, Number(r.value[1])]))
  const fifth = [...rates.values()].sort((a, b) => b - a)[4]
  assert.equal(seen.spanNames.length, 5)
  // Two names of nearly one rate may have changed places since the page asked.
  for (const n of seen.spanNames) assert.ok(rates.get(n.split(' ')[0]) > 0.8 * fifth, `${n} of ${[...rates]}`)
  await sound('the service graph')
  await shot('graph')
}

async function readsGrafanasAddress() {
  const side = (datasource, query) => ({ datasource, queries: [{ refId: 'A', ...query }], range: { from, to: 'now' } })
  const panes = { a: side('tempo', { queryType: 'traceql', query: '{ name = "ingress" }' }), b: side('prometheus', { expr: 'up' }) }
  await page.goto(`${site}/explore?schemaVersion=1&panes=${encodeURIComponent(JSON.stringify(panes))}&orgId=1`)
  await page.getByRole('region', { name: /queries and answers$/ }).nth(1).waitFor()
  await editor().waitFor()
  await editor('PromQL').waitFor()
  await until('the address has its range', () => param('from') === from || page.url())
  await shot('split')
  await page.getByRole('button', { name: 'Close this side' }).last().click()
  await page.getByRole('region', { name: /queries and answers$/ }).nth(1).waitFor({ state: 'detached' })
  await until('the address is of the other', () => param('q') === '{ name = "ingress" }' || page.url())
}

/** What was asked is listed, also after a reload; one that is chosen is asked again, as it was asked. */
async function keepsHistory() {
  await open({ type: 'promql' })
  await written('count by (job) (up)', 'PromQL')
  await page.keyboard.press('Control+Enter')
  await page.getByRole('table', { name: 'Legend' }).waitFor()
  await page.getByRole('combobox', { name: /^Values/ }).selectOption('instant')
  await page.getByRole('table', { name: 'Values' }).waitFor()
  await open({})
  await editor().waitFor()
  await written('{ name = "ingress" && duration > 2ms ')
  await page.keyboard.press('Control+Enter')
  await until('it is asked', () => param('q') === '{ name = "ingress" && duration > 2ms }' || page.url())
  await results().locator('tbody tr').first().waitFor()
  await page.reload()
  const list = page.getByRole('region', { name: 'History of queries' })
  const again = async (text) => {
    await page.getByRole('button', { name: 'History' }).click()
    await list.getByRole('button', { name: text, exact: true }).click()
    await list.waitFor({ state: 'detached' })
    await until('the address asks it', () => param('q') === text || page.url())
  }
  await again('count by (job) (up)')
  assert.deepEqual([param('type'), param('mode')], ['promql', 'instant'])
  const { data } = await asks('prometheus', 'api/v1/query', { query: 'count by (job) (up)' })
  const rows = page.getByRole('table', { name: 'Values' }).locator('tbody tr')
  await until('its values', async () => JSON.stringify((await rows.allInnerTexts()).map((t) => t.replace(/\s+/g, ' ').trim()).sort()) === JSON.stringify(data.result.map((r) => `${r.metric.job} ${Number(r.value[1])}`).sort()) || rows.allInnerTexts())
  assert.equal((await editor('PromQL').innerText()).trim(), 'count by (job) (up)')
  assert.equal(await page.getByRole('table', { name: 'Legend' }).count(), 0, 'at the end alone')
  await again('{ name = "ingress" && duration > 2ms }')
  await results().locator('tbody tr').first().waitFor()
  assert.equal((await editor().innerText()).trim(), '{ name = "ingress" && duration > 2ms }')
  assert.deepEqual([param('type'), param('mode')], [null, null])
  await page.getByRole('button', { name: 'History' }).click()
  await list.getByText('sum by (le) (up)').first().waitFor()
  await list.getByLabel('Search the history').fill('nosuchquery')
  await list.getByText('Nothing fits').waitFor()
}

async function fitsPhone() {
  await page.setViewportSize({ width: 360, height: 740 })
  await open({ q: '{ name = "ingress" }' })
  await results().waitFor()
  await narrow('a phone')
  await shot('phone')
}

const { completesPromQL, saysPromFaults, drawsPromQL } = promqlSteps({ site, from, page, until, shot, sound, open, written, asks })
const withMetrics = process.env.METRICS !== 'no'
await reads(async () => {
  await does('an editor that comes late takes over', takesOver)
  await does('completion from the store', completes)
  await does('a fault at its place', saysFaults)
  await does('the form writes TraceQL and reads it back', readsFormBack)
  await does('a search, sorted, and a trace of it', findsTraces)
  await does('spans with columns', showsSpans)
  await does('a box by keys', narrowsByKeys)
  await does('a box on the scatter', () => narrows('scatter'))
  if (withMetrics) {
    await does('a link shows the same elsewhere', linksToTheView)
    await does('a link shows the same series and sides elsewhere', linksToSeries)
    await does('a box on the heat map', () => narrows('heat'))
    await does('metrics of traces, an exemplar opened', drawsTraceMetrics)
    await does('PromQL as lines and values', drawsPromQL)
    await does('PromQL completed from the store', completesPromQL)
    await does("PromQL's faults at their place", saysPromFaults)
    await does('the service graph and its table', showsServiceGraph)
    await does("Grafana's address, two sides", readsGrafanasAddress)
    await does('history', keepsHistory)
  }
  await does('a phone', fitsPhone)
})
keeps('explore-seen.json', seen)
