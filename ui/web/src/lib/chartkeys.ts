import type uPlot from 'uplot'

/** Grown is a range of the x axis that grows by keys: from where the cursor was, to where it is, in either direction. */
export interface Grown {
  from: number
  to: number
}

/** ends are a range's ends in their order. */
export const ends = (of: Grown): [number, number] => [Math.min(of.from, of.to), Math.max(of.from, of.to)]

/** marked draws a range as a drag is drawn, null takes it away; unit is one of the scale's in the range's. */
export function marked(u: uPlot, of: Grown | null, unit = 1) {
  const [a, b] = of ? ends(of).map((at) => u.valToPos(at / unit, 'x')) as [number, number] : [0, 0]
  u.setSelect({ left: a, width: b - a, top: 0, height: of ? u.over.clientHeight : 0 }, false)
}

/** stepTo is the point at which a key puts a chart's cursor, undefined for other keys; without one it comes from the end that is left behind. */
export function stepTo(key: string, index: number | null, last: number): number | undefined {
  const by = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10 }[key]
  const to = key === 'Home' ? 0 : key === 'End' ? last : by === undefined ? undefined : (index ?? (by < 0 ? last + 1 : -1)) + by
  return to === undefined ? undefined : Math.max(0, Math.min(last, to))
}
