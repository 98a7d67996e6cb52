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
import { number } from './spans.mjs'

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
  if (file) await does('a file is analysed without a store, and its examples open from it', opens)
  await does('axe finds nothing serious', () => sound('latencies'))
  await does('it fits a phone', narrow)
})
