/**
 * Numbers written as a payload.Format says: the server knows units and what they
 * mean, here are only the steps that it sent. Axis ticks and tooltips use it;
 * everything else comes written.
 */
import type { Format, Word } from './api'
import { stamp } from './format'

/** What a number is written as; suffix has its space. */
export interface Written {
  prefix: string
  text: string
  suffix: string
  /** of a value mapping, "" where it says none */
  color: string
}

/** plainFormat writes numbers that have no unit. */
export const plainFormat: Format = { unit: 'none', kind: 'plain', prefix: '', scales: [], decimals: null, layout: '', words: [], noValue: '–' }

/** written takes a number apart; decimals overrides what the format says, as an axis does. */
export function written(of: Format, value: number | null | undefined, decimals: number | null = of.decimals, utc = false): Written {
  const word = wordOf(of.words, value)
  if (word) return { prefix: '', text: word.text, suffix: '', color: word.color }
  if (value === null || value === undefined || Number.isNaN(value)) return { prefix: '', text: of.noValue || '–', suffix: '', color: '' }
  return { ...figure(of, value, decimals, utc), color: '' }
}

/** write is written in one piece. */
export function write(of: Format, value: number | null | undefined, decimals: number | null = of.decimals, utc = false): string {
  const w = written(of, value, decimals, utc)
  return w.prefix + w.text + w.suffix
}

function wordOf(words: Word[], value: number | null | undefined): Word | undefined {
  if (words.length === 0) return undefined
  if (value === null || value === undefined || Number.isNaN(value)) return words.find((w) => w.missing)
  return words.find((w) => !w.missing && (w.from === null || value >= w.from) && (w.to === null || value <= w.to))
}

function figure(of: Format, value: number, decimals: number | null, utc: boolean): Omit<Written, 'color'> {
  const bare = (text: string) => ({ prefix: of.prefix, text, suffix: '' })
  if (!Number.isFinite(value)) return bare(value > 0 ? '∞' : '-∞')
  switch (of.kind) {
    case 'bool': return bare(value === 0 ? 'False' : 'True')
    case 'hex': return bare(hex(value))
    case 'scientific': return bare(value.toExponential(decimals ?? undefined))
    case 'datetime': return bare(moment(value, of.layout, utc))
    case 'clock': return bare(clockOf(value))
    case 'text': return bare(String(value))
  }
  const scale = scaleOf(of, value)
  return { prefix: of.prefix, text: digits(scale ? value / scale.divide : value, decimals), suffix: scale?.suffix ?? '' }
}

/** scaleOf is the last step that is not above the value; zero has the smallest. */
export function scaleOf(of: Format, value: number) {
  if (of.scales.length === 0) return undefined
  const size = Math.abs(value)
  let best = of.scales.reduce((a, b) => (b.from < a.from ? b : a))
  if (size === 0) return best
  for (const s of of.scales) if (s.from <= size && s.from >= best.from) best = s
  return best
}

/** digits rounds to a number of decimals, or to as many as tell two neighbours apart. */
export function digits(value: number, decimals: number | null): string {
  if (decimals === null) decimals = enough(value)
  const size = Math.abs(value)
  if (size >= 1e21) return String(value)
  const text = value.toFixed(Math.min(decimals, 100))
  return Number(text) === 0 ? text.replace('-', '') : text
}

/** enough is the number of decimals that show three significant digits; a whole number needs none. */
function enough(value: number): number {
  if (Number.isInteger(value)) return 0
  return Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))))
}

function hex(value: number): string {
  return (value < 0 ? '-' : '') + '0x' + Math.abs(Math.trunc(value)).toString(16).toUpperCase()
}

function clockOf(ms: number): string {
  const s = Math.floor(Math.abs(ms) / 1000)
  const two = (n: number) => String(n).padStart(2, '0')
  return `${ms < 0 ? '-' : ''}${two(Math.floor(s / 3600))}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`
}

/** moment writes a point of time by a layout of YYYY MM DD HH mm ss SSS; without one as date and time. */
export function moment(ms: number, layout: string, utc: boolean): string {
  if (!layout) return stamp(ms, utc)
  const t = utc ? new Date(ms + new Date(ms).getTimezoneOffset() * 60_000) : new Date(ms)
  const parts: Record<string, string> = {
    YYYY: String(t.getFullYear()), MM: pad(t.getMonth() + 1), DD: pad(t.getDate()), HH: pad(t.getHours()),
    mm: pad(t.getMinutes()), ss: pad(t.getSeconds()), SSS: pad(t.getMilliseconds(), 3),
  }
  return layout.replace(/YYYY|SSS|MM|DD|HH|mm|ss/g, (part) => parts[part]!)
}

const pad = (n: number, width = 2) => String(n).padStart(width, '0')

/** tickDecimals is how many decimals tell ticks of this distance apart. */
export function tickDecimals(of: Format, ticks: number[], step: number): number | null {
  if (of.decimals !== null) return of.decimals
  const largest = Math.max(...ticks.map(Math.abs))
  const distance = step / (scaleOf(of, largest)?.divide ?? 1)
  for (let n = 0; n < 12; n++) {
    const scaled = distance * 10 ** n
    if (Math.abs(scaled - Math.round(scaled)) < 1e-6 * Math.max(1, scaled)) return n
  }
  return null
}
