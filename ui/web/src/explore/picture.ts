/** What is drawn of durations over time: dots or cells, and where they are. Sizes are in seconds. */
import type { Heat } from '../lib/api'

export interface Dot {
  at: number
  size: number
  failed: boolean
  href: string
  title: string
}

export interface Frame {
  from: number
  to: number
  low: number
  high: number
  width: number
  height: number
}

export interface Selected {
  from: number
  to: number
  low: number
  high: number
}

export const x = (f: Frame, at: number) => ((at - f.from) / (f.to - f.from)) * f.width
export const y = (f: Frame, size: number) => f.height - (Math.log(Math.max(size, f.low) / f.low) / Math.log(f.high / f.low)) * f.height
export const timeAt = (f: Frame, px: number) => f.from + (clamp(px, f.width) / f.width) * (f.to - f.from)
export const sizeAt = (f: Frame, py: number) => f.low * (f.high / f.low) ** ((f.height - clamp(py, f.height)) / f.height)

const clamp = (v: number, most: number) => Math.min(Math.max(v, 0), most)

/** frameOfDots holds all dots with a margin; dots in a corner of a wide range would be one, so it ends where they do. */
export function frameOfDots(dots: Dot[], from: number, to: number, width: number, height: number): Frame {
  const sizes = dots.map((d) => Math.max(d.size, 1e-6))
  const first = Math.min(...dots.map((d) => d.at))
  const last = Math.max(...dots.map((d) => d.at))
  const margin = Math.max((last - first) * 0.03, 50)
  const [low, high] = [Math.min(...sizes) / 1.4, Math.max(...sizes) * 1.4]
  return { from: Math.max(from, first - margin), to: Math.min(Math.max(to, last + 1), last + margin), low, high: Math.max(high, low * 8), width, height }
}

export function frameOfHeat(heat: Heat, from: number, to: number, width: number, height: number): Frame {
  let low = Math.max(heat.buckets[0]?.low ?? 0, (heat.buckets[0]?.high ?? 1e-3) / 4)
  let high = Math.max(heat.buckets.at(-1)?.high ?? low * 10, low * 2)
  // One or two buckets would fill the whole picture.
  if (high / low < 8) [low, high] = [low / 2, high * 2]
  return { from: Math.min(from, heat.timesMs[0] ?? from), to: Math.max(to, (heat.timesMs.at(-1) ?? to) + heat.stepMs), low, high, width, height }
}

/** nearest is the dot within reach of a point, null if there is none. */
export function nearest(f: Frame, dots: Dot[], px: number, py: number, reach = 12): Dot | null {
  let best: Dot | null = null
  let least = reach * reach
  for (const d of dots) {
    const apart = (x(f, d.at) - px) ** 2 + (y(f, d.size) - py) ** 2
    if (apart <= least) [best, least] = [d, apart]
  }
  return best
}

export interface Cell {
  from: number
  to: number
  low: number
  high: number
  count: number
}

/** cellAt is the cell of a heat map at a point, null outside. */
export function cellAt(f: Frame, heat: Heat, px: number, py: number): Cell | null {
  const [at, size] = [timeAt(f, px), sizeAt(f, py)]
  const i = Math.floor((at - (heat.timesMs[0] ?? 0)) / heat.stepMs)
  const b = heat.buckets.findIndex((k) => size > k.low && size <= k.high)
  if (b < 0 || i < 0 || i >= heat.timesMs.length) return null
  return { from: heat.timesMs[i]!, to: heat.timesMs[i]! + heat.stepMs, low: heat.buckets[b]!.low, high: heat.buckets[b]!.high, count: heat.counts[b]![i]! }
}

export interface Ink {
  dot: string
  failed: string
  edge: string
  cell: string
}

export function drawDots(c: CanvasRenderingContext2D, f: Frame, dots: Dot[], ink: Ink) {
  c.lineWidth = 1
  c.strokeStyle = ink.edge
  for (const failed of [false, true]) {
    c.fillStyle = failed ? ink.failed : ink.dot
    for (const d of dots) {
      if (d.failed !== failed) continue
      c.beginPath()
      // A failed one is a square: colour alone does not tell it.
      if (failed) c.rect(x(f, d.at) - 4, y(f, d.size) - 4, 8, 8)
      else c.arc(x(f, d.at), y(f, d.size), 4, 0, 2 * Math.PI)
      c.globalAlpha = 0.85
      c.fill()
      c.stroke()
    }
  }
  c.globalAlpha = 1
}

export function drawHeat(c: CanvasRenderingContext2D, f: Frame, heat: Heat, ink: Ink) {
  c.fillStyle = ink.cell
  heat.buckets.forEach((b, row) => {
    const top = y(f, b.high)
    const bottom = y(f, Math.max(b.low, f.low))
    heat.counts[row]!.forEach((n, i) => {
      if (n <= 0) return
      // By the square root, so that one among thousands can be seen.
      c.globalAlpha = 0.12 + 0.88 * Math.sqrt(n / heat.most)
      const left = x(f, heat.timesMs[i]!)
      c.fillRect(left, top, Math.max(x(f, heat.timesMs[i]! + heat.stepMs) - left - 0.5, 1), Math.max(bottom - top - 0.5, 1))
    })
  })
  c.globalAlpha = 1
}
