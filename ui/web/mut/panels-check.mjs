/** What a reader does with panels, on synthetic views: points, drags, picks, sorts, reads by keys, takes them along. */
import { writeFileSync } from 'node:fs'
import { start, watched } from './chromium.mjs'
import { served } from './panels.mjs'

const site = await served()
const browser = await start()
const { page, faults } = await watched(browser, site.origin, { viewport: { width: 1420, height: 900 } })
page.setDefaultTimeout(Number(process.env.PATIENCE ?? 30_000))

function must(what, held) {
  if (!held) throw new Error(`it does not hold: ${what}`)
  console.log(`ok: ${what}`)
}
const panel = (title) => page.locator('section', { has: page.getByRole('heading', { name: title, exact: true }) })
const keep = async (title, path) => {
  const key = await panel(title).getAttribute('data-panel')
  const png = Buffer.from(await page.evaluate((key) => window.picture(key), key), 'base64')
  must(`a picture of ${title} is a PNG of some size`, png.subarray(1, 4).toString() === 'PNG' && png.length > 3000)
  if (process.env.SHOTS) writeFileSync(`${process.env.SHOTS}/${path}.png`, png)
}
const shot = (name) => (process.env.SHOTS ? page.screenshot({ path: `${process.env.SHOTS}/${name}.png` }).catch(() => undefined) : undefined)

try {
  await page.goto(`${site.origin}/?set=charts`)
  const load = panel('Legend as table')
  await load.locator('canvas').waitFor()
  const box = await load.locator('.u-over').boundingBox()
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
  const tip = page.locator('.tip')
  await tip.waitFor()
  const words = await tip.innerText()
  must('a pointer on a chart shows every series with its value and unit', ['p50', 'p90', 'p99'].every((n) => words.includes(n)) && (words.match(/ms/g) ?? []).length === 3)
  const lines = await page.locator('.u-cursor-x').evaluateAll((list) => list.filter((e) => !/-10px/.test(e.style.transform) && e.style.transform !== '').length)
  must('the crosshair stands on all charts', lines >= 8)
  await shot('tooltip')
  await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2)
  must('a click pins it', await page.locator('.tip.pinned').isVisible())
  await page.keyboard.press('Escape')
  must('Escape takes it away', (await page.locator('.tip.pinned').count()) === 0)

  await load.getByRole('button', { name: 'p90' }).click()
  const pressed = () => load.locator('td button').evaluateAll((list) => list.filter((b) => b.getAttribute('aria-pressed') === 'true').map((b) => b.title))
  must('a click on the legend leaves one series', (await pressed()).join() === 'p90')
  await load.getByRole('button', { name: 'p50' }).click({ modifiers: ['Control'] })
  must('a click with Ctrl adds one', (await pressed()).sort().join() === 'p50,p90')

  await panel('By value').locator('.plot').focus()
  await page.keyboard.press('End')
  await page.keyboard.press('ArrowLeft')
  must('arrow keys read the values', /a \d+(\.\d+)?%/.test(await panel('By value').locator('[aria-live]').innerText()))
  await page.keyboard.press('Escape')

  const dot = panel('Latency Breakdown').locator('a.dot').first()
  must('an exemplar leads to its trace', /\/trace\/[0-9a-f]{32}$/.test(await dot.getAttribute('href')))
  await keep('Latency Breakdown', 'png-chart')

  await panel('Hue').scrollIntoViewIfNeeded()
  const drag = await panel('Hue').locator('.u-over').boundingBox()
  await page.mouse.move(drag.x + 40, drag.y + 40)
  await page.mouse.down()
  await page.mouse.move(drag.x + 140, drag.y + 50, { steps: 3 })
  await page.mouse.up()
  await page.waitForFunction(() => /from=\d{13}&to=\d{13}/.test(location.search))
  must('a drag chooses the time range', true)

  await page.goto(`${site.origin}/?set=values`)
  const table = panel('Traces')
  await table.locator('tbody tr').first().waitFor()
  must('of 2000 rows only those in sight are there', (await table.locator('tbody tr').count()) < 60)
  await table.getByRole('button', { name: 'Sort by Duration' }).or(table.getByRole('button', { name: /^Duration/ })).first().focus()
  await page.keyboard.press('Enter')
  must('a header sorts by key', (await table.locator('th[aria-sort]:not([aria-sort=none])').count()) === 0)
  await table.getByRole('button', { name: 'Filter by Model' }).click()
  await page.getByRole('dialog', { name: 'Filter by Model' }).getByLabel('particlenet').check()
  must('a filter leaves the chosen rows', /^\d+ of 2000 rows/.test(await table.locator('.bar').innerText()))
  await page.keyboard.press('Escape')
  const text = page.getByRole('region', { name: 'Text', exact: true })
  await text.locator('svg').nth(2).waitFor() // the part of the page that makes text comes when it is needed
  must('the text has its icons, the logo and no picture of elsewhere', (await text.locator('svg').count()) === 3 && (await text.locator('img').count()) === 0 && (await text.innerText()).includes('A plan of the site'))
  must('its styles are applied', (await text.locator('div').first().evaluate((e) => e.style.display)) === 'flex')
  await keep('Areas', 'png-stat')
  await keep('Traces', 'png-table')

  await page.goto(`${site.origin}/?set=more`)
  const map = panel('Server Map (all pods in time window)')
  await map.locator('.node').first().waitFor()
  await map.locator('[data-node=s2]').focus()
  must('a node lights its neighbours', (await map.locator('.node.dim').count()) === 5)
  await shot('graph')
  await page.keyboard.press('Enter')
  const menu = page.locator('.menu[popover]')
  must('Enter opens the menu of links', (await menu.getByRole('link').allInnerTexts()).join() === 'Request rate,Request histogram,Failed request rate,View traces')
  await shot('menu')
  await page.keyboard.press('Escape')
  await map.getByRole('button', { name: 'Grid' }).click()
  must('the layout can be a grid', (await map.getByRole('button', { name: 'Grid' }).getAttribute('aria-pressed')) === 'true')
  await keep('Server Map (all pods in time window)', 'png-graph')
  await keep('States of servers', 'png-states')
  await page.mouse.move(0, 0)
  await panel('Latency of requests').scrollIntoViewIfNeeded()
  const heat = await panel('Latency of requests').locator('canvas').boundingBox()
  await page.mouse.move(heat.x + heat.width / 2, heat.y + heat.height / 3)
  await page.locator('.tip').waitFor()
  must('a cell of a heat map says its bounds', /\d ms to \d+ ms/.test(await page.locator('.tip').innerText()))
  must('nothing left the site and nothing was refused', faults.length === 0)
} catch (error) {
  console.error(`FAILED  ${error.message}`, faults)
  await shot('failure')
  process.exitCode = 1
} finally {
  await browser.close()
  site.close()
}
