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
  if (/^\d{1,15}$/.test(text)) return Number(text)
  const local = /^(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d)(:\d\d(?:\.\d+)?)?)?$/.exec(text)
  const at = local ? Date.parse(`${local[1]}T${local[2] ?? '00:00'}${local[3] ?? ':00'}${utc ? 'Z' : ''}`) : Date.parse(text)
  return Number.isNaN(at) ? null : at
}

function add(t: Date, n: number, unit: string, utc: boolean): Date {
  const d = new Date(t)
  if (unit === 'y' || unit === 'M') {
    const months = unit === 'y' ? 12 * n : n
    if (utc) d.setUTCMonth(d.getUTCMonth() + months)
    else d.setMonth(d.getMonth() + months)
  } else if (unit === 'd' || unit === 'w') {
    const days = unit === 'w' ? 7 * n : n
    if (utc) d.setUTCDate(d.getUTCDate() + days)
    else d.setDate(d.getDate() + days)
  } else d.setTime(d.getTime() + n * lengths[unit]!)
  return d
}

function floor(t: Date, unit: string, utc: boolean): Date {
  if (utc) {
    const shifted = new Date(t.getTime() + t.getTimezoneOffset() * 60e3)
    return new Date(floor(shifted, unit, false).getTime() - t.getTimezoneOffset() * 60e3)
  }
  const d = new Date(t)
  if (unit === 's') d.setMilliseconds(0)
  if (unit === 'm') d.setSeconds(0, 0)
  if (unit === 'h') d.setMinutes(0, 0, 0)
  if ('dwMy'.includes(unit)) d.setHours(0, 0, 0, 0)
  if (unit === 'w') d.setDate(d.getDate() - ((d.getDay() + 6) % 7))
  if (unit === 'M') d.setDate(1)
  if (unit === 'y') d.setMonth(0, 1)
  return d
}

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
  const one = (text: string) => (/^\d+$/.test(text) ? write(Number(text)) : text)
  return `${one(from)} to ${one(to)}`
}
