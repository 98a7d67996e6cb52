/** Points of time as Grafana writes them: now-3h, now/d, Unix milliseconds, dates. The server reads them alike (ui/timerange). */

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
export function parse(text: string, now: number, end: boolean, utc = false): number | null {
  const parts = relative.exec(text.trim())
  if (!parts) return absolute(text.trim(), utc)
  let at = new Date(now)
  for (const [, sign, n, unit] of parts[1]!.matchAll(/([-+])(\d+)([smhdwMy])/g)) at = add(at, (sign === '-' ? -1 : 1) * Number(n), unit!, utc)
  if (!parts[2]) return at.getTime()
  const begin = floor(at, parts[2], utc)
  return end ? add(begin, 1, parts[2], utc).getTime() - 1 : begin.getTime()
}

function absolute(text: string, utc: boolean): number | null {
  const compact = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d))?$/.exec(text)
  if (compact) {
    const [y, mo, d, h, mi, s] = compact.slice(1).map((n) => Number(n ?? 0))
    return Date.UTC(y!, mo! - 1, d, h, mi, s)
  }
  if (/^\d{1,15}$/.test(text)) return Number(text)
  const local = /^(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d)(:\d\d(?:\.\d+)?)?)?$/.exec(text)
  const at = local ? Date.parse(`${local[1]}T${local[2] ?? '00:00'}${local[3] ?? ':00'}${utc ? 'Z' : ''}`) : Date.parse(text)
  return Number.isNaN(at) ? null : at
}

function add(t: Date, n: number, unit: string, utc: boolean): Date {
  const d = new Date(t)
  if (unit === 'y' || unit === 'M') {
    const day = utc ? d.getUTCDate() : d.getDate()
    const months = unit === 'y' ? 12 * n : n
    // The last day of a month that has no such day: a month before March 31 is the end of February.
    if (utc) {
      d.setUTCDate(1)
      d.setUTCMonth(d.getUTCMonth() + months)
      d.setUTCDate(Math.min(day, new Date(Date.UTC(d.getUTCFullYear(), d.getUTCMonth() + 1, 0)).getUTCDate()))
    } else {
      d.setDate(1)
      d.setMonth(d.getMonth() + months)
      d.setDate(Math.min(day, new Date(d.getFullYear(), d.getMonth() + 1, 0).getDate()))
    }
  } else if (unit === 'd' || unit === 'w') {
    const days = unit === 'w' ? 7 * n : n
    if (utc) d.setUTCDate(d.getUTCDate() + days)
    else d.setDate(d.getDate() + days)
  } else d.setTime(d.getTime() + n * lengths[unit]!)
  return d
}

function floor(t: Date, unit: string, utc: boolean): Date {
  // What is shorter than a day is taken off: an hour that comes twice when the clocks go back is no name of a time.
  if (unit === 's') return new Date(t.getTime() - t.getMilliseconds())
  if (unit === 'm') return new Date(t.getTime() - (t.getTime() % 60e3))
  if (unit === 'h') return new Date(t.getTime() - (t.getTime() % 60e3) - (utc ? t.getUTCMinutes() : t.getMinutes()) * 60e3)
  const [year, month, day, weekday] = utc ? [t.getUTCFullYear(), t.getUTCMonth(), t.getUTCDate(), t.getUTCDay()] : [t.getFullYear(), t.getMonth(), t.getDate(), t.getDay()]
  const at = (m: number, d: number) => (utc ? new Date(Date.UTC(year, m, d)) : new Date(year, m, d))
  if (unit === 'y') return at(0, 1)
  if (unit === 'M') return at(month, 1)
  return at(month, unit === 'w' ? day - ((weekday + 6) % 7) : day)
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
    const exact = moment.test(text) ? absolute(text, true) : null
    return exact === null ? text : write(exact)
  }
  return `${one(from)} to ${one(to)}`
}
