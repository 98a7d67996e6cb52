/**
 * The largest answer that a panel may have, 100 series of 10,000 points, in Chromium:
 * what it costs to read it in one piece and in frames, and that frames are what the
 * page asks for.
 *
 *   SITE_URL=http://127.0.0.1:3000 node e2e/largest.mjs
 */
import assert from 'node:assert/strict'
import { reader } from './reader.mjs'

const site = (process.env.SITE_URL ?? 'http://127.0.0.1:3000').replace(/\/$/, '')
const model = { id: 1, type: 'timeseries', title: 'All of it', maxDataPoints: 10_000, interval: '1s', gridPos: { x: 0, y: 0, w: 24, h: 12 }, targets: [{ refId: 'A', expr: 'load', interval: '1s' }], options: { legend: { showLegend: false } } }
const to = Date.UTC(2026, 0, 31, 12)

await reader(site, async ({ page, does, json, quiet, shot, until }) => {
  await json('api/dashboards/save', { model: { uid: 'largest', title: 'The largest', panels: [model], time: { from: String(to - 9_990_000), to: String(to) } }, version: 0, message: '', copy: false })
  const question = { dashboard: 'largest', panel: 1, from: String(to - 9_990_000), to: String(to), nowMs: to, width: 1200, height: 400, vars: {}, filters: [], scoped: {}, light: false, utc: true, zone: 'UTC', frame: '', table: false, model: null, variables: null }

  await does('the answer has its values, and no reading of a frame takes long', async () => {
    await page.goto(`${site}/login`)
    const cost = await page.evaluate(async ({ question, url }) => {
      const ask = async (accept) => {
        const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json', accept }, body: JSON.stringify(question) })
        return [answer.headers.get('content-type'), await answer.text()]
      }
      const [, whole] = await ask('application/json')
      let began = performance.now()
      const all = JSON.parse(whole)
      const wholeMs = performance.now() - began
      const [kind, frames] = await ask('application/x-ndjson')
      const each = frames.trim().split('\n').map((line) => {
        began = performance.now()
        const frame = JSON.parse(line)
        return { ms: performance.now() - began, values: frame.values?.length ?? 0 }
      })
      return { kind, lines: all.chart.lines.length, points: all.chart.lines[0].values.length, wholeMs, wholeBytes: whole.length, frameMs: each.map((e) => e.ms).sort((a, b) => a - b)[each.length >> 1], values: each.reduce((n, e) => n + e.values, 0) }
    }, { question, url: `${site}/api/panel` })
    console.log(JSON.stringify(cost))
    assert.equal(cost.kind, 'application/x-ndjson')
    assert.equal(cost.lines, 100)
    assert.ok(cost.points > 9_000, `${cost.points} points`)
    assert.equal(cost.values, cost.lines * cost.points)
    assert.ok(cost.frameMs < cost.wholeMs / 5, 'a frame in the middle is a small part of the whole')
  })

  await does('the page asks for frames and draws them', async () => {
    const answer = page.waitForResponse((r) => r.url().endsWith('/api/panel'))
    await page.goto(`${site}/d/largest/x?refresh=`)
    assert.equal((await answer).headers()['content-type'], 'application/x-ndjson')
    await page.locator('[data-panel] canvas').waitFor()
    await quiet()
    await until('the last values are said', async () => {
      await page.locator('[data-panel] .plot').first().focus()
      await page.keyboard.press('End')
      const said = await page.locator('[data-panel] [aria-live]').first().innerText()
      return /triton-\d+"} [\d.]+/.test(said) || said.slice(0, 200)
    })
    await shot('largest')
  })
}, { timezoneId: 'UTC' })
