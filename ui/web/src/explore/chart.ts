/** What lines look like: their colours, their values as text, where exemplars go. */
import type { ExploreChart } from '../lib/api'
import { fact, none } from '../lib/format'

/** Names of colours in the page's style, one a line; they come again after the last. */
export const colours = ['--gateway', '--phase-queue', '--server', '--phase-answer', '--phase-input', '--bad', '--phase-output', '--other', '--phase-infer', '--phase-network']

export const colourOf = (i: number) => `var(${colours[i % colours.length]})`

/** unitText writes a value in a unit of ours; a plain number keeps what it says. */
export function unitText(v: number | null | undefined, unit: string): string {
  if (v === null || v === undefined) return none
  if (unit === 'count' && !Number.isInteger(v)) return plain(v)
  return unit ? fact(v, unit) : plain(v)
}

/** axisText is a value beside an axis: without digits that say nothing. */
export function axisText(v: number, unit: string): string {
  return v === 0 ? '0' : unitText(v, unit).replace(/(\.\d*?)0+(?= |$)/, '$1').replace(/\.(?= |$)/, '')
}

function plain(v: number): string {
  const size = Math.abs(v)
  if (size === 0) return '0'
  if (size >= 1e15 || size < 1e-4) return v.toExponential(2)
  if (size >= 1e9) return `${trim(v / 1e9)} G`
  if (size >= 1e6) return `${trim(v / 1e6)} M`
  if (size >= 1e4) return `${trim(v / 1e3)} k`
  return trim(v)
}

const trim = (v: number) => String(Number(v.toPrecision(4)))

export interface Place {
  at: number
  /** null: its value is not of the axis; it stands at the bottom */
  value: number | null
  i: number
}

/** dotsOf are the exemplars that name a trace, of lines that are shown. */
export function dotsOf(chart: ExploreChart, visible: (label: string) => boolean): Place[] {
  return chart.exemplars.flatMap((e, i) => {
    const line = chart.series[e.series]
    if (!e.traceId || e.atMs < chart.fromMs || e.atMs > chart.toMs || (line && !visible(line.label))) return []
    return [{ at: e.atMs, value: chart.onAxis ? e.value : null, i }]
  })
}

export interface Summary {
  last: number | null
  mean: number | null
  most: number | null
}

/** summary of a line's points. */
export function summary(values: (number | null)[]): Summary {
  let [sum, n, most, last] = [0, 0, null as number | null, null as number | null]
  for (const v of values) {
    if (v === null) continue
    sum += v
    n++
    last = v
    if (most === null || v > most) most = v
  }
  return { last, most, mean: n > 0 ? sum / n : null }
}
