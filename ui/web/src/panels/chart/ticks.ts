/** Ticks of the charts that are not uPlot's. */
import type { Format } from '../../lib/api'
import { tickDecimals, write } from '../../lib/units'
import { unwall, wall, type ZoneName } from '../../lib/zone.svelte'
import { stepsOf, timeTick } from './scales'

export interface Tick {
  at: number
  text: string
}

const minute = 60_000
const timeSteps = [1, 5, 10, 50, 100, 500, 1e3, 2e3, 5e3, 10e3, 15e3, 30e3, ...[1, 2, 5, 10, 15, 30].map((n) => n * minute), ...[1, 2, 3, 6, 12].map((n) => n * 60 * minute), ...[1, 2, 7, 14, 28, 90, 360].map((n) => n * 1440 * minute)]

/** timeTicks are round times, far enough from each other to be read. */
export function timeTicks(from: number, to: number, width: number, zone: ZoneName, room = 76): Tick[] {
  const most = Math.max(1, width / room)
  const step = timeSteps.find((s) => (to - from) / s <= most) ?? timeSteps.at(-1)!
  const ticks: Tick[] = []
  for (let shown = Math.ceil(wall(from, zone).getTime() / step) * step; ; shown += step) {
    const at = unwall(shown, zone)
    if (at > to) break
    if (at >= from && at > (ticks.at(-1)?.at ?? -Infinity)) ticks.push({ at, text: timeTick(at, step, to - from, zone) })
  }
  return ticks
}

/** valueTicks are round values. */
export function valueTicks(min: number, max: number, height: number, format: Format, room = 28): Tick[] {
  if (!(max > min)) return [{ at: min, text: write(format, min) }]
  const least = (max - min) / Math.max(1, height / room)
  const tens = 10 ** Math.floor(Math.log10(least))
  const step = stepsOf(format)?.find((s) => s >= least) ?? [1, 2, 5, 10].map((n) => n * tens).find((s) => s >= least) ?? least
  const values: number[] = []
  for (let n = Math.ceil(min / step - 1e-9); n * step <= max + step * 1e-9; n++) values.push(n * step)
  const decimals = tickDecimals(format, values, step)
  return values.map((at) => ({ at, text: write(format, at, decimals) }))
}

/** thinned leaves out ticks that would stand on each other. */
export function thinned<T>(ticks: T[], place: (t: T) => number, room: number): T[] {
  let last = -Infinity
  return ticks.toSorted((a, b) => place(a) - place(b)).filter((t) => {
    if (place(t) - last < room) return false
    last = place(t)
    return true
  })
}
