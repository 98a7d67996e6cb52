import { expect, test } from 'vitest'
import type { BarSeries, Shown, Slice } from '../lib/api'
import { arcsOf, barsOf } from './shares'

const shown = (number: number | null) => ({ number, text: String(number), prefix: '', suffix: '', color: '#fff', href: '' }) as Shown
const slice = (name: string, n: number | null) => ({ name, value: shown(n) }) as Slice
const series = (name: string, ...values: (number | null)[]) => ({ name, bars: values.map(shown) }) as BarSeries
const view = (stacking: string, ...list: BarSeries[]) => ({ names: ['x', 'y'], series: list, stacking, groupWidth: 0.8, barWidth: 1 })
const none = () => false

test('slices are shares of what is seen; what is none or below nought has no part', () => {
  const arcs = arcsOf([slice('a', 3), slice('b', 1), slice('c', -4), slice('d', null)], 100, 0)
  expect(arcs.map((a) => [a.slice.name, a.share])).toEqual([['a', 0.75], ['b', 0.25]])
  expect(arcs[0]!.path).toMatch(/^M0 0L0\.00 -100\.00A100 100 0 1 1/)
  expect(arcsOf([slice('a', 5)], 100, 60)[0]!.path.match(/A/g)).toHaveLength(4)
})

test('bars stand side by side, or upon each other', () => {
  const beside = barsOf(view('none', series('a', 1, 2), series('b', 3, null)), none)
  expect(beside.map((b) => [b.group, b.series, b.to, Number(b.begin.toFixed(2)), b.width])).toEqual([[0, 0, 1, 0.1, 0.4], [0, 1, 3, 0.5, 0.4], [1, 0, 2, 0.1, 0.4]])
  const stacked = barsOf(view('normal', series('a', 1, -2), series('b', 3, 4), series('c', 1, -1)), none)
  expect(stacked.map((b) => [b.from, b.to])).toEqual([[0, 1], [1, 4], [4, 5], [0, -2], [0, 4], [-2, -3]])
})

test('a hundred percent is the sum of what is seen', () => {
  expect(barsOf(view('percent', series('a', 1, 1), series('b', 3, 0)), none).map((b) => b.to)).toEqual([0.25, 1, 1, 1])
  expect(barsOf(view('percent', series('a', 1, 1), series('b', 3, 0)), (n) => n === 'b').map((b) => b.to)).toEqual([1, 1])
})
