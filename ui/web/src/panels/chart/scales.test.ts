import { expect, test } from 'vitest'
import type { ChartAxis } from '../../lib/api'
import { plainFormat } from '../../lib/units'
import { rangeOf, stepsOf, timeTick } from './scales'
import { timeTicks, valueTicks } from './ticks'

const axis = (over: Partial<ChartAxis> = {}) => ({ min: null, max: null, softMin: null, softMax: null, scale: 'linear', logBase: 10, linearBelow: 1, centered: false, ...over }) as ChartAxis

test('a hard bound holds, a soft one gives way to the data', () => {
  expect(rangeOf(axis({ min: 0, max: 1 }), 0.2, 7, false)).toEqual([0, 1])
  const [, soft] = rangeOf(axis({ softMax: 100 }), 1, 20, false)
  expect(soft).toBe(100)
  expect(rangeOf(axis({ softMax: 100 }), 1, 300, false)[1]).toBeGreaterThanOrEqual(300)
})

test('bars stand on zero, a centred axis has zero in its middle', () => {
  expect(rangeOf(axis(), 40, 50, true)[0]).toBe(0)
  const [min, max] = rangeOf(axis({ centered: true }), -2, 9, false)
  expect(min).toBe(-max)
})

test('an axis is never empty, whatever the data', () => {
  for (const scale of ['linear', 'log', 'symlog']) {
    for (const [low, high] of [[null, null], [0, 0], [5, 5], [-3, -3], [0, 1e9]] as const) {
      const [min, max] = rangeOf(axis({ scale }), low, high, false)
      expect(max, `${scale} ${low} ${high}`).toBeGreaterThan(min)
    }
  }
  expect(rangeOf(axis({ min: 5 }), 1, 2, false)[1]).toBeGreaterThan(5)
  expect(rangeOf(axis({ max: -5 }), 1, 2, false)[0]).toBeLessThan(-5)
})

test('ticks of bytes are powers of two, those of times round minutes', () => {
  const scaled = (divides: number[]) => ({ ...plainFormat, kind: 'scaled', scales: divides.map((divide, i) => ({ from: i === 0 ? 0 : divide, divide, suffix: '' })) })
  expect(stepsOf(scaled([1, 1024, 1024 ** 2]))).toContain(65536)
  expect(stepsOf(scaled([1, 1000, 60_000]))).toContain(15 * 60_000)
  expect(stepsOf(scaled([1, 1000, 60_000, 3.6e6, 86.4e6, 31_536e6]))).toContain(20) // a year is 2^10 times something
  expect(stepsOf(scaled([1, 1e3, 1e6, 1e9, 1e12]))).toBeUndefined() // and so is a trillion
  expect(stepsOf(plainFormat)).toBeUndefined()
  expect(valueTicks(0, 100, 120, plainFormat).map((t) => t.text)).toEqual(['0', '50', '100'])
})

test('no two ticks carry the same text where decimals are fixed', () => {
  const texts = (max: number, decimals: number) => valueTicks(0, max, 120, { ...plainFormat, decimals }).map((t) => t.text)
  expect(texts(2, 0)).toEqual(['0', '1', '2'])
  expect(texts(0.3, 1)).toEqual(['0.0', '0.1', '0.2', '0.3'])
  expect(texts(4000, 0)).toEqual(['0', '1000', '2000', '3000', '4000'])
})

test('a tick says as much of a time as tells it from the next', () => {
  const at = Date.UTC(2026, 10, 29, 9, 30)
  expect(timeTick(at, 1800e3, 3 * 3600e3, 'utc')).toBe('09:30')
  expect(timeTick(at, 10e3, 60e3, 'utc')).toBe('09:30:00')
  expect(timeTick(at, 6 * 3600e3, 2 * 86400e3, 'utc')).toBe('11-29 09:30')
  expect(timeTicks(at, at + 3 * 3600e3, 500, 'utc').map((t) => t.text)).toEqual(['09:30', '10:00', '10:30', '11:00', '11:30', '12:00', '12:30'])
})

test('soft limits and a zero in the middle hold on logarithmic axes as well', () => {
  expect(rangeOf(axis({ scale: 'log', softMin: 1, softMax: 1000 }), 2, 9, false)).toEqual([1, 1000])
  expect(rangeOf(axis({ scale: 'log', softMin: 0 }), 2, 9, false)[0]).toBe(1)
  const [min, max] = rangeOf(axis({ scale: 'symlog', centered: true }), -9, -2, false)
  expect([min, max]).toEqual([-10, 10])
})
