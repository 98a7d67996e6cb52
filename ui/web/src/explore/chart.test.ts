import { expect, test } from 'vitest'
import type { ExploreChart } from '../lib/api'
import { axisText, dotsOf, summary, unitText } from './chart'

test('values keep their unit', () => {
  expect(unitText(0.0123, 'seconds')).toBe('12.3 ms')
  expect(unitText(1_234_567, '')).toBe('1.235 M')
  expect(unitText(0.5, 'count')).toBe('0.5')
  expect(unitText(null, 'seconds')).toBe('–')
})

test('an axis has no digits that say nothing', () => {
  expect(axisText(0.05, 'seconds')).toBe('50 ms')
  expect(axisText(2.5, 'per second')).toBe('2.5 /s')
  expect(axisText(100, '')).toBe('100')
  expect(axisText(0, 'seconds')).toBe('0')
})

test('a line is summed up without its gaps', () => expect(summary([null, 1, 3, null])).toEqual({ last: 3, mean: 2, most: 3 }))

test('dots are those of shown lines that name a trace', () => {
  const e = (series: number, traceId: string, atMs = 5) => ({ atMs, value: 2, traceId, spanId: '', labels: {}, series })
  const chart = { fromMs: 0, toMs: 10, onAxis: false, series: [{ label: 'a' }, { label: 'b' }], exemplars: [e(0, 'x'), e(1, 'y'), e(0, ''), e(-1, 'z'), e(0, 'late', 11)] } as unknown as ExploreChart
  expect(dotsOf(chart, (l) => l !== 'b').map((d) => d.i)).toEqual([0, 3])
  expect(dotsOf(chart, () => true)[0]!.value).toBeNull()
})
