/**
 * Traces of a file at a site without any trace store, in Chromium: the list, each view of
 * each trace, what is missing or unfinished, two side by side. Figures are held against
 * what tracetruth.mjs works out from the spans that are in the file.
 *
 *   SITE_URL=http://127.0.0.1:3000 node e2e/filetraces.mjs
 */
import assert from 'node:assert/strict'
import { madeTraces } from './madetraces.mjs'
import { reader, site } from './reader.mjs'
import { near, spansOf } from './spans.mjs'
import { truthOf } from './tracetruth.mjs'
import { viewsOf } from './traceviews.mjs'

const made = madeTraces(Date.now() - 60_000)
const file = (name, traces) => ({ name, mimeType: 'application/json', buffer: Buffer.from(traces.map(({ resourceSpans }) => JSON.stringify({ resourceSpans })).join('\n')) })
const truths = Object.fromEntries(Object.entries(made).map(([what, t]) => [what, truthOf(spansOf({ batches: t.resourceSpans }, (id) => id ?? ''))]))
/** said is what has to be said of a trace that is not whole. */
const said = {
  'without a root': /^The root of this trace is missing: the file has no span of the one who began it\. /,
  unfinished: /^This trace is unfinished: hung has no end\. Durations are of what is known\.$/,
  'of a clock that is slow': /^The clocks of made-envoy-0 and made-triton-0 differ: InferRequest begins 2\.997s before its parent ingress\. /,
}

await reader(site, async ({ page, does, until, json, shot, sound }) => {
  const { holdsAll, tab, warningsSeen } = viewsOf(page, until)
  const list = page.getByRole('region', { name: 'Traces of the file' })
  const opens = async (f) => {
    await page.goto(`${site}/trace/upload`)
    await page.getByLabel('File of OTLP JSON').setInputFiles(f)
  }

  await does('the site has no trace store, and the page of a file needs none', async () => {
    const { dataSources } = await json('/api/site')
    assert.deepEqual(dataSources.map((d) => d.type), ['prometheus'])
    await page.goto(`${site}/trace/upload`)
    await page.getByText('No store is needed to look at a trace').waitFor()
  })

  await does('a file of many traces is a list of them', async () => {
    await opens(file('all.jsonl', Object.values(made)))
    await list.locator('tbody tr').first().waitFor()
    const rows = await list.locator('tbody tr').evaluateAll((all) => all.map((r) => [...r.cells].slice(1).map((c) => c.innerText.trim())))
    assert.deepEqual(rows.map(([id]) => id).sort(), Object.values(made).map((t) => t.id.slice(0, 16)).sort())
    for (const [what, t] of Object.entries(truths)) {
      const [, root, service, , took, spans, status] = rows[await list.locator('tbody tr').evaluateAll((all, id) => all.findIndex((r) => r.querySelector('a').title === id), made[what].id)]
      assert.deepEqual([root, spans, status], [t.rooted ? t.root.name : 'root missing', String(t.spans.length), t.spans.some((s) => s.failed) ? 'failed' : 'ok'], what)
      if (t.rooted) assert.equal(service, t.root.service, what)
      near(took, t.whole, `${what}: from the first begin to the last end`, 0.02)
    }
    await sound('the traces of a file')
    await shot('file-list')
  })

  for (const [what, t] of Object.entries(truths)) await does(`every figure of a trace ${what}`, async () => {
    await opens(file('one.json', [made[what]]))
    await holdsAll(what, made[what].id, t)
    await tab('Waterfall')
    const words = await warningsSeen()
    assert.equal(words.length, said[what] ? 1 : 0, `${words}`)
    if (said[what]) assert.match(words[0].trim(), said[what])
    for (const name of ['Compare', 'Explore', 'Export JSON']) assert.equal(await page.getByRole('main').getByRole('link', { name, exact: true }).count(), 0, `${name} would need a store`)
    await shot(`file-${what.replaceAll(/\W+/g, '-')}`)
  })

  await does('two of the file, side by side', async () => {
    await opens(file('all.jsonl', Object.values(made)))
    const [a, b] = ['of a clock that is slow', 'unfinished']
    for (const what of [a, b]) await list.locator('tbody tr', { has: page.locator(`a[title="${made[what].id}"]`) }).getByRole('checkbox').check()
    await list.getByRole('link', { name: 'Compare the two' }).click()
    for (const [letter, what] of [['A', a], ['B', b]]) near(await page.getByRole('region', { name: `Trace ${letter}`, exact: true }).locator('strong').innerText(), truths[what].root.ns, `${what} took`)
    await page.locator('[data-step="hung"]').waitFor()
    await sound('two traces of a file')
  })
})
