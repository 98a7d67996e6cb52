/** Dates and lengths of time as Grafana's units write them (Go: ui/units dates.go, clocks.go). */
import { clock as site } from './clock.svelte'
import { wall, zone as page, type ZoneName } from './zone.svelte'

const pad = (n: number, width = 2) => String(n).padStart(width, '0')

/** dateText writes Unix milliseconds; a layout "A|B" takes B today, "fromNow" says how long ago. */
export function dateText(ms: number, layout: string, of: ZoneName): string {
  if (Math.abs(ms) > 8.64e15) return 'Invalid date'
  if (layout === 'fromNow') return fromNow((site.now() - Math.trunc(ms)) / 1000)
  const [usual, today] = layout.split('|') as [string, string?]
  const day = (at: number) => calendar(at, 'YYYY-MM-DD', of)
  return calendar(ms, today && day(ms) === day(site.now()) ? today : usual, of)
}

const months = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December']
const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']

/** calendar writes a point of time by a layout of YYYY MM DD HH mm ss SSS and the other letters of moment.js. */
export function calendar(ms: number, layout: string, of: ZoneName): string {
  const real = new Date(Math.trunc(ms))
  const t = wall(real.getTime(), of)
  const hour = t.getUTCHours()
  const twelve = ((hour + 11) % 12) + 1
  const year = t.getUTCFullYear()
  const dayOfYear = Math.round((Date.UTC(year, t.getUTCMonth(), t.getUTCDate()) - Date.UTC(year, 0, 1)) / 86_400_000) + 1
  const offset = Math.round(page.offset(real.getTime(), of) / 60_000)
  const zone = (colon: string) => (offset < 0 ? '-' : '+') + pad(Math.floor(Math.abs(offset) / 60)) + colon + pad(Math.abs(offset) % 60)
  const parts: Record<string, () => string> = {
    YYYY: () => pad(year, 4), YY: () => pad(year % 100), Q: () => String(Math.floor(t.getUTCMonth() / 3) + 1),
    MMMM: () => months[t.getUTCMonth()]!, MMM: () => months[t.getUTCMonth()]!.slice(0, 3), MM: () => pad(t.getUTCMonth() + 1), M: () => String(t.getUTCMonth() + 1),
    DDDD: () => pad(dayOfYear, 3), DDD: () => String(dayOfYear), DD: () => pad(t.getUTCDate()), Do: () => ordinal(t.getUTCDate()), D: () => String(t.getUTCDate()),
    dddd: () => days[t.getUTCDay()]!, ddd: () => days[t.getUTCDay()]!.slice(0, 3), dd: () => days[t.getUTCDay()]!.slice(0, 2), d: () => String(t.getUTCDay()),
    HH: () => pad(hour), H: () => String(hour), hh: () => pad(twelve), h: () => String(twelve), mm: () => pad(t.getUTCMinutes()), m: () => String(t.getUTCMinutes()),
    ss: () => pad(t.getUTCSeconds()), s: () => String(t.getUTCSeconds()), SSS: () => pad(t.getUTCMilliseconds(), 3), SS: () => pad(t.getUTCMilliseconds(), 3).slice(0, 2),
    S: () => pad(t.getUTCMilliseconds(), 3).slice(0, 1), A: () => (hour < 12 ? 'AM' : 'PM'), a: () => (hour < 12 ? 'am' : 'pm'),
    ZZ: () => zone(''), Z: () => zone(':'), X: () => String(Math.floor(real.getTime() / 1000)), x: () => String(real.getTime()),
  }
  return layout.replace(/\[([^\]]*)\]|YYYY|YY|Q|MMMM|MMM|MM|M|DDDD|DDD|DD|Do|D|dddd|ddd|dd|d|HH|H|hh|h|mm|m|ss|s|SSS|SS|S|A|a|ZZ|Z|X|x/g,
    (part, quoted: string | undefined) => quoted ?? parts[part]?.() ?? part)
}

function ordinal(n: number): string {
  const suffix = Math.floor(n / 10) === 1 ? 'th' : ['th', 'st', 'nd', 'rd'][n % 10] ?? 'th'
  return n + suffix
}

function fromNow(seconds: number): string {
  const text = roughly(Math.abs(seconds))
  return seconds < 0 ? 'in ' + text : text + ' ago'
}

function roughly(s: number): string {
  const [minutes, hours, daysLong, monthsLong, years] = [60, 3600, 86400, 2629746, 31556952].map((n) => Math.round(s / n)) as [number, number, number, number, number]
  if (Math.round(s) < 45) return 'a few seconds'
  if (minutes <= 1) return 'a minute'
  if (minutes < 45) return `${minutes} minutes`
  if (hours <= 1) return 'an hour'
  if (hours < 22) return `${hours} hours`
  if (daysLong <= 1) return 'a day'
  if (daysLong < 26) return `${daysLong} days`
  if (monthsLong <= 1) return 'a month'
  if (monthsLong < 11) return `${monthsLong} months`
  return years <= 1 ? 'a year' : `${years} years`
}

/** clockText writes a length of time in the forms that are no number with a unit. */
export function clockText(form: string, value: number, decimals: number | null): { text: string; suffix: string } {
  switch (form) {
    case 'dtdurationms': return inWords(value, decimals, 'millisecond')
    case 'dtdurations': return inWords(value * 1000, decimals, 'second')
    case 'dthms':
    case 'dtdhms':
      if (value < 0) return { text: clockText(form, -value, decimals).text, suffix: ' ago' }
      return { text: hms(Math.floor(value), form === 'dtdhms'), suffix: '' }
    case 'clocks': value *= 1000
  }
  return { text: clock(value, decimals), suffix: '' }
}

function hms(s: number, withDays: boolean): string {
  let prefix = ''
  if (withDays && s >= 86400) {
    prefix = `${Math.floor(s / 86400)} d `
    s %= 86400
  }
  return `${prefix}${pad(Math.floor(s / 3600))}:${pad(Math.floor((s % 3600) / 60))}:${pad(s % 60)}`
}

const lengths: [string, number][] = [['year', 31536e6], ['month', 2592e6], ['week', 6048e5], ['day', 864e5], ['hour', 36e5], ['minute', 6e4], ['second', 1e3], ['millisecond', 1]]

function inWords(ms: number, decimals: number | null, unit: string): { text: string; suffix: string } {
  if (ms === 0) return { text: `0 ${unit}s`, suffix: '' }
  if (ms < 0) return { text: inWords(-ms, decimals, unit).text, suffix: ' ago' }
  const parts: string[] = []
  for (const [name, size] of lengths) {
    const n = Math.floor(ms / size)
    if (parts.length === 0 && n === 0) continue
    if (parts.length > Math.max(0, decimals ?? 0)) break
    parts.push(`${n} ${name}${n === 1 ? '' : 's'}`)
    ms -= n * size
  }
  return { text: parts.join(', '), suffix: '' }
}

function clock(ms: number, decimals: number | null): string {
  ms = Math.trunc(ms)
  if (Math.abs(ms) > 8.64e15) return `${Math.floor(ms / 3600e3)}h:Invalid date`
  const of = (size: number, round = 60) => (((Math.floor(ms / size) % round) + round) % round)
  const milli = `${pad(of(1, 1000), 3)}ms`
  if (ms < 1000) return milli
  const parts = [`${pad(of(1e3))}s`, milli]
  if (ms >= 60e3) parts.unshift(`${pad(of(60e3))}m`)
  if (ms >= 3600e3) parts.unshift(`${Math.floor(ms / 3600e3)}h`)
  return (decimals === null ? parts : parts.slice(0, 1 + Math.max(0, decimals))).join(':')
}
