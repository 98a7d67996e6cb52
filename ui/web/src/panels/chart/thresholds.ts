/** Thresholds on a chart: areas under everything, lines over it. */
import type uPlot from 'uplot'
import type { ChartAxis, ColorBand, Mark } from '../../lib/api'
import { alpha } from './colours'

interface Stretch {
  from: number
  to: number
  color: string
}

/** stretches cuts an axis from min to max at the thresholds. */
export function stretches(bands: ColorBand[], min: number, max: number): Stretch[] {
  const out: Stretch[] = []
  bands.forEach((band, i) => {
    const from = Math.max(band.from ?? -Infinity, min)
    const to = Math.min(bands[i + 1]?.from ?? Infinity, max)
    if (to > from) out.push({ from, to, color: band.color })
  })
  return out
}

export function areasOf(u: uPlot, axis: ChartAxis, key: string) {
  const scale = u.scales[key]
  if (!axis.thresholdStyle.includes('area') || typeof scale?.min !== 'number' || typeof scale.max !== 'number') return
  const { left, width } = u.bbox
  u.ctx.save()
  for (const s of stretches(axis.thresholds, scale.min, scale.max)) {
    const [top, bottom] = [u.valToPos(s.to, key, true), u.valToPos(s.from, key, true)]
    u.ctx.fillStyle = alpha(s.color, 0.12)
    u.ctx.fillRect(left, top, width, bottom - top)
  }
  u.ctx.restore()
}

export function linesOf(u: uPlot, axis: ChartAxis, key: string) {
  const scale = u.scales[key]
  if (!/line|dashed/.test(axis.thresholdStyle) || typeof scale?.min !== 'number' || typeof scale.max !== 'number') return
  const { left, width } = u.bbox
  u.ctx.save()
  u.ctx.lineWidth = Math.round(1.5 * devicePixelRatio)
  if (axis.thresholdStyle.includes('dashed')) u.ctx.setLineDash([8, 6].map((n) => n * devicePixelRatio))
  for (const band of axis.thresholds) {
    if (band.from === null || band.from < scale.min || band.from > scale.max) continue
    const y = Math.round(u.valToPos(band.from, key, true))
    u.ctx.strokeStyle = alpha(band.color, 0.85)
    u.ctx.beginPath()
    u.ctx.moveTo(left, y)
    u.ctx.lineTo(left + width, y)
    u.ctx.stroke()
  }
  u.ctx.restore()
}

/** marksOf draws annotations: a dashed line, or a stretch between two. */
export function marksOf(u: uPlot, marks: Mark[]) {
  const { left, top, width, height } = u.bbox
  u.ctx.save()
  u.ctx.beginPath()
  u.ctx.rect(left, top, width, height)
  u.ctx.clip()
  u.ctx.lineWidth = devicePixelRatio
  u.ctx.setLineDash([4, 4].map((n) => n * devicePixelRatio))
  for (const mark of marks) {
    const ends = [mark.atMs, ...(mark.endMs === null ? [] : [mark.endMs])].map((t) => Math.round(u.valToPos(t, 'x', true)))
    u.ctx.strokeStyle = mark.color
    for (const x of ends) {
      u.ctx.beginPath()
      u.ctx.moveTo(x, top)
      u.ctx.lineTo(x, top + height)
      u.ctx.stroke()
    }
    if (ends.length < 2) continue
    u.ctx.fillStyle = alpha(mark.color, 0.14)
    u.ctx.fillRect(ends[0]!, top, ends[1]! - ends[0]!, height)
  }
  u.ctx.restore()
}
