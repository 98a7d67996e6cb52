/** What the page of latencies makes of an answer, without a browser. */
import type { Latency, LatencyRow, LatencyTime } from '../lib/api'
import { parse, unread } from '../lib/timerange'

/** Stat is which number of a distribution is shown. */
export type Stat = 'mean' | 'p50' | 'p90' | 'p99'

export const stats: { id: Stat; name: string; about: string }[] = [
  { id: 'mean', name: 'Mean', about: 'phases add up to the whole' },
  { id: 'p50', name: 'p50', about: 'half of the requests are faster' },
  { id: 'p90', name: 'p90', about: 'nine of ten requests are faster' },
  { id: 'p99', name: 'p99', about: '99 of 100 requests are faster' },
]

export const statOf = (text: string | null): Stat => stats.find((s) => s.id === text)?.id ?? 'mean'

/** By is what the rows are: models, pods, or each model on each pod. */
export type By = 'model' | 'pod' | 'both'

export const byOf = (text: string | null): By => (text === 'pod' || text === 'both' ? text : 'model')

/** value is one number of a distribution, in milliseconds. */
export function value(t: LatencyTime, stat: Stat): number {
  return { mean: t.meanMs, p50: t.p50Ms, p90: t.p90Ms, p99: t.p99Ms }[stat]
}

/** rowsOf are the rows to show. */
export function rowsOf(l: Latency, by: By): LatencyRow[] {
  return by === 'pod' ? l.pods : by === 'both' ? l.each : l.models
}

/** nameOf is how a row is called. */
export function nameOf(r: LatencyRow): string {
  if (r.model && r.pod) return `${r.model} on ${r.pod}`
  return r.model || r.pod || 'all requests'
}

export interface Piece {
  name: string
  label: string
  ms: number
  /** share of the bar */
  part: number
}

/** pieces are the phases of a row's bar. Quantiles of phases do not add up to the whole's: the bar shows them side by side. */
export function pieces(l: Latency, r: LatencyRow, stat: Stat): Piece[] {
  const all = r.phases.map((t, i) => ({ name: l.phases[i]?.name ?? '', label: l.phases[i]?.label ?? '', ms: value(t, stat) }))
  const sum = all.reduce((s, p) => s + p.ms, 0)
  return all.filter((p) => p.ms > 0).map((p) => ({ ...p, part: p.ms / sum }))
}

/** longest is the time that fills the width of the picture. */
export function longest(l: Latency, rows: LatencyRow[], stat: Stat): number {
  return Math.max(0, ...rows.map((r) => pieces(l, r, stat).reduce((s, p) => s + p.ms, 0)))
}

/** againstOf is what the address asks to compare with: "", "before", "time" (compareFrom and compareTo say which), or "left~right", two pods. */
export const againstOf = (params: URLSearchParams): string => params.get('against') ?? (params.has('compareFrom') ? 'time' : '')

/** uncompared is what to change in the address for no comparison. */
export const uncompared = { against: null, compareFrom: null, compareTo: null }

/** faultsOf says what is wrong with each end of another time, "" if nothing. */
export function faultsOf(from: string, to: string, now: number): { from: string; to: string } {
  const of = (text: string) => (text.trim() === '' ? 'a time is missing here: write now-3h, now/d or 2026-01-31 14:00:00' : unread(text, now))
  const faults = { from: of(from), to: of(to) }
  const empty = !faults.from && !faults.to && parse(from, now, false)! >= parse(to, now, true)!
  return empty ? { from: '', to: 'this time ends before it begins' } : faults
}

/** comparison are the parameters of the question, of what the address asks for; relative times of another time count from now. */
export function comparison(params: URLSearchParams, now: number): Record<string, string> {
  const text = againstOf(params)
  if (text === 'before') return { compare: 'before' }
  if (text === 'time') {
    const [from, to] = [params.get('compareFrom') ?? '', params.get('compareTo') ?? '']
    const faults = faultsOf(from, to, now)
    return faults.from || faults.to ? {} : { compareFrom: String(parse(from, now, false)), compareTo: String(parse(to, now, true)) }
  }
  const [left, right] = text.split('~')
  return left && right ? { left, right } : {}
}

/** marked cuts a sentence at the names that matter, so that they can be shown in bold. */
export function marked(sentence: string, names: string[]): { text: string; strong: boolean }[] {
  const wanted = names.filter((n) => n !== '').sort((a, b) => b.length - a.length)
  if (wanted.length === 0) return [{ text: sentence, strong: false }]
  const escaped = wanted.map((n) => n.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return sentence
    .split(new RegExp(`(?<![\\w-])(${escaped.join('|')})(?![\\w-])`))
    .map((text, i) => ({ text, strong: i % 2 === 1 }))
    .filter((p) => p.text !== '')
}
