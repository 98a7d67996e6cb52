/** Points of time as Grafana writes them: now-3h, now/d, Unix milliseconds, dates. The server reads them alike (ui/timerange). */
import { unwall, wall, zone as page, type ZoneName } from './zone.svelte'

export interface Range {
  from: number
  to: number
}

const relative = /^now((?:[-+]\d{1,6}[smhdwMy])*)(?:\/([smhdwMy]))?$/

const lengths: Record<string, number> = { ms: 1, s: 1e3, m: 60e3, h: 3600e3, d: 86400e3, w: 7 * 86400e3 }

/** span reads a length of time (5s, 1m, 3h) as milliseconds, 0 if it is none. */
export function span(text: string): number {
  const parts = /^(\d+)(ms|s|m|h|d|w)$/.exec(text)
  return parts ? Number(parts[1]) * lengths[parts[2]!]! : 0
}

const paces = ['5s', '10s', '30s', '1m', '5m', '15m', '30m', '1h']

/** pace reads how often to ask anew: "auto" goes by the length of what is shown, "false" and "off" are never. */
export function pace(text: string, range: Range): string {
  if (text === 'auto') return paces.find((p) => span(p) * 500 >= range.to - range.from) ?? '1h'
  return span(text) > 0 ? text : ''
}

/** parse reads a point of time as Unix milliseconds, null if it is none; end rounds "now/d" up to the last moment of the day. */
export function parse(text: string, now: number, end: boolean, zone: ZoneName = page.name): number | null {
  const parts = relative.exec(text.trim())
  if (!parts) return absolute(text.trim(), zone)
  let at = now
  for (const [, sign, n, unit] of parts[1]!.matchAll(/([-+])(\d+)([smhdwMy])/g)) at = add(at, (sign === '-' ? -1 : 1) * Number(n), unit!, zone)
  if (!parts[2]) return at
  const begin = floor(at, parts[2], zone)
  return end ? add(begin, 1, parts[2], zone) - 1 : begin
}

/** unread says why a text is no point of time, "" if it is one. */
export function unread(text: string, now: number): string {
  return parse(text, now, false) === null ? 'not a time: write now-3h, now/d or 2026-01-31 14:00:00' : ''
}

/** fixed is a point of time as an address has it: what counts from now as it was written, else Unix milliseconds, the same in every zone. */
export function fixed(text: string, now: number): string {
  return text.includes('now') ? text.trim() : String(parse(text, now, false))
}

function absolute(text: string, zone: ZoneName): number | null {
  const compact = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d))?$/.exec(text)
  if (compact) {
    const [y, mo, d, h, mi, s] = compact.slice(1).map((n) => Number(n ?? 0))
    return Date.UTC(y!, mo! - 1, d, h, mi, s)
  }
  if (/^\d{1,15}$/.test(text)) return Number(text)
  const local = /^(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d)(:\d\d(?:\.\d+)?)?)?$/.exec(text)
  const at = Date.parse(local ? `${local[1]}T${local[2] ?? '00:00'}${local[3] ?? ':00'}Z` : text)
  if (Number.isNaN(at)) return null
  return local ? unwall(at, zone) : at
}

function add(ms: number, n: number, unit: string, zone: ZoneName): number {
  if (!'yMdw'.includes(unit)) return ms + n * lengths[unit]!
  const d = wall(ms, zone)
  if (unit === 'd' || unit === 'w') d.setUTCDate(d.getUTCDate() + (unit === 'w' ? 7 * n : n))
  else {
    // The last day of a month that has no such day: a month before March 31 is the end of February.
    const day = d.getUTCDate()
    d.setUTCDate(1)
    d.setUTCMonth(d.getUTCMonth() + (unit === 'y' ? 12 * n : n))
    d.setUTCDate(Math.min(day, new Date(Date.UTC(d.getUTCFullYear(), d.getUTCMonth() + 1, 0)).getUTCDate()))
  }
  return unwall(d, zone)
}

function floor(ms: number, unit: string, zone: ZoneName): number {
  const d = wall(ms, zone)
  // What is shorter than a day is taken off: an hour that comes twice when the clocks go back is no name of a time.
  if (unit === 's') return ms - d.getUTCMilliseconds()
  if (unit === 'm') return ms - (d.getTime() % 60e3)
  if (unit === 'h') return ms - (d.getTime() % 3600e3)
  const [year, month, day, weekday] = [d.getUTCFullYear(), d.getUTCMonth(), d.getUTCDate(), d.getUTCDay()]
  if (unit === 'y') return unwall(Date.UTC(year, 0, 1), zone)
  if (unit === 'M') return unwall(Date.UTC(year, month, 1), zone)
  return unwall(Date.UTC(year, month, unit === 'w' ? day - ((weekday + 6) % 7) : day), zone)
}

/** what names one moment in every time zone */
export const moment = /^(\d+|\d{8}T\d{6}|\d{4}-.*(Z|[+-]\d\d:\d\d))$/

const words: Record<string, string> = { s: 'second', m: 'minute', h: 'hour', d: 'day', w: 'week', M: 'month', y: 'year' }

/** say names a range as the picker shows it; write gives a point of time its text. */
export function say(from: string, to: string, write: (ms: number) => string): string {
  const last = /^now-(\d+)([smhdwMy])$/.exec(from)
  if (last && to === 'now') {
    const [n, word] = [Number(last[1]), words[last[2]!]!]
    return `Last ${n === 1 ? word : `${n} ${word}s`}`
  }
  const day = /^now(?:-(\d+)d)?\/d$/.exec(from)
  if (day && from === to) return day[1] === undefined ? 'Today' : day[1] === '1' ? 'Yesterday' : `${day[1]} days ago`
  const one = (text: string) => {
    const exact = moment.test(text) ? absolute(text, 'utc') : null
    return exact === null ? text : write(exact)
  }
  return `${one(from)} to ${one(to)}`
}
