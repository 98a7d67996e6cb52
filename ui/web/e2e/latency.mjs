/**
 * The page of latencies in Chromium, against a site whose store has a run with a
 * known culprit:
 *
 *   SITE_URL=http://127.0.0.1:3000 FILE=latency.otlp.jsonl.gz CULPRIT=supersonic-triton-2 MODEL=tagger RANGE='from=now-2h&to=now' node e2e/latency.mjs
 *
 * What is shown is compared with the answer of the API, asked by another route.
 */
import assert from 'node:assert/strict'
import { open, site } from './reader.mjs'
import { near, number } from './spans.mjs'

const { CULPRIT: culprit, MODEL: model, FILE: file, SLOWER: slower, MORE: more, RANGE: range = 'from=now-2h&to=now' } = process.env
const { page, does, until, sound, shot, json, reads } = await open(site, { inOrder: true })
const region = (name) => page.getByRole('region', { name, exact: true })
let api

async function names() {
  await page.goto(`${site}/latency?${range}`)
  const verdict = region('What stands out')
  const said = (await verdict.getByRole('status').innerText()).replace(/\s+/g, ' ').trim()
  assert.equal(said, api.sentence.replace(/\s+/g, ' '))
  if (culprit) { // of a run whose culprit is known
    assert.ok(said.includes(culprit) && said.includes(model), said)
    assert.equal(await verdict.getByRole('link', { name: /^trace of/ }).count(), 3, 'three example traces')
  }
  await shot('latency', { fullPage: true })
}

async function draws() {
  const bars = region('Where the time goes').getByRole('img')
  await until('a bar of each model', async () => (await bars.count()) === api.models.length || bars.count())
  await page.getByRole('button', { name: 'Both' }).click()
  await page.getByRole('group', { name: 'Number that is shown' }).getByRole('button', { name: 'p90' }).click()
  await until('a bar of each model on each pod', async () => (await bars.count()) === api.each.length || bars.count())
  await until('the address has both', () => {
    const address = new URL(page.url()).searchParams
    return (address.get('by') === 'both' && address.get('stat') === 'p90') || page.url()
  })
}

async function tells() {
  const row = region('Numbers').locator('tr[data-row="all requests"]')
  assert.equal((await row.locator('td').nth(1).innerText()).replace(/\D/g, ''), String(api.rests.requests))
  const shown = await region('Numbers').locator('tr[data-phase]').count()
  assert.equal(shown, api.phases.length, 'the phases of all requests')
}

/** The table beside Triton's counters, cell by cell as the API has it. */
async function besideCounters() {
  await page.goto(`${site}/latency?${range}`)
  const beside = region("Triton's counters beside the spans")
  assert.equal((await beside.getByRole('note').innerText()).trim(), api.counters.sentence)
  const open = beside.locator('details')
  if (!(await open.evaluate((e) => e.open))) await open.locator('summary').click()
  const rows = await beside.locator('tbody tr').evaluateAll((all) => all.map((r) => [...r.cells].map((c) => c.innerText.trim())))
  assert.equal(rows.length, api.counters.rows.length)
  const ms = (text) => ({ ns: 1e-6, 'µs': 1e-3, ms: 1, s: 1e3 })[/[^\d.]+$/.exec(text)[0].trim()] * parseFloat(text)
  for (const [i, want] of api.counters.rows.entries()) {
    const [model, pod, runs, counted, , ...more] = rows[i]
    assert.deepEqual([model, pod, runs.replace(/\D/g, ''), counted.replace(/\D/g, '')], [want.model, want.pod || 'all', ...[want.runs, want.requests].map((n) => String(Math.round(n)))])
    for (const [p, phase] of want.phases.entries()) {
      const near = (text, value, of) => assert.ok(Math.abs(ms(text) - value) <= 0.01 * value + 1e-6, `${model} on ${pod}, ${phase.name} by ${of}: shown ${text}, it is ${value} ms`)
      if (phase.spansMs > 0) near(more[2 * p], phase.spansMs, 'spans')
      if (want.comparing && phase.countersMs > 0) near(more[2 * p + 1], phase.countersMs, 'counters')
    }
    assert.match(more.at(-1), want.agree && want.comparing ? /^agrees/ : /\w/)
  }
}

/**
 * Of a site whose counters have more time of a phase than the spans, and more requests:
 * the sentence and the row say which and why, the phase is marked, and the rest agrees.
 */
async function saysWhyNot() {
  const beside = region("Triton's counters beside the spans")
  const said = (await beside.getByRole('note').innerText()).trim()
  const [pair, phase] = slower.split(': ')
  assert.ok(said.includes(`; for the others: ${pair}: `), said)
  assert.equal(await beside.locator('details').evaluate((e) => e.open), true, 'the table is open by itself')
  const heads = (await beside.locator('thead th').allInnerTexts()).map((t) => t.trim())
  const rows = new Map(await beside.locator('tbody tr').evaluateAll((all) => all.map((r) => [`${r.cells[0].innerText} on ${r.cells[1].innerText}`, [...r.cells].map((c) => ({ text: c.innerText.trim(), marked: c.classList.contains('differs') }))])))
  const fine = [...rows.values()].filter((r) => /^agrees/.test(r.at(-1).text)).length
  assert.ok(said.startsWith(`Triton's counters agree with the spans for ${fine} of ${rows.size} pairs`) && fine === rows.size - 1, said)
  for (const [name, cells] of rows) {
    const marked = cells.flatMap((c, i) => (c.marked ? [heads[i]] : []))
    assert.deepEqual(marked, name === pair ? [phase, 'counter'] : [], `what is marked of ${name}`)
  }
  const at = heads.indexOf(phase)
  const [spans, counted] = [at, at + 1].map((i) => parseFloat(rows.get(pair)[i].text))
  assert.ok(Math.abs(counted / spans - 2) < 0.1, `${counted} ms are counted, twice ${spans}`)
  assert.match(rows.get(pair).at(-1).text, /^requests at the edges of the time/, 'all are traced: that few are would be no reason')
  const [, , runs, requests] = rows.get(more).map((c) => number(c.text))
  assert.ok(Math.abs(requests / runs - 3) < 0.2, `${requests} were counted, three times ${runs}`)
  const group = (n) => n.toLocaleString('en-US')
  assert.ok(rows.get(more).at(-1).text.startsWith(`agrees; the server counted ${group(requests)} requests, the spans stand for ${group(runs)}: requests that did not come through the gateway`), rows.get(more).at(-1).text)
  await shot('latency-counters')
}

async function filters() {
  const field = page.getByLabel('Requests whose trace has a span like')
  await field.fill('{ duration > }')
  await page.locator('#filter-fault').waitFor()
  await field.fill('{ span.triton.model_name = "nosuch" }')
  await page.getByRole('button', { name: 'Show' }).click()
  await page.getByText(/No request of this time and filter/).waitFor()
  await field.fill('')
  await page.getByRole('button', { name: 'Show' }).click()
  await region('Numbers').waitFor()
}

async function compares() {
  const pods = api.pods.map((p) => p.pod)
  await page.getByLabel('Compare').selectOption(`${pods[0]}~${pods[1]}`)
  const table = region('Comparison')
  await table.waitFor()
  assert.equal(await table.locator('tbody tr').count(), api.models.length + 1)
  await page.reload()
  await table.waitFor()
}

/**
 * The second half of what is stored is compared with the first, which the reader writes
 * into two fields: each figure is that of the API, asked for one half alone.
 */
async function comparesTimes() {
  const [first, last] = [Math.floor(api.rests.firstMs), Math.ceil(api.rests.lastMs)]
  const half = Math.floor((first + last) / 2)
  const [left, right] = await Promise.all([[first, half], [half, last]].map(([from, to]) => json(`/api/latency?from=${from}&to=${to}`)))
  await page.goto(`${site}/latency?from=${half}&to=${last}`)
  const table = region('Comparison')
  const form = page.getByRole('form', { name: 'Another time to compare with' })
  const [from, to] = [form.getByLabel('Compare with the time from'), form.getByLabel('to', { exact: true })]
  const address = (name) => new URL(page.url()).searchParams.get(name)

  await page.getByRole('combobox', { name: 'Compare' }).selectOption({ label: 'with another time…' })
  await from.waitFor()
  assert.equal(await form.getByRole('alert').count(), 0, 'nothing is wrong before it is asked with')
  await from.fill('yesterday')
  await from.press('Enter')
  assert.deepEqual(await form.getByRole('alert').allInnerTexts(), ['not a time: write now-3h, now/d or 2026-01-31 14:00:00', 'a time is missing here: write now-3h, now/d or 2026-01-31 14:00:00'])
  for (const field of [from, to]) assert.ok(await field.evaluate((e) => e.ariaInvalid === 'true' && document.getElementById(e.getAttribute('aria-describedby')).innerText !== ''), 'the fault is told at the field')
  assert.equal(address('compareFrom'), null)
  await from.fill(String(half))
  await to.fill(String(first))
  assert.deepEqual(await form.getByRole('alert').allInnerTexts(), ['this time ends before it begins'])
  await sound('faults of another time')
  assert.equal(await table.count(), 0)

  await from.fill(String(first))
  await page.keyboard.press('Tab')
  await page.keyboard.type(`${new Date(half).toISOString()}`) // over what stood there, which Tab selects
  await page.keyboard.press('Enter')
  await table.waitFor()
  assert.deepEqual(['against', 'compareFrom', 'compareTo'].map(address), ['time', String(first), String(half)])
  await figuresAre(table, left, right)
  await sound('another time')
  await shot('latency-another-time')
  const asked = page.url()

  await page.goBack()
  await table.waitFor({ state: 'detached' })
  assert.deepEqual([await from.inputValue(), await to.inputValue()], ['', ''])
  await page.goForward()
  await table.waitFor()
  await page.getByRole('button', { name: 'end the comparison' }).click()
  await form.waitFor({ state: 'detached' })
  assert.deepEqual(['against', 'compareFrom', 'compareTo'].map(address), [null, null, null])

  await page.goto(asked)
  await table.waitFor()
  await figuresAre(table, left, right)
  const shown = [await from.inputValue(), await to.inputValue()]
  await from.press('Enter')
  assert.deepEqual([page.url(), await form.getByRole('alert').count()], [asked, 0], `what the fields show, ${shown}, is what was asked`)
  const wide = page.viewportSize()
  await narrow()
  await shot('latency-another-time-phone')
  await page.setViewportSize(wide)
}

/** The table of a comparison has the figures of both answers, and says which times they are of. */
async function figuresAre(table, left, right) {
  const clock = ({ fromMs, toMs }) => [fromMs, toMs].map((ms) => new Date(ms).toISOString().slice(11, 19)).join(' to ')
  const said = await table.getByRole('note').innerText()
  const head = await Promise.all(['Requests, left', 'right'].map((name) => table.getByRole('columnheader', { name, exact: true }).first().getAttribute('title')))
  for (const [side, i] of [[left, 0], [right, 1]]) {
    assert.ok(head[i].includes(clock(side)), `${head[i]} is ${clock(side)}`)
    assert.ok(said.includes(clock(side)), said)
  }
  const shown = new Map(await table.locator('tbody tr').evaluateAll((all) => all.map((r) => [r.cells[0].innerText.split(' ')[0], [...r.cells].slice(1).map((c) => c.innerText)])))
  const rows = [left, right].map((side) => new Map(side.models.map((m) => [m.model, m])))
  const models = new Set(rows.flatMap((of) => [...of.keys()]))
  for (const model of models) {
    const [l, r] = rows.map((of) => of.get(model))
    const [nl, nr, ml, mr, more, ...phases] = shown.get(model)
    assert.deepEqual([number(nl), number(nr)], [l?.requests ?? 0, r?.requests ?? 0], `${model}: requests`)
    if (l) near(ml, l.total.meanMs * 1e6, `${model}: mean, left`)
    if (r) near(mr, r.total.meanMs * 1e6, `${model}: mean, right`)
    if (!l || !r) continue
    near(more.replace('+', ''), (r.total.meanMs - l.total.meanMs) * 1e6, `${model}: more`)
    for (const [i, p] of right.phases.entries()) near(phases[i].replace('+', ''), (r.phases[i].meanMs - l.phases[i].meanMs) * 1e6, `${model}: ${p.name}`)
  }
}

async function opens() {
  await page.goto(`${site}/latency?${range}`)
  await page.locator('input[type=file]').setInputFiles(file)
  await page.getByText('Back to the site').waitFor()
  const verdict = region('What stands out')
  await verdict.getByText(culprit).first().waitFor()
  await verdict.getByRole('link', { name: /^trace of/ }).first().click()
  await page.getByRole('heading', { name: 'Traces from a file' }).waitFor()
  await page.locator('[role=treegrid], [role=tree], [role=grid]').first().waitFor()
  await page.goBack()
}

async function narrow() {
  await page.setViewportSize({ width: 360, height: 780 })
  const out = () => page.evaluate(() => [...document.querySelectorAll('main section, main form, main form > *')]
    .filter((e) => e.getBoundingClientRect().right > 360.5).map((e) => `${e.tagName} ${e.getAttribute('aria-label') ?? e.className} ${e.getBoundingClientRect().right}`))
  await until('nothing of the page sticks out at 360 px', async () => (await out()).length === 0 || out())
}

await reads(async () => {
  api = await json(`${site}/api/latency?${range}`)
  await does('the sentence names the culprit, with three traces', names)
  await does('bars by model, and by model and pod at p90, in the address', draws)
  await does('the numbers are those of the API', tells)
  if (api.counters.known) await does("Triton's counters are beside the spans", besideCounters)
  if (slower) await does('where the counters are not as the spans, it says why', saysWhyNot)
  await does('a filter is checked, and one that finds nothing says the next step', filters)
  await does('two pods are compared, and the address keeps it', compares)
  await does('two times are compared, the other of the reader\'s choice, by keys, and the address keeps it', comparesTimes)
  if (file) await does('a file is analysed without a store, and its examples open from it', opens)
  await does('axe finds nothing serious', async () => {
    await until('the last answer is there: what is of before is dimmed until then', async () => (await page.locator('main [aria-busy="true"]').count()) === 0)
    await sound('latencies')
  })
  await does('it fits a phone', narrow)
})
