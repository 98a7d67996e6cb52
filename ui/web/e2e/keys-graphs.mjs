/**
 * Graphs that are moved and zoomed by keys, by their buttons and by the mouse, in Chromium:
 * the map, and a node graph of a dashboard. What is shown whole at first is so again at the end.
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

const near = (a, b) => Math.abs(a - b) < 1e-6 * Math.max(1, Math.abs(b))
const placeOf = (graph) => graph.locator('g[transform]').first().getAttribute('transform').then((t) => t.match(/-?[\d.]+(e-?\d+)?/g).map(Number))

/** zooms takes it through its buttons, the wheel and a drag. */
const zooms = async (graph, button) => {
  const at = () => placeOf(graph)
  const box = await graph.boundingBox()
  const inside = async () => (await graph.locator('[data-node]').evaluateAll((all) => all.map((n) => n.getBoundingClientRect().toJSON()))).every((n) => n.left >= box.x - 1 && n.right <= box.x + box.width + 1 && n.top >= box.y - 1 && n.bottom <= box.y + box.height + 1)
  const whole = await at()
  assert.ok(await inside(), 'all nodes are seen')
  /** about is where a point of the picture stays while it grows. */
  const about = (was, by, x, y) => [x - (x - was[0]) * by, y - (y - was[1]) * by, was[2] * by]
  const becomes = (what, want) => until(what, async () => {
    const now = await at()
    return now.every((v, i) => near(v, want[i])) || [now, want]
  })
  const centre = [box.width / 2, box.height / 2]
  await button('Zoom in').click()
  await becomes('larger, about the middle', about(whole, 1.3, ...centre))
  await button('Zoom in').click()
  await becomes('larger still', about(whole, 1.69, ...centre))
  await button('Zoom out').click()
  await becomes('smaller again', about(whole, 1.3, ...centre))
  const free = { x: box.x + 4, y: box.y + 4 } // where no node is
  await page.mouse.move(free.x, free.y)
  await page.mouse.down()
  await page.mouse.move(free.x + 50, free.y + 30, { steps: 4 })
  await page.mouse.up()
  const moved = about(whole, 1.3, ...centre).map((v, i) => v + [50, 30, 0][i])
  await becomes('dragged', moved)
  await page.keyboard.down('Control')
  await page.mouse.wheel(0, -100)
  await page.keyboard.up('Control')
  await until('the wheel with Ctrl makes it larger, about the pointer', async () => {
    const now = await at()
    const by = now[2] / moved[2]
    return (by > 1.05 && now.every((v, i) => Math.abs(v - about(moved, by, 54, 34)[i]) < 4)) || [now, moved]
  })
  await button('Fit').click()
  await becomes('whole again', whole)
  assert.ok(await inside(), 'all nodes are seen again')
}

/** moves takes a graph, of which a node has the focus, through its keys. */
const moves = async (graph) => {
  const at = () => placeOf(graph)
  const goes = async (key, how) => {
    const was = await at()
    await press(key)
    await until(`${key} changes the view`, async () => how(await at(), was) || [was, await at()])
  }
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
    await zooms(page.getByRole('group', { name: /^Map/ }), (name) => page.getByRole('region', { name: 'Gateways and servers' }).getByRole('button', { name, exact: true }))
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
    await zooms(graph, (name) => page.locator('[data-panel]').getByRole('button', { name, exact: true }))
    await shot('node-graph-by-keys')
  })
})
