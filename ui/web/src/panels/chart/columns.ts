/** What uPlot is given: lines stacked, short gaps closed, hidden lines left out. */
import type uPlot from 'uplot'
import type { ChartView, Line } from '../../lib/api'
import { alpha } from './colours'

export type Column = (number | null | undefined)[]

export interface Columns {
  data: uPlot.AlignedData
  bands: uPlot.Band[]
}

/** columnsOf gives one column a line; hidden says which lines the reader has switched off. */
export function columnsOf(chart: ChartView, hidden: (line: Line) => boolean): Columns {
  const shown = chart.lines.map((line) => !line.hidden && !hidden(line))
  const columns = chart.lines.map((line) => spanned(chart.timesMs, line))
  const bands = [...stack(chart.lines, columns, shown), ...between(chart.lines, shown)]
  return { data: [chart.timesMs, ...columns] as uPlot.AlignedData, bands }
}

/**
 * spanned makes of nulls that are drawn over what uPlot passes by (undefined): of
 * those in gaps of at most spanGapsMs. Where nothing is spanned the column stays
 * the server's own.
 */
export function spanned(times: number[], line: Pick<Line, 'values' | 'spanGapsMs'>): Column {
  const limit = line.spanGapsMs
  if (limit === null || limit === 0) return line.values
  const out: Column = line.values.slice()
  let last = -1
  for (let i = 0; i < out.length; i++) {
    if (out[i] === null) continue
    if (last >= 0 && i - last > 1 && (limit < 0 || times[i]! - times[last]! <= limit)) out.fill(undefined, last + 1, i)
    last = i
  }
  return out
}

/** A stack is of one group, one axis and one direction: what is mostly negative grows downwards. */
function stack(lines: Line[], columns: Column[], shown: boolean[]): uPlot.Band[] {
  const stacks = new Map<string, number[]>()
  lines.forEach((line, i) => {
    if (!line.stack || !shown[i]) return
    const key = `${line.stack}|${line.axis}|${downwards(line.values)}`
    stacks.set(key, [...(stacks.get(key) ?? []), i])
  })
  const bands: uPlot.Band[] = []
  for (const members of stacks.values()) {
    pile(members.map((i) => lines[i]!), members, columns)
    const down = downwards(lines[members[0]!]!.values)
    for (let n = 1; n < members.length; n++) bands.push({ series: [members[n]! + 1, members[n - 1]! + 1], dir: down ? 1 : -1 })
  }
  return bands
}

/** pile adds up the columns of one stack in place; where a line has no value it adds nothing. */
function pile(lines: Line[], members: number[], columns: Column[]) {
  const length = lines[0]!.values.length
  const sums = new Float64Array(length)
  const totals = lines.some((l) => l.stackMode === 'percent') ? totalsOf(lines, length) : null
  lines.forEach((line, n) => {
    const column = columns[members[n]!]!
    const out: Column = new Array(length)
    for (let i = 0; i < length; i++) {
      const v = column[i]
      if (v === null || v === undefined) {
        out[i] = v
        continue
      }
      sums[i]! += totals ? (totals[i] === 0 ? 0 : v / totals[i]!) : v
      out[i] = sums[i]!
    }
    columns[members[n]!] = out
  })
}

function totalsOf(lines: Line[], length: number): Float64Array {
  const totals = new Float64Array(length)
  for (const line of lines) for (let i = 0; i < length; i++) totals[i]! += Math.abs(line.values[i] ?? 0)
  return totals
}

/** downwards says whether a line has more below zero than above. */
export function downwards(values: (number | null)[]): boolean {
  let sum = 0
  for (const v of values) sum += v ?? 0
  return sum < 0
}

/** between fills from a line down to another one. */
function between(lines: Line[], shown: boolean[]): uPlot.Band[] {
  const bands: uPlot.Band[] = []
  lines.forEach((line, i) => {
    if (!line.fillBelow || !shown[i]) return
    const below = lines.findIndex((l) => l.name === line.fillBelow)
    if (below >= 0 && below !== i && shown[below]) bands.push({ series: [i + 1, below + 1], fill: alpha(line.color, line.fill || 0.2) })
  })
  return bands
}

/** percentOf says whether everything on an axis is stacked to a hundred percent. */
export function percentOf(lines: Line[], axis: number): boolean {
  const on = lines.filter((l) => l.axis === axis && !l.hidden)
  return on.length > 0 && on.every((l) => l.stack !== '' && l.stackMode === 'percent')
}
