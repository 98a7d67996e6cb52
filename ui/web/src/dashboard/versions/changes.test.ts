import { expect, test } from 'vitest'
import { readModel, type DashboardModel, type PanelModel } from '../model'
import { changes } from './changes'

const panel = (id: number, title: string, more = {}): PanelModel => ({ id, title, type: 'stat', gridPos: { x: 0, y: 0, w: 4, h: 4 }, ...more })
const board = (more: Partial<DashboardModel> = {}) => readModel({ title: 'Site', panels: [panel(1, 'Servers'), panel(2, 'Load')], ...more })
const said = (a: DashboardModel, b: DashboardModel) => changes(a, b).map((c) => `${c.sign} ${c.what}${c.how ? `: ${c.how}` : ''}`)

test('a version and itself differ in nothing, whoever saved it and in whatever order its keys are', () => {
  const again = board({ version: 7, saved: { by: 'anna' }, panels: [{ gridPos: { h: 4, w: 4, y: 0, x: 0 }, type: 'stat', title: 'Servers', id: 1 }, panel(2, 'Load')] })
  expect(said(board({ version: 1 }), again)).toEqual([])
})

test('panels that came, went and changed are named by their titles', () => {
  const after = board({ panels: [panel(2, 'Load per server', { targets: [{ refId: 'A', expr: 'up' }] }), panel(3, 'Latency')] })
  expect(said(board(), after)).toEqual(['~ panel “Load per server”: title, queries', '+ panel “Latency”', '- panel “Servers”'])
})

test('a panel inside a folded row is the panel that it was', () => {
  const row: PanelModel = { id: 9, type: 'row', title: 'GPUs', gridPos: { x: 0, y: 0, w: 24, h: 1 }, collapsed: true, panels: [panel(1, 'Servers')] }
  expect(said(board(), board({ panels: [row, panel(2, 'Load')] }))).toEqual(['+ row “GPUs”'])
})

test('the range, variables, annotations and links', () => {
  const before = board({ time: { from: 'now-1h' }, templating: { list: [{ name: 'pod', type: 'query' }, { name: 'model', type: 'query' }] } })
  const after = board({ time: { from: 'now-3h' }, templating: { list: [{ name: 'pod', type: 'query', query: 'up' }] }, annotations: { list: [{ name: 'Scaling' }] }, links: [{ title: 'Shifts' }] })
  expect(said(before, after)).toEqual(['~ the dashboard: time range', '~ variable “pod”: query', '- variable “model”', '+ annotation “Scaling”', '+ link “Shifts”'])
})
