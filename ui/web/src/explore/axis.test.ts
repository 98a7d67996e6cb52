import { expect, test, vi } from 'vitest'
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

test('months and years of a long range are its marks', () => {
  const at = (text: string) => new Date(`${text}T00:00:00`).getTime()
  const texts = (from: string, to: string, fit: number) => {
    const marks = timeMarks(at(from), at(to), fit)
    return marks.map((m) => timeText(m, marks[1]! - marks[0]!))
  }
  expect(texts('2021-11-30', '2026-11-30', 8)).toEqual(['2022', '2023', '2024', '2025', '2026'])
  expect(texts('2025-12-20', '2026-11-30', 8)).toEqual(['2026-01', '2026-03', '2026-05', '2026-07', '2026-09', '2026-11'])
  expect(texts('2026-11-01', '2026-11-30', 6)).toEqual(['11-02', '11-09', '11-16', '11-23', '11-30'])
})

test('marks are whole hours and midnights where the clocks change', () => {
  vi.stubEnv('TZ', 'America/New_York')
  const from = Date.parse('2026-10-30T12:00:00-04:00')
  expect(timeMarks(from, from + 4 * 86_400_000, 5).map((m) => new Date(m).getHours())).toEqual([0, 0, 0, 0])
  expect(timeMarks(from, from + 2.5 * 86_400_000, 6).map((m) => timeText(m, 12 * 3600e3))).toEqual(['10-30', '10-31', '10-31', '11-01', '11-01'])
  vi.unstubAllEnvs()
})
