/** Colours as the canvas takes them: see-through, by value, from one hue to the next. */
import type uPlot from 'uplot'
import type { ColorBand, Line } from '../../lib/api'

/** alpha makes a colour #rrggbb see-through; other notations are mixed by the browser. */
export function alpha(color: string, opacity: number): string {
  if (opacity >= 1) return color
  const share = Math.max(0, Math.min(1, opacity))
  if (/^#[0-9a-f]{6}$/i.test(color)) return color + Math.round(share * 255).toString(16).padStart(2, '0')
  return `color-mix(in srgb, ${color} ${(share * 100).toFixed(1)}%, transparent)`
}

/** colorAt is the colour of a value by bands. */
export function colorAt(bands: ColorBand[], value: number, otherwise: string): string {
  let found = otherwise
  for (const b of bands) if (b.from === null || value >= b.from) found = b.color
  return found
}

type Paint = string | ((u: uPlot, series: number) => CanvasGradient | string)

const scaleKey = (line: Line) => `y${line.axis}`

export function strokeOf(line: Line): Paint {
  if (line.bands.length > 0) return (u) => byValue(u, scaleKey(line), line.bands, line.gradient === 'scheme', 1)
  if (line.gradient === 'hue') return (u) => shaded(u, 'hue', line.color, 1)
  return line.color
}

export function fillOf(line: Line): Paint | undefined {
  if (line.fill <= 0 || line.draw === 'points') return undefined
  if (line.gradient === 'opacity') return (u) => shaded(u, 'opacity', line.color, line.fill)
  if (line.gradient === 'hue') return (u) => shaded(u, 'hue', line.color, line.fill)
  if (line.bands.length > 0) return (u) => byValue(u, scaleKey(line), line.bands, line.gradient === 'scheme', line.fill)
  return alpha(line.color, line.fill)
}

function upright(u: uPlot): CanvasGradient {
  const { top, height } = u.bbox
  return u.ctx.createLinearGradient(0, top, 0, top + Math.max(height, 1))
}

/** shadesOf are the colours at the upper and lower end of an axis, fading ("opacity") or of other hues. */
export function shadesOf(gradient: string, color: string, opacity: number): [string, string] {
  if (gradient !== 'hue') return [alpha(color, opacity), alpha(color, opacity * 0.08)]
  const [h, s, l] = hsl(color)
  const at = (turn: number, light: number) => `hsl(${(h + turn + 360) % 360} ${s}% ${Math.min(92, Math.max(8, l + light))}% / ${opacity})`
  return [at(-28, 10), at(18, -14)]
}

function shaded(u: uPlot, gradient: string, color: string, opacity: number): CanvasGradient {
  const g = upright(u)
  shadesOf(gradient, color, opacity).forEach((shade, i) => g.addColorStop(i, shade))
  return g
}

/** byValue has the colour of each band where its values lie, with sharp edges or running into each other. */
export function byValue(u: uPlot, key: string, bands: ColorBand[], smooth: boolean, opacity: number): CanvasGradient | string {
  const scale = u.scales[key]
  if (!scale || scale.min === undefined || scale.max === undefined || scale.min === null || scale.max === null || bands.length === 0) return alpha(bands[0]?.color ?? '#888888', opacity)
  const [low, high] = [u.valToPos(scale.min, key, true), u.valToPos(scale.max, key, true)]
  if (!Number.isFinite(low) || !Number.isFinite(high) || low === high) return alpha(colorAt(bands, scale.max, bands[0]!.color), opacity)
  const g = u.ctx.createLinearGradient(0, low, 0, high)
  let before = colorAt(bands, scale.min, bands[0]!.color)
  g.addColorStop(0, alpha(before, opacity))
  for (const band of bands) {
    if (band.from === null || band.from <= scale.min || band.from >= scale.max) continue
    const at = Math.min(1, Math.max(0, (u.valToPos(band.from, key, true) - low) / (high - low)))
    if (!smooth) g.addColorStop(at, alpha(before, opacity))
    g.addColorStop(at, alpha(band.color, opacity))
    before = band.color
  }
  g.addColorStop(1, alpha(before, opacity))
  return g
}

/** hsl takes #rrggbb (or #rrggbbaa) apart into degrees and percent. */
export function hsl(color: string): [number, number, number] {
  if (!/^#[0-9a-f]{6}([0-9a-f]{2})?$/i.test(color)) return [210, 50, 55]
  const [r, g, b] = [1, 3, 5].map((i) => parseInt(color.slice(i, i + 2), 16) / 255) as [number, number, number]
  const [max, min] = [Math.max(r, g, b), Math.min(r, g, b)]
  const [l, d] = [(max + min) / 2, max - min]
  if (d === 0) return [0, 0, Math.round(l * 100)]
  const s = d / (1 - Math.abs(2 * l - 1))
  const h = max === r ? ((g - b) / d) % 6 : max === g ? (b - r) / d + 2 : (r - g) / d + 4
  return [Math.round((h * 60 + 360) % 360), Math.round(s * 100), Math.round(l * 100)]
}

/** inkOn is black or white, whichever is read better on a colour. */
export function inkOn(color: string): string {
  if (!/^#[0-9a-f]{6}([0-9a-f]{2})?$/i.test(color)) return '#ffffff'
  const light = [1, 3, 5].map((i) => {
    const c = parseInt(color.slice(i, i + 2), 16) / 255
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4
  })
  const y = 0.2126 * light[0]! + 0.7152 * light[1]! + 0.0722 * light[2]!
  return (y + 0.05) / 0.05 > 1.05 / (y + 0.05) ? '#0b0f14' : '#ffffff'
}
