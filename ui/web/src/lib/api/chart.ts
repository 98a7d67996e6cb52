// Written from the Go package ui/payload by its test (go test ./ui/payload -update); do not edit.
import type { PanelLink } from './dashboard'
import type { Format, Shown } from './panel'

/** ChartView is series over time (or over another number, if TimesMs is no time). */
export interface ChartView {
  timesMs: number[]
  xIsTime: boolean
  stepMs: number
  lines: Line[]
  axes: ChartAxis[]
  legend: Legend
  tooltip: Tooltip
  exemplars: Dot[]
}

/** Line is one series and how it is drawn. */
export interface Line {
  name: string
  refId: string
  labels: Record<string, string>
  values: (number | null)[]
  color: string
  /** where the colour follows the value; empty: Color */
  bands: ColorBand[]
  /** "line", "bars", "points" */
  draw: string
  /** "linear", "smooth", "stepBefore", "stepAfter" */
  curve: string
  width: number
  /** empty: solid */
  dash: number[]
  /** opacity, 0 to 1 */
  fill: number
  /** "none", "opacity", "hue", "scheme" */
  gradient: string
  /** name of the line down to which it is filled */
  fillBelow: string
  /** "auto", "always", "never" */
  points: string
  pointSize: number
  /** gaps up to this are drawn over; null: none, negative: all */
  spanGapsMs: number | null
  /** group of lines that are stacked, "" for none */
  stack: string
  /** "normal", "percent" */
  stackMode: string
  /** -1, 0, 1 */
  barAlign: number
  /** share of the step */
  barWidth: number
  /** the widest bar; 0: as wide as that */
  barMaxPx: number
  /** of points: "circle", "square", "triangle", "diamond", "cross", "plus", "star" */
  symbol: string
  /** beside its points, where there is room */
  showValues: boolean
  /** index into Axes */
  axis: number
  hideLegend: boolean
  hideTooltip: boolean
  /** not drawn */
  hidden: boolean
  /** not drawn until its name in the legend is clicked */
  off: boolean
  format: Format
  /** in the order of Legend.Calcs */
  calcs: Shown[]
  /** ${__value.time} and the like are left for the browser to fill */
  links: PanelLink[]
}

/** ColorBand is the colour of values from From on. */
export interface ColorBand {
  /** null: minus infinity */
  from: number | null
  color: string
}

/** ChartAxis is a scale of values at a side of a chart. */
export interface ChartAxis {
  /** "left", "right", "hidden" */
  side: string
  label: string
  format: Format
  min: number | null
  max: number | null
  softMin: number | null
  softMax: number | null
  /** "linear", "log", "symlog" */
  scale: string
  logBase: number
  /** of symlog */
  linearBelow: number
  /** zero in the middle */
  centered: boolean
  grid: boolean
  border: boolean
  /** 0: as needed */
  widthPx: number
  seriesColor: boolean
  thresholds: ColorBand[]
  /** "off", "line", "dashed", "area", "line+area", "dashed+area" */
  thresholdStyle: string
}

/** Legend says where the names of series stand. */
export interface Legend {
  shown: boolean
  /** "list", "table" */
  mode: string
  placement: string
  /** pixels of a legend at the right, 0: as needed */
  width: number
  /** names of the columns: "Mean", "Last *" */
  calcs: string[]
  sortBy: string
  sortDesc: boolean
  /** how many are named until a reader asks for all, 0: all */
  limit: number
}

/** Tooltip says what a pointer shows. */
export interface Tooltip {
  /** "single", "multi", "none" */
  mode: string
  /** "none", "asc", "desc" */
  sort: string
  hideZeros: boolean
  maxWidth: number
  maxHeight: number
  /** a pointer farther than so many pixels from every point shows nothing; 0: any distance */
  withinPx: number
}

/** Dot is an exemplar: one request behind a point. */
export interface Dot {
  atMs: number
  value: number
  traceId: string
  /** name of the series */
  line: string
  labels: Record<string, string>
}

/** HistogramView is counts of values by bucket. */
export interface HistogramView {
  /** lower bounds of the buckets, one for all lines */
  from: number[]
  to: number[]
  format: Format
  /** counts by bucket */
  lines: Line[]
  stacked: boolean
  legend: Legend
  tooltip: Tooltip
}

/** HeatmapView is counts over time and value: Counts[y][x]. */
export interface HeatmapView {
  /** begin of each column */
  timesMs: number[]
  stepMs: number
  /** bounds of the rows, one more than rows; empty where rows have names only */
  edges: number[]
  /** of the rows, from the lowest */
  names: string[]
  log: boolean
  /** of values */
  format: Format
  counts: ((number | null)[])[]
  countFormat: Format
  /** what the tooltip calls them, "" for nothing */
  countName: string
  countMin: number
  countMax: number
  /** from few to many */
  colors: string[]
  /** the lowest row on top */
  reverse: boolean
  axisRight: boolean
  axisHidden: boolean
  /** 0: as its words need */
  axisWidthPx: number
  axisLabel: string
  showLegend: boolean
  showValues: boolean
  gapPx: number
  /** of the corners of a cell */
  radiusPx: number
  tooltip: Tooltip
  /** the tooltip shows all counts of its column as bars */
  tipColumn: boolean
  /** and the scale of colours */
  tipScale: boolean
  exemplars: Dot[]
  /** Links are those of each row, in the order of Counts; ${__value.raw} and the like are left for the browser. Empty where there are none. */
  links: PanelLink[][]
}
