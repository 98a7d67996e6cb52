import { expect, test } from 'vitest'
import type { ChartAxis, Format } from '../lib/api'
import { alongOf } from './along'

const plain: Format = { unit: 'none', kind: 'plain', prefix: '', scales: [], decimals: null, layout: '', words: [], noValue: '' }
const axis = (over: Partial<ChartAxis> = {}): ChartAxis => ({
  side: 'left', label: '', format: plain, min: null, max: null, softMin: null, softMax: null, scale: 'linear', logBase: 10, linearBelow: 1, centered: false, grid: true, border: false, widthPx: 0, seriesColor: false, thresholdStyle: 'off', thresholds: [], ...over,
})
const texts = (of: Partial<ChartAxis>, values: number[], length = 200, room = 28) => alongOf(axis(of), values).ticks(length, room).map((t) => t.at)

test('a linear axis begins at nought', () => {
  const of = alongOf(axis({ max: 100 }), [20, 80])
  expect([of.least, of.share(0), of.share(50), of.share(100), of.share(200)]).toEqual([0, 0, 0.5, 1, 1])
})

test('on a logarithmic axis ten times as much is as far each time', () => {
  const of = alongOf(axis({ scale: 'log' }), [3, 40, 7000, 0, -5])
  expect([of.least, of.most]).toEqual([1, 10000])
  expect([of.share(1), of.share(10), of.share(100), of.share(10000)].map((n) => Number(n.toFixed(6)))).toEqual([0, 0.25, 0.5, 1])
  expect([of.share(0), of.share(-5), of.has(0), of.has(-5), of.has(3)]).toEqual([0, 0, false, false, true])
  expect(texts({ scale: 'log' }, [3, 40, 7000])).toEqual([1, 10, 100, 1000, 10000])
})

test('ticks of a logarithmic axis do not stand on each other, and there are some within one power', () => {
  expect(texts({ scale: 'log' }, [1e-3, 1e9], 100, 28)).toHaveLength(4)
  expect(texts({ scale: 'log', min: 2, max: 60 }, [2, 60])).toEqual([2, 5, 10, 20, 50])
  expect(texts({ scale: 'log', logBase: 2 }, [1, 16], 300)).toEqual([1, 2, 4, 8, 16])
  expect(texts({ scale: 'log' }, [])).toEqual([1, 10, 100])
})

test('an axis of both signs is even around nought and logarithmic beyond', () => {
  const of = alongOf(axis({ scale: 'symlog', linearBelow: 10 }), [-1000, 1000])
  expect(of.share(0)).toBeCloseTo(0.5)
  expect(of.share(100) - of.share(0)).toBeGreaterThan(0.2)
  expect(of.share(1000) + of.share(-1000)).toBeCloseTo(1)
  expect(texts({ scale: 'symlog', linearBelow: 10 }, [-1000, 1000], 400).toSorted((a, b) => a - b)).toEqual([-1000, -100, -10, 0, 10, 100, 1000])
})
