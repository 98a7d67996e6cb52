/**
 * Every page at every width from a phone to a wall: nothing scrolls sideways, the header
 * has one or two lines, no control lies over another, no words of a control are cut.
 *
 *   SITE_URL=http://127.0.0.1:3000 TRACE=... node e2e/widths.mjs
 */
import assert from 'node:assert/strict'
import { faults } from './laid.mjs'
import { reader } from './reader.mjs'

const site = (process.env.SITE_URL ?? 'http://127.0.0.1:3000').replace(/\/$/, '')
const widths = [360, 480, 600, 640, 760, 800, 960, 1024, 1100, 1200, 1280, 1301, 1440, 1920, 3840]
const absolute = `from=${Date.UTC(2026, 0, 31, 10)}&to=${Date.UTC(2026, 0, 31, 12)}`
const pages = ['?refresh=', `explore?${absolute}`, 'explore?type=promql&q=up', `trace/${process.env.TRACE}`, `trace/${process.env.TRACE}/compare/${process.env.TRACE}`, 'map', 'latency', 'dashboards', 'status', 'trace/upload',
  'd/kept/x?editview=versions', 'd/kept/x?refresh=&editPanel=1', 'login']

await reader(site, async ({ page, does, json, quiet, shot, faults: failed }) => {
  page.setDefaultTimeout(60_000)
  await json('api/dashboards/save', { model: { uid: 'kept', title: 'A dashboard with a rather long name of a night shift', panels: [{ id: 1, type: 'stat', title: 'Servers', gridPos: { x: 0, y: 0, w: 6, h: 4 }, targets: [{ refId: 'A', expr: 'up' }] }] }, version: 0, message: 'the first', copy: false })
  for (const path of pages) {
    await does(`every width of /${path}`, async () => {
      await page.setViewportSize({ width: 1280, height: 900 })
      await page.goto(`${site}/${path}`)
      await page.locator('main h1, main h2, main h3, main form, main [data-panel], main section, main .notice').first().waitFor()
      await quiet()
      const bad = []
      for (const width of widths) {
        await page.setViewportSize({ width, height: width < 700 ? 740 : 900 })
        await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))
        for (const fault of await page.evaluate(faults)) bad.push(`${width}: ${fault}`)
        if (process.env.SHOTS) await shot(`w-${path.replaceAll(/\W+/g, '-').slice(0, 24)}-${width}`)
      }
      assert.deepEqual(bad, [])
    })
  }
  failed.splice(0, failed.length, ...failed.filter((f) => !/404|502/.test(f)))
}, { timezoneId: 'UTC' })
