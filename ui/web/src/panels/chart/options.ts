/** A ChartView as uPlot's options: scales, axes, lines. Numbers come later, as columns. */
import uPlot from 'uplot'
import type { ChartAxis, ChartView, Line } from '../../lib/api'
import { tickDecimals, write } from '../../lib/units'
import { percentOf, type Column } from './columns'
import { alpha, fillOf, strokeOf } from './colours'
import { base, percentFormat, rangeOf, stepsOf, timeTick } from './scales'
import { fullName, pictured, type ZoneName } from '../../lib/zone.svelte'
import { symbolPath, valuesOf } from './symbols'
import { areasOf, linesOf } from './thresholds'

export interface Look {
  text: string
  faint: string
  grid: string
  ground: string
  font: string
}

export interface Setting {
  /** what is drawn, of which the plot keeps no values: it outlives them */
  chart: ChartView
  /** the lines with the values of now */
  lines: () => Line[]
  /** the range of the time axis, read anew at each drawing */
  range: () => [number, number]
  look: Look
  /** of the time axis; each but the first has an axis of its own below */
  zones: ZoneName[]
  width: number
  height: number
  hooks: uPlot.Hooks.Arrays
  onzoom: (from: number, to: number) => void
  onout: () => void
}

/** shapeOf is equal for two charts that differ only in their numbers. */
export function shapeOf(chart: ChartView): string {
  const lines = chart.lines.map((l) => ({ ...l, values: 0, calcs: 0, links: 0, format: l.format.unit, labels: 0 }))
  return JSON.stringify([lines, chart.axes, chart.xIsTime, chart.tooltip.mode])
}

/** bare is a chart without its numbers. */
const bare = (chart: ChartView): ChartView => ({ ...chart, timesMs: [], exemplars: [], lines: chart.lines.map((l) => ({ ...l, values: [], calcs: [] })) })

export function optionsOf(given: Setting): uPlot.Options {
  const s = { ...given, chart: bare(given.chart) }
  const { chart } = s
  const axes = chart.axes.map((a, i) => (percentOf(chart.lines, i) ? { ...a, format: { ...percentFormat, decimals: a.format.decimals }, min: a.min ?? null, max: a.max ?? 1 } : a))
  const scales: uPlot.Scales = { x: { time: chart.xIsTime, ...(chart.xIsTime ? { range: () => s.range() } : {}) } }
  axes.forEach((axis, i) => (scales[`y${i}`] = scaleOf(axis, chart.lines.some((l) => l.axis === i && (l.draw === 'bars' || l.stack !== '')))))
  return {
    width: s.width,
    height: s.height,
    ms: 1,
    padding: [8, axes.some((a) => a.side === 'right') ? 4 : clockRoom, 0, axes.some((a) => a.side === 'left') ? 0 : clockRoom],
    tzDate: (ts: number) => pictured(ts, s.zones[0]),
    legend: { show: false },
    cursor: {
      y: false,
      points: { size: 7, width: 1.5, stroke: (u, i) => ringOf(u, i, chart.lines), fill: () => s.look.ground },
      drag: { x: true, y: false, setScale: false, dist: 4 },
      bind: { dblclick: () => () => (s.onout(), null) },
    },
    scales,
    axes: [timeAxis(s, 0), ...axes.map((axis, i) => valueAxis(s, axis, i)), ...s.zones.slice(1).map((_z, i) => timeAxis(s, i + 1))],
    series: [{}, ...chart.lines.map((line) => seriesOf(line))],
    hooks: {
      ...s.hooks,
      drawClear: [...(s.hooks.drawClear ?? []), (u) => axes.forEach((a, i) => areasOf(u, a, `y${i}`))],
      draw: [(u) => axes.forEach((a, i) => linesOf(u, a, `y${i}`)), (u) => valuesOf(u, s.lines(), s.look.font, s.zones[0]!), ...(s.hooks.draw ?? [])],
      setSelect: [(u) => zoomed(u, s.onzoom)],
    },
  }
}

function zoomed(u: uPlot, onzoom: Setting['onzoom']) {
  const { left, width } = u.select
  if (width < 4) return
  onzoom(u.posToVal(left, 'x'), u.posToVal(left + width, 'x'))
  u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
}

function ringOf(u: uPlot, i: number, lines: Line[]): string {
  const line = lines[i - 1]
  const v = u.data[i]?.[u.cursor.idx ?? -1]
  if (!line || line.bands.length === 0 || v === null || v === undefined) return line?.color ?? '#888888'
  return line.bands.findLast((b) => b.from === null || v >= b.from)?.color ?? line.color
}

function scaleOf(axis: ChartAxis, standing: boolean): uPlot.Scale {
  const range = (_u: uPlot, min: number | null, max: number | null) => rangeOf(axis, min, max, standing) as uPlot.Range.MinMax
  if (axis.scale === 'log') return { distr: 3, log: base(axis), range }
  if (axis.scale === 'symlog') return { distr: 4, log: base(axis), asinh: axis.linearBelow || 1, range }
  return { distr: 1, range }
}

/** timeAxis is of one of the zones; where there are several, each says whose it is. */
function timeAxis(s: Setting, index: number): uPlot.Axis {
  const { chart, look } = s
  const zone = s.zones[index]!
  const length = () => s.range()[1] - s.range()[0]
  return {
    stroke: look.faint, font: look.font, scale: 'x', side: 2, size: 26, gap: 9, space: chart.xIsTime ? 74 : 50,
    grid: { show: index === 0, stroke: look.grid, width: 1 },
    ...(s.zones.length > 1 ? { label: fullName(zone), labelFont: look.font, labelSize: 16, labelGap: 0 } : {}), ticks: { show: false },
    values: chart.xIsTime ? (_u, at, _a, _s, step) => at.map((t) => timeTick(t, step, length(), zone)) : (_u, at) => at.map((v) => String(Number(v.toPrecision(6)))),
  }
}

function valueAxis(s: Setting, axis: ChartAxis, index: number): uPlot.Axis {
  const steps = axis.scale === 'linear' || axis.scale === '' ? stepsOf(axis.format) : undefined
  const color = axis.seriesColor ? (s.chart.lines.find((l) => l.axis === index)?.color ?? s.look.faint) : s.look.faint
  return {
    show: axis.side !== 'hidden',
    scale: `y${index}`, side: axis.side === 'right' ? 1 : 3, stroke: color, font: s.look.font, gap: 6, space: 26,
    grid: { show: axis.grid, stroke: s.look.grid, width: 1 },
    ticks: { show: false },
    border: { show: axis.border, stroke: axis.seriesColor ? color : s.look.grid, width: 1 },
    ...(axis.label ? { label: axis.label, labelFont: s.look.font, labelSize: 18, labelGap: 0 } : {}),
    ...(steps ? { incrs: steps } : {}),
    size: axis.widthPx > 0 ? axis.widthPx : (u, values) => widthOf(u, values, s.look.font),
    values: (_u, at, _axis, _space, step) => {
      const shown = at.filter((v) => v !== null)
      const decimals = axis.scale === 'log' || axis.scale === 'symlog' ? axis.format.decimals : tickDecimals(axis.format, shown, step)
      return at.map((v) => (v === null ? '' : write(axis.format, v, decimals, s.zones[0]!)))
    },
  }
}

/** what half a label of a time takes beside the plot's edge (px) */
const clockRoom = 27
const widths = new Map<string, number>()

/** widthOf is the room that the widest label of an axis needs, and half a time below its edge. */
function widthOf(u: uPlot, values: string[] | null, font: string): number {
  if (!values) return 40
  u.ctx.save()
  u.ctx.font = font
  let widest = clockRoom - 12
  for (const v of values) {
    const key = `${font}|${v.length}|${v}`
    let w = widths.get(key)
    if (w === undefined) {
      if (widths.size > 2000) widths.clear()
      widths.set(key, (w = u.ctx.measureText(v).width))
    }
    widest = Math.max(widest, w)
  }
  u.ctx.restore()
  return Math.ceil(widest) + 12
}

function seriesOf(line: Line): uPlot.Series {
  const dots = line.draw === 'points' || line.points === 'always'
  return {
    label: line.name,
    scale: `y${line.axis}`,
    show: !line.hidden,
    stroke: strokeOf(line) as uPlot.Series.Stroke,
    width: line.draw === 'points' ? 0 : line.width,
    // A stroke of no length is a dot, which only round ends draw.
    ...(line.dash.length > 0 ? { dash: line.dash, ...(line.dash[0] === 0 ? { cap: 'round' as const } : {}) } : {}),
    ...(fillOf(line) ? { fill: fillOf(line) as uPlot.Series.Fill } : {}),
    spanGaps: false,
    paths: pathsOf(line),
    points: {
      size: line.pointSize || 5,
      width: 0.01,
      ...(symbolPath(line) ? { paths: symbolPath(line) } : {}),
      fill: (line.bands.length > 0 ? strokeOf(line) : line.color) as uPlot.Series.Fill,
      show: dots ? true : line.points === 'never' || line.draw === 'bars' ? false : (u, i, from, to) => sparse(u, to - from, line.pointSize || 5),
      ...(dots || line.points === 'never' || line.draw === 'bars' ? {} : { filter: (u: uPlot, i: number, show: boolean) => (show ? null : lonely(u, i)) }),
    },
  }
}

/** sparse says whether points stand far enough from each other to be told apart. */
function sparse(u: uPlot, points: number, size: number): boolean {
  return points <= u.bbox.width / devicePixelRatio / (size * 4)
}

/** lonely are the points between two gaps, which a line alone would not show. */
function lonely(u: uPlot, series: number): number[] | null {
  const column = u.data[series] as Column
  if (column.length > 1 && !column.includes(null) && !column.includes(undefined)) return null // numbers alone: asked of an engine that knows it of a whole column
  const found: number[] = []
  for (let i = 0; i < column.length; i++) {
    if (typeof column[i] === 'number' && column[i - 1] == null && column[i + 1] == null) found.push(i)
  }
  return found.length > 0 ? found : null
}

const paths = uPlot.paths

function pathsOf(line: Line): uPlot.Series.PathBuilder {
  if (line.draw === 'points') return () => null
  if (line.draw === 'bars') return paths.bars!({ size: [line.barWidth || 0.6, line.barMaxPx || Infinity, 1], align: (line.barAlign || 0) as -1 | 0 | 1, gap: 0 })
  if (line.curve === 'smooth') return paths.spline!()
  if (line.curve === 'stepAfter') return paths.stepped!({ align: 1 })
  if (line.curve === 'stepBefore') return paths.stepped!({ align: -1 })
  return paths.linear!()
}

/** lookOf reads the page's colours for a canvas. */
export function lookOf(root: CSSStyleDeclaration): Look {
  const paint = (name: string) => root.getPropertyValue(name).trim()
  return { text: paint('--text'), faint: paint('--faint'), grid: alpha(paint('--line-strong'), 0.45), ground: paint('--panel'), font: `11px ${paint('--sans')}` }
}
