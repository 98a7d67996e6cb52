/** Panels of every kind in the panel editor: what the scripts of their options share. */
import { rgb } from './drawn.mjs'
import { editing } from './editing.mjs'
import { open, site } from './reader.mjs'

export const { page, does, quiet, shot, json, reads, until, narrow, sound } = await open(site)
export const to = Math.floor(Date.now() / 3600e3) * 3600e3
export const from = to - 3600e3
export const step = 60 // seconds, as the panels' smallest interval says
export const [red, green] = ['#f2495c', '#73bf69'].map(rgb)
export const css = (c) => `rgb(${c.join(', ')})`
export const preview = page.locator('.preview [data-panel]')
export const tip = page.locator('.tip')
export const { unfold, put, set, tab, overrides } = editing(page)

const { dataSources } = await json('api/site')
const store = `api/datasources/proxy/uid/${dataSources.find((d) => d.type === 'prometheus').uid}/api/v1`
/** seriesOf are the values of each series by their times, as the store itself has them. */
export const seriesOf = async (query) => new Map((await json(`${store}/query_range?${new URLSearchParams({ query, start: from / 1000, end: to / 1000, step })}`)).data.result.map((s) => [s.metric.name, new Map(s.values.map(([t, v]) => [t * 1000, Number(v)]))]))
/** rowsOf are the labels and the value of each series at the end of the range. */
export const rowsOf = async (query) => (await json(`${store}/query?${new URLSearchParams({ query, time: to / 1000 })}`)).data.result.map((s) => ({ ...s.metric, value: Number(s.value[1]) }))

/** same waits until what is seen is what is wanted. */
export const same = (what, is, want) => until(what, async () => {
  await quiet()
  const now = await is()
  return JSON.stringify(now) === JSON.stringify(want) || now
})

/** thresholds are green below 60 and red from there on; what is there unless it is said begins at 80. */
export const thresholds = async () => put(await unfold('Thresholds'), 'From', 60)

/** changesOf saves a dashboard; changes does something with a fresh editor of one of its panels. */
export async function changesOf(title, panels) {
  const { uid } = await json('api/dashboards/save', { model: { title, schemaVersion: 41, panels, templating: { list: [] } }, version: 0, message: '', copy: true })
  const changes = (title, what, how) => does(what, async () => {
    await page.goto(`${site}/d/${uid}/x?editPanel=${panels.find((p) => p.title === title).id}&from=${from}&to=${to}&timezone=utc&refresh=`)
    await preview.locator('.body').waitFor()
    await quiet()
    await how()
    await page.mouse.move(0, 0)
    await shot(what.replaceAll(/\W+/g, '-').slice(0, 40))
  })
  return { changes, uid }
}
