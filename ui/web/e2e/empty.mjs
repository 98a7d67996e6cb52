/**
 * A site to which no request came, or whose stores are switched off, in Chromium: each
 * page says what is missing and what to do next.
 *
 *   SITE_URL=http://127.0.0.1:3000 LACKS="tempo prometheus" node e2e/empty.mjs
 *
 * LACKS names the stores that are off; without it the site has all and no request.
 */
import { reader, site } from './reader.mjs'

const lacks = (process.env.LACKS ?? '').split(' ').filter(Boolean)
const nothing = /This site has no data source for such a query .*The Status page tells what is switched off; else add one of type tempo or prometheus/
const off = { tempo: /this site has no trace store tempo\.enabled is switched off: switch it on, or add a data source of type tempo/, prometheus: /this site has no Prometheus prometheus\.enabled is switched off: switch it on, or add a data source of type prometheus/ }
/** pages with what they say of a site without a request, or without a store. */
const pages = [
  { path: '', of: 'prometheus', empty: /Failures per second No data in this time range: widen it, send a request, or look at the query in Explore/, off: /Failures per second there is no data source "prometheus" .*the Status page tells what is switched off; else add it under grafana\.datasources/ },
  { path: 'map', of: 'prometheus', empty: /No inference call in this window Send an inference request to the gateway.* supersonic-triton-0/, off: off.prometheus },
  { path: 'explore?type=promql&q=nv_nothing', of: 'prometheus', empty: /No series The query is well formed and nothing in this time range fits it/, off: nothing },
  { path: 'explore?type=serviceMap', of: 'tempo', empty: /No edge in this time range .*send requests/, off: nothing },
  { path: 'explore', of: 'tempo', empty: /No trace fits Send a request to the gateway.*sampling rate/, off: nothing },
  { path: 'latency', of: 'tempo', empty: /No request of this time and filter is stored\. Send requests with envoy\.tracing_sampling_rate above 0/, off: off.tempo },
]

await reader(site, async ({ page, does, until, sound, narrow, shot }) => {
  const main = async () => (await page.getByRole('main').innerText()).replace(/\s+/g, ' ')
  const says = (what) => until(`${what}`, async () => what.test(await main()) || main())
  const shown = lacks.length === 0 ? pages : pages.filter((p) => lacks.includes(p.of))

  for (const { path, empty, off } of shown) {
    await does(`/${path} of a site ${lacks.length ? `without ${lacks.join(' and ')}` : 'to which no request came'}`, async () => {
      await page.goto(`${site}/${path}`)
      await says(lacks.length ? off : empty)
      await shot(`empty-${lacks.join('-')}-${path.replaceAll(/\W+/g, '-')}`)
      await sound(`/${path} with nothing in it`)
      await page.setViewportSize({ width: 360, height: 740 })
      await narrow(`/${path} with nothing in it`)
      await shot(`empty-${lacks.join('-')}-${path.replaceAll(/\W+/g, '-')}-phone`)
      await page.setViewportSize({ width: 1440, height: 900 })
    })
  }
  await does('Status says what is switched off, or that all is well', async () => {
    await page.goto(`${site}/status`)
    await says(/Every role answers\./)
    for (const part of lacks) await says(new RegExp(`${part}\\.enabled is switched off: No (trace|metrics) store: .*`))
    if (lacks.length === 0) await says(/Not measured: no sampled request has come yet/)
  })
})
