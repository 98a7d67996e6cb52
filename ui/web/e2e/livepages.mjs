/**
 * Every page of a live site, in Chromium: in dark and in light colours axe finds nothing
 * serious, on a phone and on a wall nothing lies wrong, in a kiosk there are the figures alone.
 *
 *   SITE_URL=http://127.0.0.1:3000 TO=… node e2e/livepages.mjs
 *
 * TO is a time from which nothing comes any more, in Unix milliseconds.
 */
import assert from 'node:assert/strict'
import { faults } from './laid.mjs'
import { reader, site } from './reader.mjs'

const to = Number(process.env.TO ?? Date.now() - 15_000)
const window = `from=${to - 60_000}&to=${to}&refresh=`

await reader(site, async ({ page, does, until, quiet, json, promql, sound, shot }) => {
  const { traces: [a, b] } = await json(`/api/traces/search?limit=2&from=${to - 60_000}&to=${to}&q=${encodeURIComponent('{ name = "compute" }')}`)
  /** pages are the path of each, and what is there once it has its figures. */
  const pages = {
    'the home dashboard': [`?${window}`, '[data-panel] canvas'],
    dashboards: ['dashboards', 'main a[href*="/d/"]'],
    TraceQL: [`explore?type=traceql&q=${encodeURIComponent('{ name = "ingress" }')}&${window}`, '[aria-label="Results"] tbody tr'],
    PromQL: [`explore?type=promql&q=${encodeURIComponent('sum by (server, code) (rate(supersonic_gateway_requests_total[20s]))')}&${window}`, '[aria-label="Results"] canvas'],
    'the service graph': [`explore?type=serviceMap&${window}`, '[data-node]'],
    'a trace': [`trace/${a.id}`, '[role="treeitem"]'],
    'two traces': [`trace/${a.id}/compare/${b.id}`, '[data-step]'],
    latencies: [`latency?${window}`, '[aria-label="Numbers"] tr[data-row]'],
    'the map': [`map?${window}`, '[data-model]'],
    'the status': ['status', '[data-role]'],
  }
  const frames = () => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
  for (const [what, [path, ready]] of Object.entries(pages)) await does(`${what}: in both colours, on a phone and on a wall`, async () => {
    await page.setViewportSize({ width: 1440, height: 900 })
    await page.emulateMedia({ colorScheme: 'dark' })
    await page.goto(`${site}/${path}`)
    await page.locator(ready).first().waitFor()
    await quiet()
    await sound(`${what}, dark`)
    await page.emulateMedia({ colorScheme: 'light' })
    await quiet() // panels ask for their colours anew
    await sound(`${what}, light`, ['color-contrast'])
    for (const [width, height] of [[360, 740], [2560, 1440]]) {
      await page.setViewportSize({ width, height })
      await frames()
      assert.deepEqual(await page.evaluate(faults), [], `${what} at ${width} px`)
      await shot(`${what.replaceAll(' ', '-')}-${width}`)
    }
  })

  await does('a kiosk on a wall: the figures alone', async () => {
    await page.goto(`${site}/?${window}&kiosk`)
    const [{ value: [, servers] }] = await promql('count(count by (pod) (nv_inference_count))', to / 1000)
    const stat = page.locator('[data-panel]', { has: page.getByRole('heading', { name: 'Triton servers', exact: true }) }).first().locator('.body')
    await until(`${servers} servers`, async () => (await stat.innerText()).trim() === servers || stat.innerText())
    assert.deepEqual([await page.getByRole('navigation').count(), await page.getByRole('button', { name: /^Time range/ }).count(), await page.evaluate(faults)], [0, 0, []])
  })
}, { timezoneId: 'UTC' })
