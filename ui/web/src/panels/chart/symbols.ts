/** Shapes of points other than circles, and values written beside points. */
import type uPlot from 'uplot'
import type { Line } from '../../lib/api'
import { write } from '../../lib/units'
import type { ZoneName } from '../../lib/zone.svelte'

/** corners of each shape, of a size of one around its middle; an empty list is a circle. */
const shapes: Record<string, [number, number][]> = {
  square: [[-0.45, -0.45], [0.45, -0.45], [0.45, 0.45], [-0.45, 0.45]],
  triangle: [[0, -0.58], [0.54, 0.42], [-0.54, 0.42]],
  diamond: [[0, -0.62], [0.62, 0], [0, 0.62], [-0.62, 0]],
  plus: cross(0),
  cross: cross(Math.PI / 4),
  star: Array.from({ length: 10 }, (_, i) => turn(i % 2 ? 0.26 : 0.64, (i * Math.PI) / 5 - Math.PI / 2)),
}

function turn(r: number, a: number): [number, number] {
  return [r * Math.cos(a), r * Math.sin(a)]
}

function cross(by: number): [number, number][] {
  const [l, t] = [0.6, 0.17]
  return ([[-t, -l], [t, -l], [t, -t], [l, -t], [l, t], [t, t], [t, l], [-t, l], [-t, t], [-l, t], [-l, -t], [-t, -t]] as [number, number][])
    .map(([x, y]) => [x * Math.cos(by) - y * Math.sin(by), x * Math.sin(by) + y * Math.cos(by)])
}

/** cornersOf are the corners of a shape; none of a circle or of what is not known. */
export const cornersOf = (symbol: string): [number, number][] => shapes[symbol] ?? []

/** symbolPath draws points of a shape; undefined for circles, which uPlot draws itself. */
export function symbolPath(line: Line): uPlot.Series.Points.PathBuilder | undefined {
  const corners = cornersOf(line.symbol)
  if (corners.length === 0) return undefined
  return (u, series, from, to, only) => {
    const fill = new Path2D()
    const size = (line.pointSize || 5) * devicePixelRatio * 1.3
    const each = (i: number) => {
      const v = u.data[series]?.[i]
      if (v === null || v === undefined) return
      const [x, y] = [u.valToPos(u.data[0][i]!, 'x', true), u.valToPos(v, u.series[series]!.scale!, true)]
      corners.forEach(([dx, dy], n) => (n === 0 ? fill.moveTo(x + dx * size, y + dy * size) : fill.lineTo(x + dx * size, y + dy * size)))
      fill.closePath()
    }
    if (only) only.forEach(each)
    else for (let i = from; i <= to; i++) each(i)
    return { stroke: null, fill, flags: 3 }
  }
}

/** valuesOf writes the values of the lines that ask for it, each where it has room. */
export function valuesOf(u: uPlot, lines: Line[], font: string, zone: ZoneName): void {
  if (!lines.some((l) => l.showValues && !l.hidden)) return
  const { ctx, bbox } = u
  ctx.save()
  ctx.font = font.replace(/(\d+)px/, (_, px) => `${Number(px) * devicePixelRatio}px`)
  ctx.textAlign = 'center'
  ctx.textBaseline = 'bottom'
  lines.forEach((line, n) => {
    const at = u.series[n + 1]
    if (!line.showValues || !at?.show) return
    ctx.fillStyle = line.color
    let taken = -Infinity
    u.data[n + 1]!.forEach((v, i) => {
      const x = u.valToPos(u.data[0][i]!, 'x', true)
      if (v === null || v === undefined || x < bbox.left || x > bbox.left + bbox.width) return
      const text = write(line.format, line.values[i] ?? v, line.format.decimals, zone)
      const half = ctx.measureText(text).width / 2
      if (x - half < taken) return
      taken = x + half + 4 * devicePixelRatio
      ctx.fillText(text, x, Math.max(u.valToPos(v, at.scale!, true) - 5 * devicePixelRatio, bbox.top + 12 * devicePixelRatio))
    })
  })
  ctx.restore()
}
