/** What a chart says at one point of its axis. */
import type { ChartView, Line, PanelLink, Tooltip } from '../../lib/api'
import { moment, written, write } from '../../lib/units'
import type { ZoneName } from '../../lib/zone.svelte'
import { colorAt } from './colours'

export interface Reading {
  name: string
  color: string
  value: number | null
  text: string
  line: Line
}

/** readingsAt lists the lines that are seen, as the tooltip of the panel wants them. */
export function readingsAt(chart: ChartView, index: number, hidden: (line: Line) => boolean): Reading[] {
  const rows: Reading[] = []
  for (const line of chart.lines) {
    if (line.hidden || line.hideTooltip || hidden(line)) continue
    const value = line.values[index] ?? null
    if (value === null) continue
    const w = written(line.format, value)
    rows.push({ name: line.name, color: w.color || (line.bands.length > 0 ? colorAt(line.bands, value, line.color) : line.color), value, text: w.prefix + w.text + w.suffix, line })
  }
  return toldOf(chart.tooltip, rows, (r) => r.value)
}

/** toldOf are those of some values that a tooltip tells, in the order that the panel wants; what is no number comes last. */
export function toldOf<T>(tooltip: Tooltip, list: T[], value: (of: T) => number | null): T[] {
  const told = tooltip.hideZeros ? list.filter((of) => value(of) !== 0) : list
  if (tooltip.sort === 'none') return told
  const sign = tooltip.sort === 'asc' ? 1 : -1
  return told.toSorted((a, b) => {
    const [x, y] = [value(a), value(b)]
    return x === null || y === null ? Number(x === null) - Number(y === null) : sign * (x - y)
  })
}

/** nearestIndex is the place of the time that is nearest, by halves. */
export function nearestIndex(times: number[], at: number): number {
  if (times.length === 0) return -1
  let [low, high] = [0, times.length - 1]
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (times[middle]! <= at) low = middle
    else high = middle
  }
  return at - times[low]! <= times[high]! - at ? low : high
}

/** headOf names a point on the x axis. */
export function headOf(chart: ChartView, index: number, zone: ZoneName): string {
  const at = chart.timesMs[index]
  return at === undefined ? '' : headAt(chart, at, zone)
}

/** headAt names a place on the x axis where no point has to be. */
export function headAt(chart: ChartView, at: number, zone: ZoneName): string {
  return chart.xIsTime ? moment(at, at % 1000 === 0 ? '' : 'YYYY-MM-DD HH:mm:ss.SSS', zone) : String(at)
}

/** filled puts what was pointed at into the links of a line. */
export function filled(links: PanelLink[], row: Reading, chart: ChartView, index: number): PanelLink[] {
  const time = String(chart.timesMs[index] ?? '')
  return filledAt(links, { time, value: row.value, text: row.text, beside: (key) => (key === 'Time' || key === '0' ? time : fieldOf(chart, key, index)) })
}

/** Spot is the one value that is pointed at. */
export interface Spot {
  /** Unix milliseconds, "" for none */
  time: string
  value: number | null
  text: string
  /** the value of another field there, by its name or number */
  beside: (key: string) => string
}

/**
 * filledAt puts what was pointed at into links: the server has put in the rest. In an
 * address a value is written as in one, unless its reference says a format.
 */
export function filledAt(links: PanelLink[], at: Spot): PanelLink[] {
  const value = String(at.value ?? '')
  const words: Record<string, string> = { '__value.time': at.time, '__value.raw': value, __value: value, '__value.numeric': value, '__value.text': at.text, '__value.calc': '' }
  const fill = (text: string, usual: string) => text.replace(/\$\{(__(?:value|data)[^}:]*)(?::([a-z]+))?\}/g, (whole, name: string, format?: string) => {
    const key = /^__data\.fields(?:\.|\[)["']?([^"'\]]+)["']?\]?(?:\.(?:text|numeric))?$/.exec(name)?.[1]?.replace(/\.(text|numeric)$/, '')
    const found = key === undefined ? words[name] : at.beside(key)
    return found === undefined ? whole : encoded(found, format ?? usual)
  })
  return links.map((l) => ({ ...l, url: fill(l.url, 'uriencode'), title: fill(l.title, 'raw') }))
}

/** fieldOf is the value beside it, of the line of a name or a number. */
function fieldOf(chart: ChartView, key: string, index: number): string {
  const line = chart.lines.find((l) => l.name === key) ?? chart.lines[Number(key) - 1]
  return String(line?.values[index] ?? '')
}

function encoded(value: string, format: string): string {
  if (format === 'percentencode' || format === 'queryparam') return encodeURIComponent(value)
  return format === 'uriencode' ? encodeURI(value) : value
}

/** Sum is a line in a few words, for those who do not see it. */
export interface Sum {
  name: string
  least: string
  most: string
  last: string
}

export function sums(lines: Line[]): Sum[] {
  return lines.filter((l) => !l.hidden).map((line) => {
    let [least, most, last] = [Infinity, -Infinity, null as number | null]
    for (const v of line.values) {
      if (v === null) continue
      if (v < least) least = v
      if (v > most) most = v
      last = v
    }
    const say = (v: number | null) => write(line.format, v !== null && Number.isFinite(v) ? v : null)
    return { name: line.name, least: say(least), most: say(most), last: say(last) }
  })
}
