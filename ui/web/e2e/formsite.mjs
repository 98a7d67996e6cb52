/** The page, stores and dashboard that scripts of query forms read and write: forms.mjs, queryoptions.mjs. */
import { editing } from './editing.mjs'
import { formsOf, look as plain, times } from './formsteps.mjs'
import { open, site } from './reader.mjs'

export const { page, does, until, quiet, shot, sound, json, reads } = await open(site)
export const { put, choose, set: set2, saves } = editing(page)
export { mean, near, same, sums, times } from './formsteps.mjs'
export const { preview, query, set, pick, views, legend, draws, drawsOf, cards, counts, rows } = formsOf(page, until)
export const to = Math.floor(Date.now() / 3600e3) * 3600e3
export const from = to - 3600e3
export const asked = async () => (await fetch(process.env.CONTROL)).json()
/** since tells what is asked from now on. */
export const since = async () => {
  const before = (await asked()).length
  return async (path = '') => (await asked()).slice(before).filter((q) => q.path.endsWith(path)).map((q) => q.params)
}

/** the series of the stores, by arithmetic: their values at a time in seconds */
export const waves = { broken: (t) => (t % 1800 < 240 ? null : 30 - 3 * Math.cos((2 * Math.PI * t) / 1200)), none: () => 0, one: (t) => 10 + 5 * Math.sin((2 * Math.PI * t) / 1800) }
export const steady = { high: 80, low: 20, mid: 50 }
export const valuesOf = (f, begin = from / 1000, end = to / 1000, step = 60) => times(begin, end, step).map(f).filter((v) => v !== null)

const look = { ...plain, interval: '60s' }
export const prom = (expr, more = {}) => ({ refId: 'A', expr, range: true, legendFormat: '__auto', ...more })
export const model = {
  title: 'Forms', schemaVersion: 41, templating: { list: [{ name: 'shape', type: 'custom', query: 'steady,waves,states', multi: true, includeAll: true, current: { text: 'All', value: '$__all' } }] }, panels: [
    { id: 1, type: 'timeseries', title: 'Waves', gridPos: { x: 0, y: 0, w: 12, h: 8 }, ...look, targets: [prom('waves')] },
    { id: 2, type: 'timeseries', title: 'Buckets', gridPos: { x: 12, y: 0, w: 12, h: 8 }, ...look, targets: [prom('buckets')] },
    { id: 3, type: 'timeseries', title: 'Computed', gridPos: { x: 0, y: 8, w: 12, h: 8 }, ...look, targets: [prom('steady')] },
    { id: 4, type: 'table', title: 'Traces', gridPos: { x: 12, y: 8, w: 12, h: 8 }, ...look, datasource: { type: 'tempo', uid: 'tempo' }, targets: [{ refId: 'A', queryType: 'traceqlSearch', filters: [] }] },
    { id: 5, type: 'stat', title: 'Shape $shape', gridPos: { x: 0, y: 16, w: 24, h: 5 }, targets: [prom('$shape', { instant: true, range: false })] },
  ],
}
export const { uid } = await json('api/dashboards/save', { model, version: 0, message: '', copy: true })
export const kept = async (id) => (await json(`api/dashboards/uid/${uid}/json`)).panels.find((p) => p.id === id)

export async function edits(id, range = `from=${from}&to=${to}`) {
  await page.goto(`${site}/d/${uid}/x?editPanel=${id}&${range}&timezone=utc&refresh=`)
  await preview.waitFor()
  await quiet()
}
