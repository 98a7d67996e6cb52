import { expect, test, vi } from 'vitest'
import { pace, parse, say, span } from './timerange'

const now = Date.UTC(2026, 10, 29, 13, 5, 7, 8)
const iso = (text: string, end = false) => new Date(parse(text, now, end, 'utc')!).toISOString()

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

test('a month back is a day of that month', () => {
  const at = (text: string, from: string) => new Date(parse(text, Date.parse(from), false, 'utc')!).toISOString()
  expect(at('now-1M', '2026-03-31T12:00:00Z')).toBe('2026-02-28T12:00:00.000Z')
  expect(at('now-9M', '2026-11-30T12:00:00Z')).toBe('2026-02-28T12:00:00.000Z')
  expect(at('now-1y', '2028-02-29T12:00:00Z')).toBe('2027-02-28T12:00:00.000Z')
  expect(at('now+1M', '2026-01-31T12:00:00Z')).toBe('2026-02-28T12:00:00.000Z')
})

// In New York clocks went back on 2026-11-01 at 06:00 UTC and go forward on 2027-03-14.
test('days on which the clocks change', () => {
  vi.stubEnv('TZ', 'America/New_York')
  const at = (text: string, from: string, end: boolean, zone: string) => new Date(parse(text, Date.parse(from), end, zone)!).toISOString()
  const noon = '2026-11-01T17:00:00Z'
  expect(at('now/d', noon, false, '')).toBe('2026-11-01T04:00:00.000Z')
  expect(at('now/d', noon, true, '')).toBe('2026-11-02T04:59:59.999Z')
  expect(at('now/d', noon, false, 'utc')).toBe('2026-11-01T00:00:00.000Z')
  expect(at('now/d', noon, true, 'utc')).toBe('2026-11-01T23:59:59.999Z')
  expect(at('now/h', '2026-11-01T06:30:00Z', false, '')).toBe('2026-11-01T06:00:00.000Z')
  expect(at('now/h', '2026-11-01T05:30:00Z', false, '')).toBe('2026-11-01T05:00:00.000Z')
  expect(at('now-1d', noon, false, '')).toBe('2026-10-31T16:00:00.000Z')
  expect(at('now/w', '2027-03-14T17:00:00Z', true, '')).toBe('2027-03-15T03:59:59.999Z')
  vi.unstubAllEnvs()
})

test('absolute times are milliseconds or dates', () => {
  expect(iso('1795395600000')).toBe('2026-11-23T01:00:00.000Z')
  expect(iso('2026-11-23 01:02')).toBe('2026-11-23T01:02:00.000Z')
  expect(iso('20261123')).toBe('2026-11-23T00:00:00.000Z')
  expect(iso('20261123T010203')).toBe('2026-11-23T01:02:03.000Z')
  expect(parse('yesterday', now, false)).toBeNull()
})

test('ranges have names', () => {
  const write = (ms: number) => new Date(ms).toISOString().slice(11, 16)
  expect(say('now-1h', 'now', write)).toBe('Last hour')
  expect(say('now-15m', 'now', write)).toBe('Last 15 minutes')
  expect(say('now/d', 'now/d', write)).toBe('Today')
  expect(say('1795395600000', 'now', write)).toBe('01:00 to now')
  expect(say('20261123T010203', '2026-11-23T03:04:00.000Z', write)).toBe('01:02 to 03:04')
  expect(say('2026-11-23T03:04:00+02:00', '2026-11-23 01:05', write)).toBe('01:04 to 2026-11-23 01:05')
  expect(say('20261123', 'yesterday', write)).toBe('00:00 to yesterday')
})

test('spans', () => {
  expect(span('5s')).toBe(5000)
  expect(span('1m')).toBe(60000)
  expect(span('off')).toBe(0)
})

test('paces', () => {
  const hours = (n: number) => ({ from: 0, to: n * 3600e3 })
  expect(['5s', '1m', '', 'false', 'off', '0', 'now'].map((text) => pace(text, hours(1)))).toEqual(['5s', '1m', '', '', '', '', ''])
  expect([0.1, 1, 6, 24 * 365].map((n) => pace('auto', hours(n)))).toEqual(['5s', '10s', '1m', '1h'])
})
