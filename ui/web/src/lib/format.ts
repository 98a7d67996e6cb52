/** Every number, time and unit on the page is written here. */
import { clock as site } from './clock.svelte'
import { wall, zone, type ZoneName } from './zone.svelte'

/** none stands where nothing is known; it never stands for zero. */
export const none = '–'

/** nameless stands where a span has an empty name. */
export const nameless = '(no name)'

/** digits gives v three significant digits, without an exponent. */
function digits(v: number): string {
  const size = Math.abs(v)
  if (size >= 100) return v.toFixed(0)
  if (size >= 10) return v.toFixed(1)
  return v.toFixed(2)
}

/** duration writes nanoseconds in the unit that fits: 12.3 ms, 450 µs, 2 min 5 s. */
export function duration(ns: number | null | undefined): string {
  if (ns === null || ns === undefined || Number.isNaN(ns)) return none
  const size = Math.abs(ns)
  const sign = ns < 0 ? '−' : ''
  if (size < 1e3) return `${sign}${size.toFixed(0)} ns`
  if (size < 999.5e3) return `${sign}${digits(size / 1e3)} µs`
  if (size < 999.5e6) return `${sign}${digits(size / 1e6)} ms`
  if (size < 120e9) return `${sign}${digits(size / 1e9)} s`
  const seconds = Math.round(size / 1e9)
  const [unit, large, small] = seconds < 7200 ? ['min', 60, 's'] as const : ['h', 3600, 'min'] as const
  const rest = Math.floor((seconds % large) / (large / 60))
  return `${sign}${Math.floor(seconds / large)} ${unit}${rest > 0 ? ` ${rest} ${small}` : ''}`
}

/** millis writes milliseconds as duration does. */
export function millis(ms: number | null | undefined): string {
  return ms === null || ms === undefined ? none : duration(ms * 1e6)
}

/** wholeMillis writes milliseconds that a store may have cut to whole ones: digits that were cut are not made up. */
export function wholeMillis(ms: number): string {
  if (ms === 0) return '<1 ms'
  return Number.isInteger(ms) && ms < 1000 ? `${ms} ms` : millis(ms)
}

/** rate writes a number of things a second. */
export function rate(perSecond: number | null | undefined): string {
  if (perSecond === null || perSecond === undefined) return none
  if (perSecond > 0 && perSecond < 0.01) return '<0.01 /s'
  return `${perSecond === 0 ? '0' : digits(perSecond)} /s`
}

/** count writes a number of things in full, in groups of three. */
export function count(n: number | null | undefined): string {
  return n === null || n === undefined ? none : Math.round(n).toLocaleString('en-US').replaceAll(',', ' ')
}

/** share writes a part of one in percent. */
export function share(part: number | null | undefined): string {
  if (part === null || part === undefined || Number.isNaN(part)) return none
  const percent = part * 100
  if (percent === 0 || percent === 100) return `${percent} %`
  if (percent < 0.1) return '<0.1 %'
  if (percent > 99.9 && percent < 100) return '>99.9 %'
  return `${percent < 10 ? percent.toFixed(1) : percent.toFixed(0)} %`
}

/** bytes writes a size in binary units. */
export function bytes(n: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  let i = 0
  for (; n >= 1024 && i < units.length - 1; i++) n /= 1024
  return `${i === 0 ? n.toFixed(0) : digits(n)} ${units[i]}`
}

/** fact writes a value in one of the units that the server names. */
export function fact(value: number, unit: string): string {
  if (unit === 'bytes') return bytes(value)
  if (unit === 'seconds') return duration(value * 1e9)
  if (unit === 'per second') return rate(value)
  return count(value)
}

const two = (n: number) => String(n).padStart(2, '0')

const day = (t: Date) => `${t.getUTCFullYear()}-${two(t.getUTCMonth() + 1)}-${two(t.getUTCDate())}`

/** clock writes the time of day of Unix milliseconds in the page's zone. */
export function clock(ms: number, withMillis = false, of: ZoneName = zone.name): string {
  const t = wall(ms, of)
  const base = `${two(t.getUTCHours())}:${two(t.getUTCMinutes())}:${two(t.getUTCSeconds())}`
  return withMillis ? `${base}.${String(t.getUTCMilliseconds()).padStart(3, '0')}` : base
}

/** date writes date and time of day in the page's zone; the date is left out today. */
export function date(ms: number, now = site.now()): string {
  const then = day(wall(ms))
  return then === day(wall(now)) ? clock(ms, true) : `${then} ${clock(ms, true)}`
}

/** stamp writes a whole date and time of day in the page's zone; the time picker reads it back. */
export function stamp(ms: number, of: ZoneName = zone.name): string {
  return `${day(wall(ms, of))} ${clock(ms, false, of)}`
}

/** ago writes how long before now a time was. */
export function ago(ms: number, now = site.now()): string {
  const seconds = Math.max(0, Math.round((now - ms) / 1000))
  return seconds < 1 ? 'just now' : `${duration(seconds * 1e9).replace('.00', '').replace(/(\.\d)0 /, '$1 ')} ago`
}
