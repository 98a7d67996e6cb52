/** The page, the store's own answers and the dashboard of transform.mjs, and what it does with their editor. */
import { editing } from './editing.mjs'
import { keyboard } from './keyboard.mjs'
import { open, site } from './reader.mjs'

export const { page, does, until, quiet, sound, shot, narrow, json, promql, reads } = await open(site, { inOrder: true })
export const { focused, press, to, back, here, write } = keyboard(page, until)

export const unknown = { id: 'spatial', options: { action: 'prepare', source: { mode: 'auto' } } }
export const instant = (refId, expr) => ({ refId, expr, instant: true, range: false, format: 'table' })
export const model = {
  uid: 'shares', title: 'Shares', time: { from: 'now-30m', to: 'now' }, panels: [{
    id: 1, type: 'table', title: 'Failed requests', gridPos: { x: 0, y: 0, w: 24, h: 10 }, fieldConfig: { defaults: { decimals: 4 }, overrides: [] },
    targets: [instant('A', 'requests'), instant('B', 'failures')], transformations: [unknown],
  }, {
    id: 2, type: 'table', title: 'Load', gridPos: { x: 0, y: 10, w: 24, h: 10 }, fieldConfig: { defaults: { decimals: 4 }, overrides: [] }, targets: [{ refId: 'A', expr: 'load', legendFormat: '{{pod}}' }],
  }, {
    id: 3, type: 'table', title: 'Failures', gridPos: { x: 0, y: 20, w: 24, h: 10 }, fieldConfig: { defaults: { decimals: 4 }, overrides: [] }, targets: [instant('A', 'failures')],
  }, {
    id: 4, type: 'table', title: 'Series', gridPos: { x: 0, y: 30, w: 24, h: 10 }, fieldConfig: { defaults: { decimals: 4 }, overrides: [] },
    targets: [{ ...instant('A', 'requests'), format: 'time_series', legendFormat: '{{pod}} {{model}}' }, { ...instant('B', 'failures'), format: 'time_series' }],
  }],
}
export const { dataSources } = await json('api/site')
export const store = `api/datasources/proxy/uid/${dataSources.find((d) => d.type === 'prometheus').uid}/api/v1`

const editor = editing(page)
export const { saves } = editor
export const preview = () => page.locator('.preview [data-panel]')
export const texts = (selector) => preview().locator(selector).allInnerTexts().then((all) => all.map((t) => t.trim()))
export const table = async () => {
  const head = await texts('thead th')
  const cells = await texts('tbody td')
  return [head, ...Array.from({ length: head.length ? cells.length / head.length : 0 }, (_, i) => cells.slice(i * head.length, (i + 1) * head.length))]
}
/** shows waits until the preview's table is as it was computed. */
export const shows = (what, want) => until(what, async () => {
  const now = await table()
  return JSON.stringify(now) === JSON.stringify(want) || now
})
export const region = () => page.getByRole('region', { name: 'Transformations' })
export const cards = () => region().getByRole('article')
export const card = (name) => region().getByRole('article', { name: new RegExp(`^${name}`) })
export const control = (role, name) => region().getByRole(role, { name, exact: typeof name === 'string' })
export const choose = (label, typed) => editor.choose(region(), label, typed)
export const add = async (name) => {
  const before = await cards().count()
  await choose('Add a transformation', name)
  await until(`${name} is there`, async () => (await cards().count()) === before + 1)
}
export const fill = async (label, text) => {
  await region().getByLabel(label, { exact: true }).fill(text)
  await page.keyboard.press('Enter')
}
export const order = () => cards().evaluateAll((all) => all.map((a) => a.getAttribute('aria-label').split(',')[0]))
export const keptOf = async (id) => (await json('api/dashboards/uid/shares/json')).panels.find((p) => p.id === id).transformations
export async function edits(id) {
  await page.goto(`${site}/d/shares/x?editPanel=${id}`)
  await region().waitFor()
  await quiet()
}

/** what the panels are to show, computed here */
export const requests = await promql('requests')
export const failures = await promql('failures')
export const shares = requests.map(({ metric, value: [, all] }) => {
  const { value: [, failed] } = failures.find((f) => f.metric.pod === metric.pod && f.metric.model === metric.model)
  return { pod: metric.pod, model: metric.model, all: Number(all), failed: Number(failed), share: Number(failed) / Number(all) }
})
export const four = (n) => n.toFixed(4)
export const worst = [...shares].sort((a, b) => b.share - a.share)
