import { expect, test } from 'vitest'
import { added, allPanels, at, duplicated, folded, nextRef, placed, put, readModel, withoutPanel, withPanel, type PanelModel } from './model'

const p = (id: number, y: number, more: Partial<PanelModel> = {}): PanelModel => ({ id, type: 'timeseries', gridPos: { x: 0, y, w: 24, h: 4 }, ...more })
const row = (id: number, y: number, panels: PanelModel[] = [], collapsed = false): PanelModel => ({ id, type: 'row', title: `row ${id}`, gridPos: { x: 0, y, w: 24, h: 1 }, panels, collapsed })
const model = readModel({ title: 't', panels: [row(1, 0), p(2, 1), p(3, 5), row(4, 9, [p(5, 10)], true)] })

test('a file without lists can be edited', () => {
  const m = readModel({ title: 'bare', panels: [{ id: 1, type: 'stat' } as PanelModel] })
  expect(m.templating.list).toEqual([])
  expect(m.panels[0]!.gridPos).toEqual({ x: 0, y: 0, w: 12, h: 8 })
})

test('a change of one panel leaves the others the same objects', () => {
  const next = withPanel(model, 5, (q) => put(q, 'title', 'five'))
  expect(allPanels(next).find((q) => q.id === 5)!.title).toBe('five')
  expect(next.panels[1]).toBe(model.panels[1])
  expect(model.panels[3]!.panels![0]!.title).toBeUndefined()
})

test('a removed row leaves its panels, or takes them along', () => {
  expect(withoutPanel(model, 1).panels.map((q) => q.id)).toEqual([2, 3, 4])
  expect(withoutPanel(model, 1, true).panels.map((q) => q.id)).toEqual([4])
  expect(withoutPanel(model, 4).panels.map((q) => q.id)).toEqual([1, 2, 3, 5])
})

test('a row that is folded takes the panels below it inside, and gives them back', () => {
  const shut = folded(model, () => true)
  expect(shut.panels.map((q) => [q.id, q.panels?.map((r) => r.id)])).toEqual([[1, [2, 3]], [4, [5]]])
  const open = folded(shut, () => false)
  expect(open.panels.map((q) => q.id)).toEqual([1, 2, 3, 4, 5])
  expect(folded(model, (r) => r.id === 4)).toBe(model)
})

test('a new panel has a number and a place of its own', () => {
  const [next, id] = added(model, { type: 'stat' })
  expect(id).toBe(6)
  expect(next.panels.at(-1)!.gridPos.y).toBeGreaterThanOrEqual(9)
})

test('a copy of a panel inside a row stays in the row', () => {
  const [next, id] = duplicated(model, 5)
  expect(next.panels[3]!.panels!.map((q) => q.id)).toEqual([5, id])
})

test('places are written only where they changed', () => {
  const next = placed(model, new Map([[2, { x: 0, y: 1, w: 24, h: 4 }], [3, { x: 0, y: 7, w: 12, h: 4 }]]))
  expect(next.panels[1]).toBe(model.panels[1])
  expect(next.panels[2]!.gridPos).toEqual({ x: 0, y: 7, w: 12, h: 4 })
})

test('a value is read and written at its path, in lists as well', () => {
  const panel = put(put({ options: {} }, 'options.reduceOptions.calcs.0', 'mean'), 'fieldConfig.defaults.unit', 'ms')
  expect(panel).toEqual({ options: { reduceOptions: { calcs: ['mean'] } }, fieldConfig: { defaults: { unit: 'ms' } } })
  expect(at(panel, 'fieldConfig.defaults.unit')).toBe('ms')
  expect(put(panel, 'fieldConfig.defaults.unit', undefined)).toEqual({ options: { reduceOptions: { calcs: ['mean'] } }, fieldConfig: { defaults: {} } })
})

test('a new query has the first free letter', () => {
  expect(nextRef([{ refId: 'A' }, { refId: 'C' }])).toBe('B')
})
