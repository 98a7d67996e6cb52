/**
 * Numbers written as a payload.Format says: the server knows units and what they
 * mean, here are only the rules by which their steps are written. Axis ticks and
 * tooltips use it; everything else comes written. The same rules are Go code in
 * ui/units; both are held against what Grafana writes (units.oracle.test.ts).
 */
import type { Format, Word } from './api'
import { stamp } from './format'
import { calendar, clockText, dateText } from './units.time'
import { zone, type ZoneName } from './zone.svelte'

/** What a number is written as; suffix has its space. */
export interface Written {
  prefix: string
  text: string
  suffix: string
  /** of a value mapping, "" where it says none */
  color: string
}

type Figure = Omit<Written, 'color'>

/** plainFormat writes numbers that have no unit. */
export const plainFormat: Format = { unit: 'none', kind: 'plain', prefix: '', scales: [], decimals: null, layout: '', words: [], noValue: '–' }

/** written takes a number apart; decimals overrides what the format says, as an axis does. */
export function written(of: Format, value: number | null | undefined, decimals: number | null = of.decimals, at: ZoneName = zone.name): Written {
  const word = wordOf(of.words, value)
  if (word) return { prefix: '', text: word.text, suffix: '', color: word.color }
  if (value === null || value === undefined || Number.isNaN(value)) return { prefix: '', text: of.noValue || '–', suffix: '', color: '' }
  return { ...figure(of, value, decimals, at), color: '' }
}

/** write is written in one piece. */
export function write(of: Format, value: number | null | undefined, decimals: number | null = of.decimals, at: ZoneName = zone.name): string {
  const w = written(of, value, decimals, at)
  return w.prefix + w.text + w.suffix
}

function wordOf(words: Word[], value: number | null | undefined): Word | undefined {
  if (words.length === 0) return undefined
  if (value === null || value === undefined || Number.isNaN(value)) return words.find((w) => w.missing)
  return words.find((w) => !w.missing && (w.from === null || value >= w.from) && (w.to === null || value <= w.to))
}

function figure(of: Format, value: number, decimals: number | null, at: ZoneName): Figure {
  const bare = (text: string) => ({ prefix: '', text, suffix: '' })
  if (of.kind === 'bool') {
    const [yes, no] = (of.layout || 'True/False').split('/')
    return bare((value === 0 ? no : yes) ?? '')
  }
  if (!Number.isFinite(value)) return bare(value > 0 ? '∞' : '-∞')
  switch (of.kind) {
    case 'hex': return bare(hex(of.prefix, Number(digits(value, decimals))))
    case 'scientific': return bare(value.toExponential(decimals ?? undefined))
    case 'datetime': return bare(of.layout ? dateText(value, of.layout, at) : stamp(value, at))
    case 'clock': return { prefix: '', ...clockText(of.layout, value, decimals) }
    case 'text': return bare(String(value))
    case 'locale': return { prefix: of.prefix, text: grouped(value, of.layout === 'financial', decimals), suffix: of.scales[0]?.suffix ?? '' }
  }
  return scaled(of, value, decimals)
}

function scaled(of: Format, value: number, decimals: number | null): Figure {
  const scale = scaleOf(of, value)
  const negative = of.kind === 'currency' && value < 0
  const prefix = negative ? '-' + of.prefix : of.prefix
  if (negative) value = -value
  if (!scale) return { prefix, text: digits(value, decimals), suffix: '' }
  const { divide, suffix } = scale
  if (of.layout !== 'seconds') return { prefix, text: digits(value / divide, decimals), suffix }
  if (value === 0) return { prefix, text: '0', suffix }
  const second = of.scales[0]!.divide
  const part = divide / second
  // what is small is multiplied, so that 0.001 s is 1 ms and not a little more
  return { prefix, text: digits(part < 1 ? (value / second) * Math.round(1 / part) : value / divide, decimals), suffix }
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

/** digits rounds to a number of decimals, or to three digits in all; a whole number then has none. */
export function digits(value: number, decimals: number | null): string {
  const n = decimals ?? enough(value)
  const factor = 10 ** Math.max(0, n)
  const rounded = Math.round(value * factor) / factor
  const text = String(rounded)
  if ((rounded === 0 && decimals === null) || text.includes('e') || n <= 0) return text
  const fraction = text.split('.')[1] ?? ''
  return (text.includes('.') ? text : text + '.') + '0'.repeat(Math.max(0, n - fraction.length))
}

/** enough is the number of decimals that show three significant digits; a whole number needs none. */
function enough(value: number): number {
  if (Number.isInteger(value)) return 0
  return Math.max(0, 2 - Math.floor(Math.log(Math.abs(value)) / Math.LN10))
}

/** moment writes a point of time by a layout of YYYY MM DD HH mm ss SSS; without one as date and time. */
export function moment(ms: number, layout: string, at: ZoneName = zone.name): string {
  return layout ? calendar(ms, layout, at) : stamp(ms, at)
}

function hex(prefix: string, value: number): string {
  return (value < 0 ? '-' : '') + prefix + Math.abs(value).toString(16).toUpperCase()
}

function grouped(value: number, exact: boolean, decimals: number | null): string {
  const most = decimals ?? (exact ? 1 : 3)
  return value.toLocaleString('en-US', { minimumFractionDigits: exact ? decimals ?? 0 : 0, maximumFractionDigits: most })
}

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
