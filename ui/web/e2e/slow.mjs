/**
 * Twelve panels of which the first six ask queries that take until CONTROL is asked: the
 * others are drawn before, and those that are slow come at last.
 *
 *   SITE_URL=http://127.0.0.1:3000 CONTROL=http://127.0.0.1:1 node e2e/slow.mjs   (ui/browser_test.go)
 */
import assert from 'node:assert/strict'
import { reader } from './reader.mjs'

const site = (process.env.SITE_URL ?? 'http://127.0.0.1:3000').replace(/\/$/, '')
const panels = Array.from({ length: 12 }, (_, i) => ({ id: i + 1, type: 'stat', title: `${i < 6 ? 'Slow' : 'Quick'} ${i}`, gridPos: { x: (i % 6) * 4, y: i < 6 ? 0 : 4, w: 4, h: 4 }, targets: [{ refId: 'A', instant: true, expr: `${i < 6 ? 'slow' : 'quick'}_${i}` }] }))

await reader(site, async ({ page, does, json, until, textOf, shot }) => {
  await json('api/dashboards/save', { model: { uid: 'slow', title: 'Half of it is slow', panels }, version: 0, message: '', copy: false })
  const drawn = async (name) => (await Promise.all(panels.filter((p) => p.title.startsWith(name)).map((p) => textOf(p.title)))).filter((t) => t.includes('7')).length

  await does('what is quick is drawn while six slow queries are under way', async () => {
    await page.goto(`${site}/d/slow/x?refresh=`)
    await page.locator('[data-panel]').first().waitFor()
    await until('the quick ones', async () => (await drawn('Quick')) === 6)
    assert.equal(await drawn('Slow'), 0)
    await shot('slow')
  })

  await does('the rest of the page answers meanwhile', () => page.evaluate(() => fetch('/api/units').then((r) => r.json())))

  await does('the slow ones come', async () => {
    await fetch(process.env.CONTROL)
    await until('all of them', async () => (await drawn('Slow')) === 6)
  })
})
