// Written from the Go package ui/payload by its test (go test ./ui/payload -update); do not edit.
import type { ChartAxis, Legend, Tooltip } from './chart'
import type { PanelLink } from './dashboard'
import type { Shown } from './panel'

/** PieView is the shares that values have of their sum. */
export interface PieView {
  /** in the order in which they are drawn */
  slices: Slice[]
  donut: boolean
  /** what stands on a slice: "name", "value", "percent" */
  labels: string[]
  legend: Legend
  tooltip: Tooltip
}

/** Slice is one share. */
export interface Slice {
  name: string
  value: Shown
  percent: Shown
  hideLegend: boolean
  /** not drawn until its name in the legend is clicked */
  off: boolean
  links: PanelLink[]
}

/** BarsView is bars of one or several series for each of some names. */
export interface BarsView {
  names: string[]
  series: BarSeries[]
  /** "auto" (as the panel's shape has it), "horizontal", "vertical" */
  orientation: string
  /** "none", "normal", "percent" */
  stacking: string
  /** "auto" (where there is room), "always", "never" */
  showValue: string
  /** share of a name's place that its bars take */
  groupWidth: number
  /** share of a bar's place */
  barWidth: number
  /** 0 to 0.5 of a bar's width */
  barRadius: number
  /** all of a name's place is lit under the pointer */
  whole: boolean
  /** degrees by which names are turned */
  tickTurn: number
  /** letters of a name; 0: as many as fit */
  tickLength: number
  /** pixels between names at least; 0: all of them; below nought: from the end */
  tickSpacing: number
  /** pixels; 0: as fits */
  valueSize: number
  /** of the first series */
  axis: ChartAxis | null
  legend: Legend
  tooltip: Tooltip
  /** names that were left out because there are too many */
  cut: number
}

/** BarSeries is one series of bars, in the order of the names. */
export interface BarSeries {
  name: string
  color: string
  /** opacity, 0 to 1 */
  fill: number
  /** of a bar's border */
  width: number
  /** "none", "opacity", "hue": along the axis */
  gradient: string
  /** each with the colour that it is drawn in */
  bars: Shown[]
  /** of each bar; empty where the series has none */
  links: PanelLink[][]
  calcs: Shown[]
  hideLegend: boolean
  /** not drawn until its name in the legend is clicked */
  off: boolean
  hideTooltip: boolean
}
