/**
 * What each key of a data source's provisioning changes on the page, in Chromium:
 *
 *   ON=url OFF=url NOTLS=url SITE_URL=$ON node e2e/sources.mjs
 *
 * ON is a page of the documentation's file as it is (stores behind certificates that
 * nobody signed), OFF one with the other value of every key but tlsSkipVerify, NOTLS
 * one with tlsSkipVerify: false and no serviceMap. e2e/seedkeys_test.go makes them.
 */
import assert from 'node:assert/strict'
import { reader } from './reader.mjs'

const { ON: on, OFF: off, NOTLS: noTLS } = process.env

for (const [site, want] of [
  [on, { who: '1', step: '5', server: 'server-of-prometheus', graph: 1 }],
  [off, { who: '2', step: '15', server: 'server-of-other', graph: 0 }],
]) {
  await reader(site, async ({ page, does, until, quiet, textOf, panel, json, shot }) => {
    const name = site === on ? 'as documented' : 'with the other values'
    await page.goto(`${site}/d/keys/x?refresh=`)
    await panel('Calls').waitFor()
    await quiet()
    await does(`${name}: isDefault is who answers a panel that names nobody`, () => until('the value', async () => (await textOf('Who')) === want.who || textOf('Who')))
    await does(`${name}: timeInterval is the smallest step`, () => until('the value', async () => (await textOf('Step')) === want.step || textOf('Step')))
    await does(`${name}: serviceMap.datasourceUid is where the graph comes from`, async () => {
      await panel('Calls').locator('[data-node]').first().waitFor()
      const nodes = await panel('Calls').locator('[data-node]').evaluateAll((all) => all.map((e) => e.getAttribute('aria-label') ?? e.textContent))
      assert.ok(nodes.some((n) => n.includes(want.server)), `${nodes}`)
    })
    await does(`${name}: nodeGraph.enabled puts a graph above a trace`, async () => {
      const { traces } = await json(`${site}/api/traces/search?limit=1`)
      await page.goto(`${site}/trace/${traces[0].id}`)
      await page.getByRole('tree', { name: 'Spans of the trace' }).waitFor()
      const graphs = page.getByRole('region', { name: 'Node graph' })
      await until(`${want.graph} graphs`, async () => (await graphs.count()) === want.graph || graphs.count())
    })
    await shot(`keys-${want.who}`)
  })
}

await reader(noTLS, async ({ page, does, panel, textOf, until, quiet, shot, faults }) => {
  await page.goto(`${noTLS}/d/keys/x?refresh=`)
  await panel('Calls').waitFor()
  await quiet()
  await does('tlsSkipVerify: false refuses a certificate that nobody signed, and says the next step', async () => {
    await until('the panel says it', async () => /certificate/.test(await textOf('Step')) || textOf('Step'))
    assert.match(await textOf('Step'), /tlsSkipVerify/)
    await page.goto(`${noTLS}/trace/00000000000000000000000000000001`)
    await page.getByText(/certificate/).first().waitFor()
    await page.goto(`${noTLS}/d/keys/x?refresh=`)
    await panel('Calls').waitFor()
    await quiet()
  })
  await does('a source that needs no certificate is drawn beside it', () => until('the value', async () => (await textOf('Other')) === '2' || textOf('Other')))
  await does('without serviceMap the panel says which key is missing', async () => {
    await until('the panel says it', async () => /serviceMap\.datasourceUid/.test(await textOf('Calls')) || textOf('Calls'))
  })
  await shot('keys-tls')
  void faults
})
