/** How far an axis reaches and where its ticks are. */
import uPlot from 'uplot'
import type { ChartAxis, Format } from '../../lib/api'
import { wall, type ZoneName } from '../../lib/zone.svelte'

/** percentFormat is of lines that are stacked to a hundred percent. */
export const percentFormat: Format = { unit: 'percentunit', kind: 'scaled', prefix: '', scales: [{ from: 0, divide: 0.01, suffix: '%' }], decimals: null, layout: '', words: [], noValue: '–' }

/** rangeOf is from where to where an axis reaches for data from min to max; what stands on nought, bars and stacks, reaches down to it. */
export function rangeOf(axis: ChartAxis, min: number | null, max: number | null, standing: boolean): [number, number] {
  if (axis.scale === 'log') return limited(axis, logRange(axis, min, max))
  if (axis.scale === 'symlog') return limited(axis, symlogRange(axis, min, max))
  return limited(axis, linearRange(axis, min, max, standing))
}

export const base = (axis: ChartAxis): 2 | 10 => (axis.logBase === 2 ? 2 : 10)

const pair = (range: (number | null)[]): [number, number] => [range[0] ?? 0, range[1] ?? 1]

function linearRange(axis: ChartAxis, min: number | null, max: number | null, standing: boolean): [number, number] {
  if (min === null || max === null) return [axis.softMin ?? 0, axis.softMax ?? 1]
  const [softMin, softMax] = [axis.softMin ?? (standing ? 0 : null), axis.softMax ?? (standing ? 0 : null)]
  const range = pair(uPlot.rangeNum(softMin === null ? min : Math.min(min, softMin), softMax === null ? max : Math.max(max, softMax), {
    min: { pad: 0.1, soft: softMin ?? 0, mode: softMin === null ? 3 : 1 },
    max: { pad: 0.1, soft: softMax ?? 0, mode: softMax === null ? 3 : 1 },
  }))
  if (!axis.centered) return range
  const reach = Math.max(Math.abs(range[0]), Math.abs(range[1]))
  return [-reach, reach]
}

/** softly widens data to an axis's soft limits. */
function softly(axis: ChartAxis, min: number, max: number): [number, number] {
  return [axis.softMin === null ? min : Math.min(min, axis.softMin), axis.softMax === null ? max : Math.max(max, axis.softMax)]
}

function symlogRange(axis: ChartAxis, least: number | null, most: number | null): [number, number] {
  if (least === null || most === null) return [axis.softMin ?? 0, axis.softMax ?? 1]
  let [min, max] = softly(axis, least, most)
  if (axis.centered) [min, max] = [-Math.max(Math.abs(min), Math.abs(max)), Math.max(Math.abs(min), Math.abs(max))]
  return pair(uPlot.rangeAsinh(min, max, base(axis), true))
}

function logRange(axis: ChartAxis, least: number | null, most: number | null): [number, number] {
  if (least === null || most === null || !(most > 0)) return [1, 100]
  const [soft, max] = softly(axis, least, most)
  const min = soft > 0 ? soft : least // nothing at or below nought has a place here
  return pair(uPlot.rangeLog(min > 0 ? min : max / 1e3, max, base(axis), true))
}

/** limited holds to what the axis was told, and never is empty. */
function limited(axis: ChartAxis, [min, max]: [number, number]): [number, number] {
  if (axis.min !== null && !(axis.scale === 'log' && axis.min <= 0)) min = axis.min
  if (axis.max !== null && !(axis.scale === 'log' && axis.max <= 0)) max = axis.max
  if (max > min) return [min, max]
  return axis.max !== null && axis.min === null ? [max - (Math.abs(max) || 1), max] : [min, min + (Math.abs(min) || 1)]
}

/** stepsOf are the distances that ticks of a unit may have; undefined leaves tens to uPlot. */
export function stepsOf(of: Format): number[] | undefined {
  const divides = of.scales.map((s) => s.divide).sort((a, b) => a - b)
  const steps = unitSteps(divides)
  // Ticks closer than what is written of them would carry the same text, in wrong places.
  if (of.decimals === null || (divides[0] ?? 1) !== 1) return steps
  const least = 10 ** -of.decimals
  return (steps ?? tens).filter((s) => Math.abs(s / least - Math.round(s / least)) < 1e-9 && s >= least / 2)
}

const tens = Array.from({ length: 36 }, (_, i) => i - 12).flatMap((power) => [1, 2, 2.5, 5].map((n) => Number(`${n}e${power}`)))

function unitSteps(divides: number[]): number[] | undefined {
  if (divides.some((d, i) => i > 0 && d === 1024 * divides[i - 1]!)) return Array.from({ length: 70 }, (_, i) => 2 ** (i - 8))
  const second = secondOf(divides)
  return second === undefined ? undefined : timeSteps(second)
}

/** secondOf finds of steps like 1 ms, 1 s, 1 min what a second is. */
function secondOf(divides: number[]): number | undefined {
  for (let i = 0; i + 1 < divides.length; i++) if (Math.abs(divides[i + 1]! / divides[i]! - 60) < 1e-6) return divides[i]!
  return undefined
}

function timeSteps(second: number): number[] {
  const steps: number[] = []
  for (let power = -12; power < 0; power++) for (const n of [1, 2, 5]) steps.push(Number(`${n}e${power}`) * second)
  for (const n of [1, 2, 5, 10, 15, 30]) steps.push(n * second)
  for (const n of [1, 2, 5, 10, 15, 30]) steps.push(n * 60 * second)
  for (const n of [1, 2, 3, 6, 12]) steps.push(n * 3600 * second)
  for (let day = 1; day < 1e9; day *= 10) for (const n of [1, 2, 5]) steps.push(n * day * 86400 * second)
  return steps
}

/** timeTick writes a point of time as its distance to the next tick and the whole length need it. */
export function timeTick(ms: number, step: number, length: number, zone: ZoneName): string {
  const t = wall(ms, zone)
  const two = (n: number) => String(n).padStart(2, '0')
  const clock = `${two(t.getUTCHours())}:${two(t.getUTCMinutes())}`
  const day = `${two(t.getUTCMonth() + 1)}-${two(t.getUTCDate())}`
  if (step < 1000) return `${clock}:${two(t.getUTCSeconds())}.${String(t.getUTCMilliseconds()).padStart(3, '0')}`
  if (step < 60_000) return `${clock}:${two(t.getUTCSeconds())}`
  if (step < 86_400_000) return length > 86_400_000 ? `${day} ${clock}` : clock
  if (step < 28 * 86_400_000) return day
  return step < 360 * 86_400_000 ? `${t.getUTCFullYear()}-${two(t.getUTCMonth() + 1)}` : String(t.getUTCFullYear())
}
