import { expect, test, vi } from 'vitest'
import { clock, date, stamp } from './format'
import { parse } from './timerange'
import { calendar } from './units.time'
import { unwall, wall, zone, zoneOf } from './zone.svelte'

const iso = (ms: number | null) => new Date(ms!).toISOString()

test('a zone is named as addresses name it', () => {
  expect(['utc', 'UTC', 'Etc/UTC', 'browser', '', null, 'Europe/Zurich', 'Asia/Kolkata'].map(zoneOf)).toEqual(['utc', 'utc', 'utc', '', '', '', 'Europe/Zurich', 'Asia/Kolkata'])
  expect(['Europe/Nowhere', '<b>', 'now'].map(zoneOf)).toEqual([null, null, null])
})

test('a zone that nobody knows leaves the reader’s and is said', () => {
  zone.tell('Mars/Olympus')
  expect([zone.name, zone.unknown]).toEqual(['', 'Mars/Olympus'])
  zone.tell('Asia/Kolkata')
  expect([zone.name, zone.unknown, zone.full]).toEqual(['Asia/Kolkata', '', 'Asia/Kolkata'])
  zone.tell(null)
  expect(zone.full).toBe(Intl.DateTimeFormat().resolvedOptions().timeZone)
})

test('clocks of a zone and back, also where they change', () => {
  for (const [name, at, shown] of [
    ['Europe/Zurich', '2026-07-01T10:00:00Z', '2026-07-01T12:00:00.000Z'],
    ['Europe/Zurich', '2026-11-30T10:00:00Z', '2026-11-30T11:00:00.000Z'],
    ['Asia/Kolkata', '2026-11-30T10:00:00Z', '2026-11-30T15:30:00.000Z'],
    ['utc', '2026-11-30T10:00:00Z', '2026-11-30T10:00:00.000Z'],
    ['America/New_York', '2026-11-01T06:30:00Z', '2026-11-01T01:30:00.000Z'],
  ] as const) expect(wall(Date.parse(at), name).toISOString(), name).toBe(shown)
  expect(iso(unwall(Date.UTC(2026, 10, 1, 1, 30), 'America/New_York'))).toBe('2026-11-01T05:30:00.000Z') // shown twice: the first
  expect(iso(unwall(Date.UTC(2027, 2, 14, 2, 30), 'America/New_York'))).toBe('2027-03-14T07:30:00.000Z') // left out
  expect(iso(unwall(Date.UTC(2026, 6, 1, 12), 'Europe/Zurich'))).toBe('2026-07-01T10:00:00.000Z')
})

test("every time of the page is in the page's zone", () => {
  vi.stubEnv('TZ', 'America/New_York')
  const at = Date.parse('2026-07-01T22:30:15.250Z')
  zone.tell('Europe/Zurich')
  expect(stamp(at)).toBe('2026-07-02 00:30:15')
  expect(clock(at, true)).toBe('00:30:15.250')
  expect(date(at, at + 3_600_000)).toBe('00:30:15.250') // today there
  expect(calendar(at, 'YYYY-MM-DD HH:mm Z', zone.name)).toBe('2026-07-02 00:30 +02:00')
  expect(iso(parse('now/d', at, false))).toBe('2026-07-01T22:00:00.000Z')
  expect(iso(parse('now-1d/d', at, true))).toBe('2026-07-01T21:59:59.999Z')
  expect(iso(parse('2026-07-02 00:30:15', at, false))).toBe('2026-07-01T22:30:15.000Z')
  zone.tell('browser')
  expect(stamp(at)).toBe('2026-07-01 18:30:15')
  vi.unstubAllEnvs()
})
