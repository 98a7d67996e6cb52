import { expect, test } from 'vitest'
import { logMarks, sizeText, timeMarks, timeText } from './axis'

test('marks of a logarithmic axis', () => {
  expect(logMarks(0.001, 0.02, 6)).toEqual([0.001, 0.002, 0.005, 0.01, 0.02])
  expect(logMarks(1, 1e6, 4)).toEqual([1, 100, 10000, 1e6])
  expect(logMarks(3, 4, 4)).toEqual([])
})

test('marks of time are round and few', () => {
  const marks = timeMarks(1_700_000_000_123, 1_700_000_060_000, 8)
  expect(marks).toHaveLength(6)
  expect(marks.every((m) => m % 10_000 === 0)).toBe(true)
  expect(timeText(1_700_000_000_500, 500)).toMatch(/\.500$/)
})

test('sizes have no digits that say nothing', () => {
  expect(sizeText(0.005, 'seconds')).toBe('5 ms')
  expect(sizeText(0.0125, 'seconds')).toBe('12.5 ms')
  expect(sizeText(20, '')).toBe('20')
})
