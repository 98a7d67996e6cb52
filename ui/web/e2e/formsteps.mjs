/** Forms of queries in the panel editor: what sets them, and what the preview shows of their answers. */
import { editing } from './editing.mjs'

export const times = (begin, end, step) => Array.from({ length: Math.floor((end - begin) / step) + 1 }, (_, i) => begin + i * step)
export const mean = (list) => list.reduce((a, b) => a + b, 0) / list.length
export const near = (a, b) => Math.abs(a - b) <= 0.0006
/** same compares numbers by name, as many of each as are wanted. */
export const same = (a, b) => Object.keys(a).sort().join('|') === Object.keys(b).sort().join('|') && Object.entries(b).every(([name, list]) => list.every((v, i) => near(a[name][i], v)))
/** sums are what look's legends tell of a series. */
export const sums = (list) => [list[0], list.at(-1), Math.max(...list), list.length]
export const look = { options: { legend: { showLegend: true, displayMode: 'table', placement: 'bottom', calcs: ['firstNotNull', 'lastNotNull', 'max', 'count'] } }, fieldConfig: { defaults: { decimals: 3, unit: 'none' }, overrides: [] } }

/** formsOf gives the steps of somebody who edits queries: by the letter of the query, A where none is said. */
export function formsOf(page, until) {
  const { put, choose } = editing(page)
  const preview = page.locator('.preview [data-panel]')
  const query = (ref = 'A') => page.getByRole('article', { name: `Query ${ref}`, exact: true })
  const set = (label, value, ref) => put(query(ref), label, value)
  const pick = (name, text, ref) => query(ref).getByRole('combobox', { name, exact: true }).selectOption({ label: text })
  const views = (name) => choose(page.locator('aside'), 'View as', name)
  const legend = () => preview.locator('.legend tbody tr').evaluateAll((all) => Object.fromEntries(all.map((tr) => [tr.cells[0].innerText.trim(), [...tr.cells].slice(1).map((c) => Number(c.innerText))])))
  /** draws waits until the legend has series with these first and last values, largest ones and numbers of points. */
  const draws = (what, want) => until(what, async () => {
    const now = await legend()
    return same(now, want) || now
  })
  const drawsOf = (what, want) => draws(what, Object.fromEntries(Object.entries(want).map(([name, list]) => [name, sums(list)])))
  const cards = () => preview.locator('.card').evaluateAll((all) => Object.fromEntries(all.map((c) => [c.querySelector('.name')?.textContent ?? '', [Number(c.querySelector('.value').textContent)]])))
  const counts = (what, want) => until(what, async () => {
    const now = await cards()
    return same(now, want) || now
  })
  const rows = () => preview.locator('tbody tr').evaluateAll((all) => all.map((tr) => [...tr.cells].map((c) => c.innerText.trim())))
  return { preview, query, set, pick, views, legend, draws, drawsOf, cards, counts, rows }
}
