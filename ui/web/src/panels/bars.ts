/** Where the parts of a bar chart stand: the plot, the ticks of the values, the names. */
import type { Tick } from './chart/ticks'

interface Wanted {
  width: number
  height: number
  flat: boolean
  /** degrees by which names are turned */
  turn: number
  /** pixels between names at least */
  spacing: number
  names: string[]
  wide: (text: string) => number
  ticks: (room: number) => Tick[]
  /** of the axis: "left", "right", "hidden"; of bars that lie, below, above, hidden */
  side: string
  label: string
}

export interface Sketch {
  left: number
  top: number
  w: number
  h: number
  /** pixels of a name's place */
  each: number
  values: Tick[]
  /** the names that are written, by their place */
  names: { at: number }[]
  /** pixels that a name may be long */
  nameRoom: number
}

export function sketchOf(o: Wanted): Sketch {
  const longest = Math.max(10, ...o.names.map(o.wide))
  const count = Math.max(1, o.names.length)
  const hidden = o.side === 'hidden'
  const label = o.label && !hidden ? 14 : 0
  if (o.flat) {
    const left = Math.min(longest + 14, o.width * 0.36)
    const [above, below] = o.side === 'right' ? [18 + label, 4] : [0, hidden ? 4 : 20 + label]
    const top = 8 + above
    const h = Math.max(10, o.height - top - below)
    const w = Math.max(10, o.width - left - 44)
    return { left, top, w, h, each: h / count, values: o.ticks(w), names: everyNth(count, (h / count) || 1, Math.max(13, 13 + Math.abs(o.spacing)), o.spacing < 0), nameRoom: left }
  }
  const slope = Math.abs(Math.sin((o.turn * Math.PI) / 180))
  const below = o.turn ? Math.min(longest * slope + 22, o.height * 0.45) : 22
  const top = 8
  const h = Math.max(10, o.height - top - below - 8)
  const values = o.ticks(h)
  const side = hidden ? 8 : Math.max(...values.map((t) => o.wide(t.text)), 10) + 12 + (label ? 16 : 0)
  const left = o.side === 'right' ? 12 : side
  const w = Math.max(10, o.width - side - 12)
  const each = w / count
  const room = o.turn ? (below - 18) / Math.max(slope, 0.2) : Math.max(each - 6, Math.min(longest, 46))
  return { left, top: top + 8, w, h: h - 8, each, values, names: everyNth(count, each, (o.turn ? 14 : Math.min(longest, room) + 6) + Math.abs(o.spacing), o.spacing < 0), nameRoom: room }
}

/** everyNth leaves out names that would stand on each other, counted from the end if so wanted. */
function everyNth(count: number, each: number, room: number, fromEnd: boolean): { at: number }[] {
  const n = Math.max(1, Math.ceil(room / each))
  return Array.from({ length: count }, (_, at) => ({ at })).filter(({ at }) => (fromEnd ? count - 1 - at : at) % n === 0)
}
