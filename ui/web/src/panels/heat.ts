/** Where the rows of a heat map lie and what colour a count has. */
import type { HeatmapView } from '../lib/api'

/** positions are the bounds of the rows as shares of the height, from the lowest. */
export function positions(of: Pick<HeatmapView, 'edges' | 'log' | 'counts' | 'names'>): number[] {
  const rows = of.counts.length
  const even = Array.from({ length: rows + 1 }, (_, i) => i / Math.max(1, rows))
  if (of.edges.length !== rows + 1) return even
  const edges = of.edges.slice()
  if (!of.log) return scaled(edges) ?? even
  if (edges[0]! <= 0) edges[0] = rows > 1 && edges[1]! > 0 ? (edges[1]! * edges[1]!) / edges[2]! : edges[1]! / 2
  return scaled(edges.map((e) => Math.log(e))) ?? even
}

function scaled(values: number[]): number[] | null {
  const [first, last] = [values[0]!, values.at(-1)!]
  if (!Number.isFinite(first) || !Number.isFinite(last) || !(last > first)) return null
  return values.map((v) => (v - first) / (last - first))
}

type Bounds = Pick<HeatmapView, 'edges' | 'names'>

/** endless tells that the highest row has no upper bound: the edge above it only says how far it is drawn. */
export const endless = (of: Bounds): boolean => of.names.at(-1) === 'Infinity'

/** boundsOf are what a row lies between, in words. */
export function boundsOf(of: Bounds, row: number, write: (bound: number) => string): string {
  if (row === of.names.length - 1 && endless(of)) return `more than ${write(of.edges[row]!)}`
  return `${write(of.edges[row]!)} to ${write(of.edges[row + 1]!)}`
}

/** placeOf is where a value lies, as a share of the height; null outside. */
export function placeOf(of: Bounds & Pick<HeatmapView, 'log'>, at: number[], value: number): number | null {
  if (endless(of) && value > of.edges.at(-1)!) return 1
  const row = of.edges.findIndex((e, i) => value >= e && value <= (of.edges[i + 1] ?? -Infinity))
  if (row < 0) return null
  const [low, high] = [of.edges[row]!, of.edges[row + 1]!]
  const part = of.log && low > 0 ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low || 1)
  return at[row]! + part * (at[row + 1]! - at[row]!)
}

/** colorOf picks a colour by where a count lies between least and most. */
export function colorOf(of: Pick<HeatmapView, 'colors' | 'countMin' | 'countMax'>, count: number): string {
  if (of.colors.length === 0) return '#888888'
  const share = of.countMax > of.countMin ? (count - of.countMin) / (of.countMax - of.countMin) : 1
  return of.colors[Math.max(0, Math.min(of.colors.length - 1, Math.floor(share * of.colors.length)))]!
}

/** besideCell knows the fields of a cell by name or number: when it begins, its bounds, its count, the other rows of its column. */
export function besideCell(of: Pick<HeatmapView, 'timesMs' | 'stepMs' | 'edges' | 'names' | 'counts'>, column: number, row: number): (key: string) => string {
  const begin = of.timesMs[column] ?? NaN
  const text = (v: number | null | undefined) => (v === null || v === undefined || Number.isNaN(v) ? '' : String(v))
  const bounded = of.edges.length === of.counts.length + 1
  return (key) => {
    switch (key) {
      case 'Time': case 'xMin': case '0': return text(begin)
      case 'xMax': return text(begin + of.stepMs)
      case 'yMin': return bounded ? text(of.edges[row]) : ''
      case 'yMax': return !bounded ? '' : row === of.counts.length - 1 && endless(of) ? 'Infinity' : text(of.edges[row + 1])
      case 'y': return of.names[row] ?? ''
      case 'Count': case 'count': case 'Value': return text(of.counts[row]?.[column])
    }
    const named = of.names.indexOf(key)
    return text(of.counts[named >= 0 ? named : Number(key) - 1]?.[column])
  }
}
