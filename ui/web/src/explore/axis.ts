/** Scales of the pictures: marks that a person reads, on a logarithmic axis and on one of time. */
import { clock, duration } from '../lib/format'
import { unwall, wall } from '../lib/zone.svelte'

/** logMarks are 1, 2 and 5 of each power of ten within a range, thinned to about the number that fits. */
export function logMarks(low: number, high: number, fit: number): number[] {
  const all: number[] = []
  for (let e = Math.floor(Math.log10(low)); e <= Math.ceil(Math.log10(high)); e++) {
    for (const m of [1, 2, 5]) if (m * 10 ** e >= low && m * 10 ** e <= high) all.push(m * 10 ** e)
  }
  if (all.length <= fit) return all
  const tens = all.filter((v) => Number.isInteger(Math.round(Math.log10(v) * 1e9) / 1e9))
  return tens.length >= 2 ? tens.filter((_, i) => i % Math.ceil(tens.length / fit) === 0) : all.filter((_, i) => i % Math.ceil(all.length / fit) === 0)
}

const steps = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800].map((s) => s * 1000)

const months = [1, 2, 3, 6, 12, 24, 60, 120]

/** timeMarks are round times of the page's zone within a range, at most as many as fit. */
export function timeMarks(from: number, to: number, fit: number): number[] {
  const step = steps.find((s) => (to - from) / s <= fit)
  if (step === undefined) return monthMarks(from, to, fit)
  const marks: number[] = []
  if (step < 3_600_000) {
    for (let at = Math.ceil(from / step) * step; at <= to; at += step) marks.push(at)
    return marks
  }
  // Hours of the day and days, which are not of one length where clocks change.
  const hours = step / 3_600_000
  const day = Math.floor(wall(from).getTime() / 86_400_000)
  const back = hours > 24 ? (day + (hours === 168 ? 3 : 0)) % (hours / 24) : 0 // weeks begin on Mondays
  for (let n = 0; ; n += hours) {
    const at = unwall((day - back) * 86_400_000 + n * 3_600_000)
    if (at > to) return marks
    if (at >= from) marks.push(at)
  }
}

function monthMarks(from: number, to: number, fit: number): number[] {
  const step = months.find((n) => (to - from) / (n * 2_629_800_000) <= fit) ?? months.at(-1)!
  const first = wall(from)
  const marks: number[] = []
  for (let n = Math.floor((first.getUTCFullYear() * 12 + first.getUTCMonth()) / step) * step; ; n += step) {
    const at = unwall(Date.UTC(0, n - 1900 * 12))
    if (at > to) return marks
    if (at >= from) marks.push(at)
  }
}

/** timeText writes a mark as finely as the marks are apart. */
export function timeText(ms: number, apart: number): string {
  if (apart < 1000) return clock(ms, true)
  const t = wall(ms)
  const month = String(t.getUTCMonth() + 1).padStart(2, '0')
  if (apart >= 300 * 86_400_000) return String(t.getUTCFullYear())
  if (apart >= 27 * 86_400_000) return `${t.getUTCFullYear()}-${month}`
  if (apart >= 43_200_000) return `${t.getUTCMonth() + 1}-${String(t.getUTCDate()).padStart(2, '0')}`
  return apart >= 60_000 ? clock(ms).slice(0, 5) : clock(ms)
}

/** sizeText writes a value of a logarithmic axis of durations or of plain numbers; no digits that say nothing. */
export function sizeText(v: number, unit: string): string {
  if (unit === 'seconds') return duration(v * 1e9).replace(/\.0+(?= )/, '').replace(/(\.\d*?)0+(?= )/, '$1')
  return v >= 1e6 || v < 1e-3 ? v.toExponential(0) : String(Number(v.toPrecision(3)))
}
