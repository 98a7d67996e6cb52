/**
 * Twelve panels over three hours of a site with 20 servers, in Chromium: how long they
 * take to be drawn once their data is there, and whether other ranges of them leave
 * anything behind.
 *
 *   SITE_URL=http://127.0.0.1:3000 TURNS=200 node e2e/ranges.mjs   (the site of ui/pagebench_test.go)
 *
 * prints one line of JSON: milliseconds from the last answer to the last picture, by the
 * clock and of the page's own thread, of each of five refreshes; the heap after half of
 * the turns and after all, all rubbish gone (KiB), and what grew a turn. It fails if that is
 * 10 KiB or more: a clock has no say in it.
 */
import assert from 'node:assert/strict'
import { reader, site } from './reader.mjs'

const turns = Number(process.env.TURNS ?? 60)
const kinds = ['timeseries', 'timeseries', 'timeseries', 'stat', 'bargauge', 'table', 'timeseries', 'state-timeline', 'gauge', 'timeseries', 'histogram', 'heatmap']
const metrics = ['supersonic_gateway_requests_total', 'supersonic_gateway_request_duration_seconds_sum', 'supersonic_gateway_upstream_duration_seconds_sum']
const panels = kinds.map((type, i) => ({
  id: i + 1, type, title: `${type} ${i}`, gridPos: { x: (i % 4) * 6, y: Math.floor(i / 4) * 8, w: 6, h: 8 },
  targets: [{ refId: 'A', expr: `sum by (server) (rate(${metrics[i % 3]}[1m]))`, legendFormat: '{{server}}' }],
}))

await reader(site, async ({ page, context, does, until, quiet, chord, json, panel, shot }) => {
  const session = await context.newCDPSession(page)
  await session.send('Performance.enable', { timeDomain: 'threadTicks' })
  const metric = async (name) => (await session.send('Performance.getMetrics')).metrics.find((m) => m.name === name).value
  /** heap is what is held, in KiB, and the nodes of the document. */
  const heap = async () => {
    await page.mouse.move(5, 5)
    for (let i = 0; i < 3; i++) await session.send('HeapProfiler.collectGarbage')
    return { KiB: Math.round((await metric('JSHeapUsedSize')) / 1024), nodes: await metric('Nodes') }
  }
  await json('api/dashboards/save', { model: { uid: 'ranges', title: 'Twelve', panels }, version: 0, message: '', copy: false })
  await page.setViewportSize({ width: 1440, height: 1100 })
  const out = { drawnMs: [], threadMs: [] }

  await does('twelve panels over three hours of 20 servers are drawn', async () => {
    await page.goto(`${site}/d/ranges/x?from=now-3h&to=now&refresh=`)
    await panel('timeseries 0').locator('canvas').waitFor()
    await quiet()
    assert.equal(await page.locator('[data-panel]').count(), 12)
    assert.equal(await page.locator('[data-panel] [role="alert"]').count(), 0)
    assert.match(await panel('timeseries 0').innerText(), /supersonic-triton-19/)
    await shot('twelve')
    for (let i = 0; i < 5; i++) {
      const before = await metric('TaskDuration')
      out.drawnMs.push(await page.evaluate(async () => {
        const real = window.fetch
        let [under, last] = [0, 0]
        window.fetch = async (...args) => {
          under++
          const answer = await real(...args)
          await answer.clone().arrayBuffer()
          under--
          last = performance.now()
          return answer
        }
        document.querySelector('[aria-label="Refresh"]').click()
        const frame = () => new Promise((go) => requestAnimationFrame(go))
        for (await frame(), await frame(); under > 0 || document.querySelector('[data-panel][aria-busy="true"]'); ) await frame()
        for (let n = 0; n < 3; n++) await frame()
        window.fetch = real
        return Math.round(performance.now() - last)
      }))
      out.threadMs.push(Math.round(((await metric('TaskDuration')) - before) * 1000))
    }
  })

  await does('other ranges of them leave nothing behind', async () => {
    const turn = async (n) => {
      for (let i = 0; i < n; i++) {
        await chord('t', i % 2 ? 'ArrowRight' : 'ArrowLeft')
        if (i % 4 === 3) await quiet()
      }
      await quiet()
    }
    await turn(20) // what is loaded once is loaded
    await turn(turns / 2)
    const half = await heap()
    await turn(turns / 2)
    const whole = await heap()
    Object.assign(out, { turns, half, whole, KiBaTurn: Number(((whole.KiB - half.KiB) / (turns / 2)).toFixed(1)) })
    assert.ok(out.KiBaTurn < 10, `${out.KiBaTurn} KiB stay of each range: ${JSON.stringify(out)}`)
    assert.ok(whole.nodes - half.nodes < turns / 2, `nodes stay: ${JSON.stringify(out)}`)
  })
  console.log(JSON.stringify(out))
})
