import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type uPlot from 'uplot'
import type { ChartView, Line } from '../../lib/api'
import { plainFormat } from '../../lib/units'
import { optionsOf, type Setting } from './options'

beforeEach(() => vi.stubGlobal('devicePixelRatio', 1))
afterEach(() => vi.unstubAllGlobals())

const line = (values: (number | null)[]): Line => ({
  name: 'a', refId: 'A', labels: {}, values, color: '#123456', bands: [], draw: 'line', curve: 'linear', width: 1, dash: [], fill: 0, gradient: 'none', fillBelow: '', points: 'auto', pointSize: 5, spanGapsMs: null,
  barAlign: 0, barWidth: 0.6, barMaxPx: 0, symbol: 'circle', showValues: true, hideLegend: false, hideTooltip: false, hidden: false, off: false, format: plainFormat, calcs: [], links: [], axis: 0, stack: 'g', stackMode: 'normal',
}) as unknown as Line
const chartOf = (lines: Line[]) => ({ lines, axes: [], timesMs: [1, 2], exemplars: [], xIsTime: true, tooltip: { mode: 'multi' } }) as unknown as ChartView
const setting = (chart: ChartView, lines: () => Line[]): Setting => ({
  chart, lines, range: () => [0, 3], zones: ['utc'], width: 100, height: 50, hooks: {}, onzoom: () => undefined, onout: () => undefined,
  look: { text: '', faint: '', grid: '', ground: '', font: '11px x' },
})

/** plotted is a plot that remembers what was written on it. */
function plotted(data: (number | null)[][]) {
  const written: string[] = []
  const ctx = { save() {}, restore() {}, measureText: () => ({ width: 1 }), fillText: (text: string) => written.push(text) }
  return { written, u: { ctx, bbox: { left: 0, top: 0, width: 1000, height: 100 }, series: [{}, { show: true, scale: 'y0' }], data, valToPos: (v: number) => v * 100 } as unknown as uPlot }
}

test('values beside points are those of now, not of when the plot was made', () => {
  let now = [line([1, 2])]
  const options = optionsOf(setting(chartOf(now), () => now))
  const draw = (sums: (number | null)[]) => {
    const { u, written } = plotted([[1, 2], sums])
    for (const hook of options.hooks!.draw!) hook!(u)
    return written
  }
  expect(draw([1, 2])).toEqual(['1', '2'])
  now = [line([7, 9])] // the next answer; the plot's own column is the stack's sum
  expect(draw([17, 19])).toEqual(['7', '9'])
})

test('a plot keeps none of the numbers that it was made with', () => {
  const chart = chartOf([line(Array.from({ length: 1000 }, (_, i) => i))])
  const seen = new Set<unknown>()
  const holds = (of: unknown): boolean => {
    if (of === chart.lines[0]!.values) return true
    if (typeof of !== 'object' || of === null || seen.has(of)) return false
    seen.add(of)
    return Object.values(of).some(holds)
  }
  expect(holds(optionsOf(setting(chart, () => [])))).toBe(false)
})

test('points between two gaps are drawn alone', () => {
  const filter = optionsOf(setting(chartOf([line([])]), () => [])).series[1]!.points!.filter as (u: uPlot, i: number, show: boolean) => number[] | null
  const lonely = (column: (number | null)[]) => filter(plotted([[], column]).u, 1, false)
  expect(lonely([null, 1, null, 2, 3, null, 4])).toEqual([1, 6])
  expect(lonely([1, 2, 3])).toBeNull()
  expect(lonely([5])).toEqual([0])
})
