/** Charts of one site in the panel editor: what the scripts of options of charts share. */
import assert from 'node:assert/strict'
import { drawnOn, near, remembers, rgb, rowOf } from './drawn.mjs'
import { editing } from './editing.mjs'
import { open, patience, site } from './reader.mjs'

export const { page, does, quiet, shot, json, reads, until } = await open(site)
await remembers(page)
export const to = Math.floor(Date.now() / 3600e3) * 3600e3
export const from = to - 3600e3
export const step = 60 // seconds, as the panels' smallest interval says
export const values = { high: 80, low: 20, mid: 50 }
export const colours = { high: rgb('#73bf69'), low: rgb('#f2cc0c'), mid: rgb('#5794f2') } // the classic palette, in the order of the names
export const [red, green] = [rgb('#f2495c'), rgb('#73bf69')]
const chart = (id, expr) => ({ id, type: 'timeseries', title: 'Chart', gridPos: { x: 0, y: 0, w: 24, h: 10 }, interval: `${step}s`, targets: [{ refId: 'A', expr, range: true, legendFormat: '{{name}}' }] })
export const { uid } = await json('api/dashboards/save', { model: { title: 'Options', schemaVersion: 41, panels: [chart(1, 'steady'), chart(2, 'waves')], templating: { list: [] } }, version: 0, message: '', copy: true })
const { dataSources } = await json('api/site')
const store = `api/datasources/proxy/uid/${dataSources.find((d) => d.type === 'prometheus').uid}/api/v1`
/** waves are the values of each wave by their times, as the store itself has them. */
export const waves = new Map((await json(`${store}/query_range?${new URLSearchParams({ query: 'waves', start: from / 1000, end: to / 1000, step })}`)).data.result.map((s) => [s.metric.name, new Map(s.values.map(([t, v]) => [t * 1000, Number(v)]))]))

export const preview = page.locator('.preview [data-panel]')
export const { unfold, put, set, tab, overrides } = editing(page)
export const drawn = (numberOf) => drawnOn(page, preview, numberOf)
/** shows tries what has to be seen until it is, for a while. */
export const shows = async (look, numberOf) => {
  const end = Date.now() + patience
  for (;;) {
    await quiet()
    try {
      return await look(await drawn(numberOf))
    } catch (error) {
      if (Date.now() > end) throw error
      await page.waitForTimeout(100)
    }
  }
}
/** linesAt: each line stands where the labels of the axis have its value. */
export const linesAt = (d, want, side) => {
  for (const [name, value] of Object.entries(want)) near(rowOf(d, 300, colours[name]), d.yOf(value, side), 2, `the row of ${name} (${value})`)
}
export const labels = (d, side = 'left') => d.axis(side).map((l) => l.text)
export const legend = () => preview.locator('.legend')
export const legendRows = () => legend().locator('tbody tr').evaluateAll((all) => Object.fromEntries(all.map((tr) => [tr.cells[0].innerText.trim(), [...tr.cells].slice(1).map((c) => c.innerText)])))

export async function edits(id) {
  await page.goto(`${site}/d/${uid}/x?editPanel=${id}&from=${from}&to=${to}&timezone=utc&refresh=`)
  await preview.locator('canvas').waitFor()
  await quiet()
}
/** changes does something with a fresh editor of the steady lines, or of the waves. */
export const changes = (what, how, id = 1) => does(what, async () => {
  await edits(id)
  await how()
  await shot(what.replaceAll(/\W+/g, '-').slice(0, 40))
})
