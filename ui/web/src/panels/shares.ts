/** The geometry of pies and of bars. */
import type { BarsView, Slice } from '../lib/api'

export interface Arc {
  slice: Slice
  share: number
  /** the outline, as an SVG path */
  path: string
  /** where its words stand */
  x: number
  y: number
  /** pixels along its middle */
  room: number
}

const turn = 2 * Math.PI

/** arcsOf lays slices around a middle, from the top and clockwise. */
export function arcsOf(slices: Slice[], radius: number, hole: number): Arc[] {
  const parts = slices.map((s) => Math.max(0, s.value.number ?? 0))
  const total = parts.reduce((a, b) => a + b, 0)
  let before = 0
  return slices.flatMap((slice, i) => {
    const share = total > 0 ? parts[i]! / total : 0
    const [from, to] = [before, before + share]
    before = to
    if (share <= 0) return []
    const middle = hole > 0 ? (radius + hole) / 2 : radius * 0.64
    const [x, y] = at((from + to) / 2, middle)
    return [{ slice, share, path: outline(from, to, radius, hole), x, y, room: share * turn * middle }]
  })
}

const at = (share: number, radius: number): [number, number] => [Math.sin(share * turn) * radius, -Math.cos(share * turn) * radius]

function outline(from: number, to: number, radius: number, hole: number): string {
  const p = (share: number, r: number) => at(share, r).map((n) => n.toFixed(2)).join(' ')
  const large = to - from > 0.5 ? 1 : 0
  if (to - from > 0.9999) { // an arc that ends where it begins is none
    const ring = (r: number, sweep: number) => `M${p(0, r)}A${r} ${r} 0 1 ${sweep} ${p(0.5, r)}A${r} ${r} 0 1 ${sweep} ${p(0, r)}Z`
    return ring(radius, 1) + (hole > 0 ? ring(hole, 0) : '')
  }
  const outer = `${p(from, radius)}A${radius} ${radius} 0 ${large} 1 ${p(to, radius)}`
  return hole > 0 ? `M${outer}L${p(to, hole)}A${hole} ${hole} 0 ${large} 0 ${p(from, hole)}Z` : `M0 0L${outer}Z`
}

export interface Bar {
  group: number
  series: number
  /** of values; from is nearer to nought */
  from: number
  to: number
  /** place across, as shares of the group's place */
  begin: number
  width: number
}

/** barsOf lays the bars of the series that are seen side by side, or upon each other, upwards and downwards from nought. */
export function barsOf(of: Pick<BarsView, 'names' | 'series' | 'stacking' | 'groupWidth' | 'barWidth'>, hidden: (name: string) => boolean): Bar[] {
  const seen = of.series.flatMap((s, i) => (hidden(s.name) ? [] : [i]))
  const stacked = of.stacking !== 'none'
  const place = of.groupWidth / (stacked ? 1 : Math.max(1, seen.length))
  return of.names.flatMap((_, group) => {
    const values = seen.map((i) => of.series[i]!.bars[group]?.number ?? null)
    const total = values.reduce<number>((sum, v) => sum + Math.abs(v ?? 0), 0)
    const top = { up: 0, down: 0 }
    return seen.flatMap((series, n) => {
      const value = values[n]
      if (value === null || value === undefined) return []
      const length = of.stacking === 'percent' ? (total > 0 ? value / total : 0) : value
      const side = length < 0 ? 'down' : 'up'
      const from = stacked ? top[side] : 0
      top[side] = from + length
      return [{ group, series, from, to: from + length, begin: (1 - of.groupWidth) / 2 + (stacked ? 0 : n * place) + (place * (1 - of.barWidth)) / 2, width: place * of.barWidth }]
    })
  })
}
