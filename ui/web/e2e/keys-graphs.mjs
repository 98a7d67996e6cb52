/**
 * Graphs that are moved and zoomed by keys, in Chromium: the map, and a node graph of a
 * dashboard. What is shown whole at first is so again at the end.
 *
 *   SITE_URL=http://127.0.0.1:3000 node e2e/keys-graphs.mjs
 */
import assert from 'node:assert/strict'
import { keyboard } from './keyboard.mjs'
import { open, site } from './reader.mjs'

const { page, does, until, quiet, shot, json, reads } = await open(site)
const { press, to } = keyboard(page, until)
const { dataSources } = await json('api/site')
const tempo = { type: 'tempo', uid: dataSources.find((d) => d.type === 'tempo').uid }
const panels = [{ id: 1, type: 'nodeGraph', title: 'Calls', gridPos: { x: 0, y: 0, w: 24, h: 12 }, targets: [{ refId: 'A', datasource: tempo, queryType: 'serviceMap' }] }]
const { uid } = await json('api/dashboards/save', { model: { title: 'Calls', schemaVersion: 41, panels, templating: { list: [] } }, version: 0, message: '', copy: true })

/** moves takes a graph, of which a node has the focus, through its keys. */
const moves = async (graph) => {
  const at = () => graph.locator('g[transform]').first().getAttribute('transform').then((t) => t.match(/-?[\d.]+(e-?\d+)?/g).map(Number))
  const goes = async (key, how) => {
    const was = await at()
    await press(key)
    await until(`${key} changes the view`, async () => how(await at(), was) || [was, await at()])
  }
  const near = (a, b) => Math.abs(a - b) < 1e-6
  const whole = await at()
  const scrolled = await page.evaluate(() => scrollY)
  await goes('Shift+ArrowRight', (is, was) => near(is[0], was[0] - 60) && near(is[1], was[1]))
  await goes('Shift+ArrowDown', (is, was) => near(is[0], was[0]) && near(is[1], was[1] - 60))
  await goes('Shift+ArrowLeft', (is, was) => near(is[0], was[0] + 60))
  await goes('Shift+ArrowUp', (is, was) => near(is[1], was[1] + 60))
  assert.ok((await at()).every((v, i) => near(v, whole[i])), 'there and back')
  await goes('+', (is, was) => near(is[2], was[2] * 1.3))
  await goes('Shift+ArrowRight', (is, was) => near(is[0], was[0] - 60))
  await goes('-', (is, was) => near(is[2], was[2] / 1.3))
  await goes('0', (is) => is.every((v, i) => near(v, whole[i])))
  assert.equal(await page.evaluate(() => scrollY), scrolled, 'the page stays where it is')
}

await reads(async () => {
  await does('the map', async () => {
    await page.goto(`${site}/map?refresh=`)
    await page.locator('[data-node]').first().waitFor()
    await to(/^server /)
    await moves(page.getByRole('group', { name: /^Map/ }))
    await shot('map-by-keys')
  })

  await does('a node graph', async () => {
    await page.goto(`${site}/d/${uid}/x?refresh=`)
    const graph = page.getByRole('group', { name: /\d nodes/ })
    await graph.locator('[data-node]').first().waitFor()
    await quiet()
    await until('a node has the focus', async () => {
      await page.keyboard.press('Tab')
      return page.evaluate(() => document.activeElement?.dataset?.node !== undefined)
    })
    await moves(graph)
    await shot('node-graph-by-keys')
  })
})
