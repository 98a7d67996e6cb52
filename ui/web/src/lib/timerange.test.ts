import { expect, test } from 'vitest'
import { parse, say, span } from './timerange'

const now = Date.UTC(2026, 10, 29, 13, 5, 7, 8)
const iso = (text: string, end = false) => new Date(parse(text, now, end, true)!).toISOString()

test('relative times count from now', () => {
  expect(iso('now')).toBe('2026-11-29T13:05:07.008Z')
  expect(iso('now-3h')).toBe('2026-11-29T10:05:07.008Z')
  expect(iso('now-1d+2h')).toBe('2026-11-28T15:05:07.008Z')
})

test('rounded times are the first or the last moment of their unit', () => {
  expect(iso('now/d')).toBe('2026-11-29T00:00:00.000Z')
  expect(iso('now/d', true)).toBe('2026-11-29T23:59:59.999Z')
  expect(iso('now/w')).toBe('2026-11-23T00:00:00.000Z')
  expect(iso('now-1M/M', true)).toBe('2026-10-31T23:59:59.999Z')
})

test('absolute times are milliseconds or dates', () => {
  expect(iso('1795395600000')).toBe('2026-11-23T01:00:00.000Z')
  expect(iso('2026-11-23 01:02')).toBe('2026-11-23T01:02:00.000Z')
  expect(parse('yesterday', now, false)).toBeNull()
})

test('ranges have names', () => {
  const write = (ms: number) => new Date(ms).toISOString().slice(11, 16)
  expect(say('now-1h', 'now', write)).toBe('Last hour')
  expect(say('now-15m', 'now', write)).toBe('Last 15 minutes')
  expect(say('now/d', 'now/d', write)).toBe('Today')
  expect(say('1795395600000', 'now', write)).toBe('01:00 to now')
})

test('spans', () => {
  expect(span('5s')).toBe(5000)
  expect(span('1m')).toBe(60000)
  expect(span('off')).toBe(0)
})
