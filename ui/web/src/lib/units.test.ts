import { expect, test } from 'vitest'
import type { Format } from './api'
import { plainFormat, tickDecimals, write, written } from './units'

const ms: Format = {
  ...plainFormat, kind: 'scaled',
  scales: [{ from: 0, divide: 0.001, suffix: ' µs' }, { from: 1, divide: 1, suffix: ' ms' }, { from: 1000, divide: 1000, suffix: ' s' }],
}

test('a number is written in the step of its unit that fits', () => {
  expect(write(ms, 12.3456)).toBe('12.3 ms')
  expect(write(ms, 1500)).toBe('1.50 s')
  expect(write(ms, 0.25)).toBe('250 µs')
  expect(write(ms, 0)).toBe('0 µs')
  expect(write({ ...ms, decimals: 2 }, 12)).toBe('12.00 ms')
})

test('a value mapping stands for a number, for a stretch of numbers and for no value', () => {
  const words = [
    { from: 1, to: 1, missing: false, text: 'up', color: '#00ff00' },
    { from: null, to: 0, missing: false, text: 'down', color: '' },
    { from: null, to: null, missing: true, text: 'unknown', color: '' },
  ]
  expect(written({ ...plainFormat, words }, 1)).toEqual({ prefix: '', text: 'up', suffix: '', color: '#00ff00' })
  expect(write({ ...plainFormat, words }, -3)).toBe('down')
  expect(write({ ...plainFormat, words }, null)).toBe('unknown')
  expect(write(plainFormat, null)).toBe('–')
})

test('ticks have as many decimals as tell them apart, and no more', () => {
  expect(tickDecimals(plainFormat, [0, 0.25, 0.5], 0.25)).toBe(2)
  expect(tickDecimals(ms, [0, 500, 1000, 1500], 500)).toBe(1)
  expect(tickDecimals(plainFormat, [0, 20, 40], 20)).toBe(0)
})
