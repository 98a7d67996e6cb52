/** Where values lie on the axis of a bar chart: evenly, or by their logarithms. */
import type { ChartAxis } from '../lib/api'
import { write } from '../lib/units'
import { base, rangeOf } from './chart/scales'
import { thinned, valueTicks, type Tick } from './chart/ticks'

export interface Along {
  least: number
  most: number
  /** the place of a value, as a share of the axis; what is beyond its ends is at them */
  share: (value: number) => number
  /** ticks of an axis so long, that far from each other at least */
  ticks: (length: number, room: number) => Tick[]
  /** false where a value has no place: at or below nought on a logarithmic axis */
  has: (value: number) => boolean
}

const within = (n: number) => Math.max(0, Math.min(1, n))

/** alongOf lays an axis along values. */
export function alongOf(axis: ChartAxis, values: number[]): Along {
  const seen = axis.scale === 'log' ? values.filter((v) => v > 0) : [0, ...values]
  const [least, most] = rangeOf(axis, seen.length > 0 ? Math.min(...seen) : null, seen.length > 0 ? Math.max(...seen) : null, true)
  const by = bent(axis)
  const [from, to] = [by(least), by(most)]
  const share = (value: number) => within((by(value) - from) / (to - from || 1)) || 0
  const ticks = (length: number, room: number): Tick[] => {
    if (axis.scale !== 'log' && axis.scale !== 'symlog') return valueTicks(least, most, length, axis.format, room)
    // Away from nought in both directions, so that nought itself has its tick.
    const middle = axis.scale === 'log' ? least : 0
    const place = (at: number) => Math.abs(share(at) - share(middle)) * length
    const spread = (list: number[]) => [...thinned(list.filter((v) => v >= middle), place, room), ...thinned([middle, ...list.filter((v) => v < middle)], place, room).slice(1)]
    const powers = spread(rounds(axis, least, most, 1))
    const at = powers.length > 2 ? powers : spread(rounds(axis, least, most, base(axis) === 10 ? 5 : 1))
    return at.map((v) => ({ at: v, text: write(axis.format, v) }))
  }
  return { least, most, share, ticks, has: (value) => axis.scale !== 'log' || value > 0 }
}

/** bent is what of a value grows evenly along an axis. */
function bent(axis: ChartAxis): (value: number) => number {
  if (axis.scale === 'log') return (v) => (v > 0 ? Math.log(v) : -Infinity)
  if (axis.scale === 'symlog') return (v) => Math.asinh(v / (axis.linearBelow || 1))
  return (v) => v
}

/** rounds are the powers within an axis, and those times 2 and 5 if so wanted; nought where it has a place. */
function rounds(axis: ChartAxis, least: number, most: number, times: number): number[] {
  const b = base(axis)
  const of = (low: number, high: number) => {
    const list: number[] = []
    const exponent = (v: number) => Math.floor(Math.log(v) / Math.log(b) + 1e-9)
    for (let n = exponent(low); n <= exponent(high); n++) {
      for (const k of [1, 2, 5]) if (k <= times && k * b ** n >= low * (1 - 1e-9) && k * b ** n <= high * (1 + 1e-9)) list.push(Number((k * b ** n).toPrecision(12)))
    }
    return list
  }
  if (axis.scale === 'log') return of(least, most)
  const unit = axis.linearBelow || 1
  const list = [0, ...(most > unit ? of(unit, most) : []), ...(-least > unit ? of(unit, -least).map((v) => -v) : [])]
  return list.filter((v) => v >= least && v <= most)
}
