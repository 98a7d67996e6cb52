import { expect, test } from 'vitest'
import type { HeatmapView, PanelView, Shown, TableView } from '../lib/api'
import { csvOf } from './csv'
import { cut, fit, gridOf } from './fit'
import { between, cell, place, ranks } from './graph/place'
import { cutTo } from './fit'
import { colorOf, placeOf, positions } from './heat'
import { choicesOf, rowsOf, turned } from './table/rows'
import { aside, harmless } from './text/safe'

const shown = (number: number | null, text: string): Shown => ({ number, text, prefix: '', suffix: '', color: '', href: '' })
const nothing: PanelView = { kind: '', title: '', fromMs: 0, toMs: 1, timeInfo: '', zones: [], queries: [], notes: [], empty: '', steps: [], chart: null, stats: null, histogram: null, heatmap: null, table: null, states: null, graph: null, traces: null, text: null, pie: null, bars: null }

test('text is as large as its box lets it', () => {
  const measure = (text: string) => text.length * 50
  expect(fit('1234', 100, 200, 500, measure)).toBe(50)
  expect(fit('1', 1000, 46, 500, measure)).toBe(40)
  expect(fit('a very long text in a small box', 10, 10, 500, measure)).toBe(8)
})

test('boxes fill their place: a wide one in a row, a high one in a column, a square one in both', () => {
  expect(gridOf(4, 1200, 100, 'auto')).toEqual({ columns: 4, rows: 1 })
  expect(gridOf(4, 150, 600, 'auto')).toEqual({ columns: 1, rows: 4 })
  expect(gridOf(4, 600, 300, 'auto')).toEqual({ columns: 2, rows: 2 })
  expect(gridOf(5, 10, 10, 'horizontal')).toEqual({ columns: 1, rows: 5 })
})

test('a long name keeps its end, where names of pods differ', () => {
  expect(cut('supersonic-triton-6c9f8d7b4-x8k2p', 16)).toBe('supers…7b4-x8k2p')
  expect(cut('short', 16)).toBe('short')
})

test('a series is a column of a CSV, with times that any program reads', () => {
  const chart = { timesMs: [0, 1000], xIsTime: true, lines: [{ name: 'a, "b"', values: [1.5, null] }, { name: '=cmd()', values: [-2, 3] }] }
  expect(csvOf({ ...nothing, chart: chart as never })).toBe('Time,"a, ""b""",\'=cmd()\r\n1970-01-01T00:00:00.000Z,1.5,-2\r\n1970-01-01T00:00:01.000Z,,3\r\n')
  expect(csvOf(nothing)).toBe('')
})

const table = { columns: [{ name: 'n', hidden: false }, { name: 'v', hidden: false }], rows: [[shown(null, 'pod-10'), shown(3, '3.00')], [shown(null, 'pod-2'), shown(20, '20.0')], [shown(null, 'pod-1'), shown(null, '')]] } as unknown as TableView

test('a table sorts numbers as numbers and names with their numbers, and nothing last', () => {
  const first = (order: { column: number; desc: boolean } | null) => rowsOf(table, order, new Map()).map((r) => r[0]!.text)
  expect(first(null)).toEqual(['pod-10', 'pod-2', 'pod-1'])
  expect(first({ column: 0, desc: false })).toEqual(['pod-1', 'pod-2', 'pod-10'])
  expect(first({ column: 1, desc: true })).toEqual(['pod-2', 'pod-10', 'pod-1'])
  expect(first({ column: 1, desc: false })).toEqual(['pod-10', 'pod-2', 'pod-1'])
})

test('a header goes from up to down to the order in which the rows came', () => {
  const up = turned(null, 1)
  const down = turned(up, 1)
  expect([up, down, turned(down, 1), turned(down, 0)]).toEqual([{ column: 1, desc: false }, { column: 1, desc: true }, null, { column: 0, desc: false }])
})

test('a filter leaves the rows that have one of the chosen values', () => {
  expect(choicesOf(table, 0)).toEqual([{ value: 'pod-1', count: 1 }, { value: 'pod-2', count: 1 }, { value: 'pod-10', count: 1 }])
  expect(rowsOf(table, null, new Map([[0, new Set(['pod-2'])]])).length).toBe(1)
})

test('gateways stand left of the servers that they call, whether few or many', () => {
  for (const servers of [6, 120]) {
    const nodes = ['g0', 'g1', ...Array.from({ length: servers }, (_, i) => `s${i}`)]
    const placed = place({ nodes, edges: nodes.slice(2).flatMap((to) => [{ from: 'g0', to }, { from: 'g1', to }]), layout: 'layered' })
    expect(Object.keys(placed.nodes).length).toBe(nodes.length)
    expect(Math.max(placed.nodes.g0!.x, placed.nodes.g1!.x)).toBeLessThan(Math.min(...nodes.slice(2).map((id) => placed.nodes[id]!.x)))
    const spots = new Set(Object.values(placed.nodes).map((p) => `${Math.round(p.x)} ${Math.round(p.y)}`))
    expect(spots.size).toBe(nodes.length)
  }
})

test('a cycle of calls has ranks too', () => {
  expect([...ranks({ nodes: ['a', 'b', 'c'], edges: [{ from: 'a', to: 'b' }, { from: 'b', to: 'c' }, { from: 'c', to: 'b' }, { from: 'a', to: 'a' }] }).entries()].sort()).toEqual([['a', 0], ['b', 1], ['c', 2]])
})

test('on a grid no two nodes touch', () => {
  const { nodes } = place({ nodes: Array.from({ length: 30 }, (_, i) => `n${i}`), edges: [], layout: 'grid' })
  const list = Object.values(nodes)
  for (const a of list) for (const b of list) if (a !== b) expect(Math.hypot(a.x - b.x, a.y - b.y)).toBeGreaterThan(2 * cell.radius)
})

test('edges there and back do not lie on each other, and one to itself is a loop', () => {
  const [a, b] = [{ x: 0, y: 0 }, { x: 300, y: 0 }]
  expect(between(a, b, true).y).not.toBeCloseTo(between(b, a, true).y)
  expect(between(a, { ...a }, false).d).toContain('C')
})

test('rows of a heat map lie as their bounds do, also on a logarithmic axis that begins at zero', () => {
  const of = { edges: [0, 1, 2, 4], log: true, counts: [[], [], []], names: [] } as unknown as HeatmapView
  expect(positions(of).map((p) => Number(p.toFixed(3)))).toEqual([0, 0.333, 0.667, 1])
  expect(positions({ ...of, log: false })).toEqual([0, 0.25, 0.5, 1])
  expect(placeOf({ edges: [0, 1, 2, 4], names: ['1', '2', '4'], log: false }, [0, 0.25, 0.5, 1], 3)).toBe(0.75)
  expect(placeOf({ edges: [0, 1, 2, 4], names: ['1', '2', '4'], log: false }, [0, 0.25, 0.5, 1], 9)).toBeNull()
})

test('the most has the last colour and the least the first', () => {
  const of = { colors: ['a', 'b', 'c'], countMin: 1, countMax: 10 }
  expect([1, 5, 10, 99].map((n) => colorOf(of, n))).toEqual(['a', 'b', 'c', 'c'])
})

test('a style of a dashboard may say how things look, not what they fetch or where they lie on the page', () => {
  expect(harmless('display', 'flex')).toBe(true)
  expect(harmless('background', 'transparent !important')).toBe(true)
  expect(harmless('background', 'url(https://example.com/x.png)')).toBe(false)
  expect(harmless('position', 'fixed')).toBe(false)
  expect(harmless('margin-left', '-4000px')).toBe(false)
  expect(harmless('width', 'expression(alert(1))')).toBe(false)
})

test('styles go aside before a parser sees them, words of a text do not', () => {
  expect(aside('<p style="color: red">a style="b"</p>')).toBe('<p data-style="color: red">a style="b"</p>')
})

test('a service of an empty name has its place in layers', () => {
  for (const nodes of [[''], ['', 'b']]) {
    const placed = place({ nodes, edges: nodes.map((from) => ({ from, to: nodes[0]! })), layout: 'layered' })
    expect(nodes.map((id) => placed.nodes[id]!.x > 0)).toEqual(nodes.map(() => true))
    expect(placed.width).toBeGreaterThan(cell.radius)
  }
})

test('a grid takes the shape of its place, and no name reaches into the next one', () => {
  const nodes = Array.from({ length: 24 }, (_, i) => `n${i}`)
  const rows = (aspect: number) => new Set(Object.values(place({ nodes, edges: [], layout: 'grid', aspect }).nodes).map((p) => p.y)).size
  expect(rows(4)).toBeLessThan(rows(1))
  expect(rows(1)).toBeLessThan(rows(0.25))
  const measure = (t: string) => t.length * 75 // of letters as wide as they come
  for (const name of ['supersonic-triton-6c9f8d7b4-0x0q', 'short', 'W'.repeat(40)]) expect((measure(cutTo(name, cell.width - 10, 12, measure)) * 12) / 100).toBeLessThanOrEqual(cell.width - 10)
  expect(cutTo('short', cell.width, 12, measure)).toBe('short')
})

test('200 nodes in layers fill a wide place and a high one', () => {
  const nodes = Array.from({ length: 200 }, (_, i) => `n${i}`)
  const edges = nodes.slice(4).map((to, i) => ({ from: `n${i % 4}`, to }))
  for (const aspect of [0.5, 1, 2.8]) {
    const { width, height } = place({ nodes, edges, layout: 'layered', aspect })
    expect(width / height / aspect).toBeGreaterThan(0.5)
    expect(width / height / aspect).toBeLessThan(2)
  }
})
