/**
 * Completion of TraceQL in Chromium before a site with a trace store: names and values
 * are those that the store answers, also such as have to be quoted, and what is written
 * finds the spans that have them.
 *
 *   SITE_URL=http://127.0.0.1:3000 OTLP=http://127.0.0.1:4318 node e2e/completion.mjs
 */
import assert from 'node:assert/strict'
import { reader, site } from './reader.mjs'

const { OTLP: otlp } = process.env
const texts = ['plain', 'two words', 'say "hi"', 'back\\slash', 'two\nlines', 'naïve µ', '{ a } && b', '`tick`', ' around ']
/** made are spans, each a trace of its own; both scopes have "odd.text". */
const made = [
  ...texts.map((text) => ({ 'odd.text': text })), ...texts.slice(1, 3).map((text) => ({ 'a key of words': text })), ...['x/y', 'z'].map((text) => ({ 'k8s.io/name': text })), { 'has "quotes"': 'in its name' },
  ...[200, 404].map((n) => ({ 'http.code': n })), ...[true, false].map((b) => ({ cached: b })), ...[0.25, 1.5].map((n) => ({ share: n })),
].map((attributes, i) => ({ attributes, resource: { 'service.name': `made-${i % 3}`, 'odd.text': `of the resource ${i % 2}` }, id: `0dd${'0'.repeat(26)}${String(i).padStart(3, '0')}` }))

const valueOf = (v) => (typeof v === 'string' ? { stringValue: v } : typeof v === 'boolean' ? { boolValue: v } : Number.isInteger(v) ? { intValue: String(v) } : { doubleValue: v })
const listOf = (of) => Object.entries(of).map(([key, v]) => ({ key, value: valueOf(v) }))
const begin = BigInt(Date.now() - 5_000) * 1_000_000n
const resourceSpans = made.map((m, i) => ({ resource: { attributes: listOf(m.resource) }, scopeSpans: [{ spans: [{ traceId: m.id, spanId: m.id.slice(-16).replace(/^0/, '1'), traceState: 'ot=th:0', name: 'made', kind: 1, startTimeUnixNano: String(begin), endTimeUnixNano: String(begin + 1_000_000n * BigInt(i + 1)), attributes: listOf(m.attributes) }] }] }))

/** named is how a name of a scope is written: in quotes where it is no plain word. */
const named = (scope, tag) => (scope === 'intrinsic' ? tag : `${scope}.${/^[A-Za-z_][\w.\-/:@]*$/.test(tag) ? tag : `"${tag.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`}`)

await reader(site, async ({ page, does, until, json, shot }) => {
  const { dataSources } = await json('/api/site')
  const store = `/api/datasources/proxy/uid/${dataSources.find((d) => d.type === 'tempo').uid}/api`
  const window = { start: Math.floor(Number(begin / 1_000_000_000n)) - 60, end: Math.ceil(Date.now() / 1000) + 60 }
  const from = `from=${window.start * 1000}&to=${window.end * 1000}&refresh=`
  const finds = async (q) => ((await json(`${store}/search?${new URLSearchParams({ q, limit: 100, ...window })}`)).traces ?? []).map((t) => t.traceID.padStart(32, '0')).sort()
  const editor = page.getByRole('textbox', { name: 'TraceQL' })
  const written = async () => (await editor.innerText()).replaceAll('\u200b', '').trimEnd()
  const labels = () => page.locator('.cm-tooltip-autocomplete .cm-completionLabel').allTextContents()
  const begins = async (text) => {
    await editor.click()
    await page.keyboard.press('Escape')
    await page.keyboard.press('Control+a')
    await page.keyboard.press('Delete')
    await page.keyboard.type(text)
  }
  /** offered waits until the list has what it should have; one that came before its words is asked for again. */
  const offered = (what, want) => until(`${what}: ${JSON.stringify(want)}`, async () => {
    const now = await labels()
    if (JSON.stringify(now.toSorted()) === JSON.stringify(want.toSorted())) return true
    if (now.length === 0) await page.keyboard.press('Control+Space')
    return now
  })

  const answer = await fetch(`${otlp}/v1/traces`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ resourceSpans }) })
  assert.ok(answer.ok, `send spans: ${answer.status} ${await answer.text()}`)
  await until('the store has all of them', async () => (await finds('{ name = "made" }')).length === made.length || finds('{}'))

  await does('names are those of the store, each scope by its name, in quotes where they need them', async () => {
    await page.goto(`${site}/explore?type=traceql&q=&${from}`)
    await editor.waitFor()
    const { scopes } = await json(`${store}/v2/search/tags?${new URLSearchParams(window)}`)
    const want = scopes.flatMap((s) => s.tags.map((tag) => named(s.name, tag)))
    for (const name of ['span.odd.text', 'resource.odd.text', 'span."a key of words"', 'span."has \\"quotes\\""', 'span.k8s.io/name', 'duration', 'status']) assert.ok(want.includes(name), `${name} is among ${want}`)
    await begins('{ ')
    await offered('names', want)
    await shot('completion-names')
  })

  /** of are attributes, and what the made spans have of them. */
  const of = ['span.odd.text', 'resource.odd.text', 'span."a key of words"', 'span.k8s.io/name', 'span."has \\"quotes\\""', 'span.http.code', 'span.cached', 'span.share', 'resource.service.name']
  for (const name of of) await does(`values of ${name}, and what each finds`, async () => {
    const [, scope, rest] = /^(span|resource)\.(.*)$/.exec(name)
    const tag = rest.startsWith('"') ? JSON.parse(rest) : rest
    const side = scope === 'span' ? 'attributes' : 'resource'
    const { tagValues } = await json(`${store}/v2/search/tag/${encodeURIComponent(`${scope}.${tag}`)}/values?${new URLSearchParams(window)}`)
    const want = [...new Set(made.map((m) => m[side][tag]).filter((v) => v !== undefined))]
    assert.deepEqual(tagValues.map((v) => v.value).sort(), want.map(String).sort(), 'what the store has')
    for (const v of want) {
      await begins(`{ ${name} = `)
      await offered(`values of ${name}`, want.map(String))
      await page.locator('.cm-tooltip-autocomplete li').nth((await labels()).indexOf(String(v))).click()
      const q = `{ ${name} = ${typeof v === 'string' ? JSON.stringify(v) : v}}`
      await until(q, async () => (await written()).replace(/ ?}$/, '}') === q || written())
      await page.keyboard.press('Control+Enter')
      const ids = made.filter((m) => m[side][tag] === v).map((m) => m.id)
      assert.deepEqual(await finds(q), ids.toSorted(), `${q}, asked of the store`)
      const rows = page.getByRole('region', { name: 'Results' }).locator('tbody a')
      const seen = async () => [...new Set(await rows.evaluateAll((all) => all.map((a) => /trace\/([0-9a-f]+)/.exec(a.href)?.[1]).filter(Boolean)))].sort()
      await until(`${q} finds ${ids.length}`, async () => JSON.stringify(await seen()) === JSON.stringify(ids.toSorted()) || seen())
      await until('nothing is wrong with it', async () => (await page.locator('.fault').count()) === 0)
    }
  })
})
