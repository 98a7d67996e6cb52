// Written from the Go package ui/payload by its test (go test ./ui/payload -update); do not edit.
import type { ChartView, ColorBand, HeatmapView, HistogramView, Legend, Tooltip } from './chart'
import type { PanelLink } from './dashboard'
import type { GraphView } from './graph'
import type { BarsView, PieView } from './shares'
import type { TraceBrief } from './trace'

/** PanelView is what a panel shows. Kind says which of the parts is there. */
export interface PanelView {
  /** "timeseries", "stat", "gauge", "bargauge", "histogram", "heatmap", "table", "statetimeline", "graph", "traces", "text", "pie", "bars", "nothing" */
  kind: string
  title: string
  fromMs: number
  toMs: number
  /** of a panel with a range of its own: "Last 1 hour" */
  timeInfo: string
  /** of its time axis, if the panel says so: "utc", "Europe/Zurich"; "" is the page's */
  zones: string[]
  queries: QueryNote[]
  notes: ViewNote[]
  /** why there is nothing to draw, and the next step; "" if there is */
  empty: string
  /** what each transformation is given, and last what they leave; empty unless asked for */
  steps: DataStep[]
  chart: ChartView | null
  /** of stat, gauge and bargauge */
  stats: StatsView | null
  histogram: HistogramView | null
  heatmap: HeatmapView | null
  table: TableView | null
  states: StatesView | null
  graph: GraphView | null
  traces: TracesView | null
  text: TextView | null
  pie: PieView | null
  bars: BarsView | null
}

/** DataStep is what a panel's data is before one of its transformations. */
export interface DataStep {
  frames: number
  /** of all frames */
  rows: number
  fields: StepField[]
  /** fields that were left out because there are too many */
  cut: number
  /** names of labels */
  labels: string[]
  /** of the queries whose data is there */
  refs: string[]
  /** what the transformation behind it has to say */
  says: string[]
}

/** StepField is a field by the name that transformations know it by. */
export interface StepField {
  name: string
  /** "time", "number", "text", "bool" */
  kind: string
  /** of the queries that have it */
  refs: string[]
}

/** QueryNote is one query as it was sent, and what came of it. */
export interface QueryNote {
  refId: string
  /** name of the data source */
  source: string
  /** "prometheus", "tempo" */
  type: string
  /** variables filled */
  expr: string
  /** 0 for an instant query */
  stepMs: number
  series: number
  tookMs: number
  /** another panel had asked the same */
  shared: boolean
  error: string
  hint: string
  /** address of the same query in Explore, below the page's root */
  explore: string
}

/** ViewNote is something that the reader of a panel has to know. */
export interface ViewNote {
  /** "info", "warn", "error" */
  level: string
  text: string
}

/** Format writes numbers of one unit, by these rules (Go: ui/units, browser: lib/units.ts; both are held against the same table): - "scaled": the last scale whose From is not above the absolute value is taken, the value divided by Divide, Prefix written before and Suffix behind. (The first scale is from 0.) Layout "seconds": see ui/units. - "currency": as scaled, with a minus sign before the prefix - "locale": thousands apart; Layout "financial" keeps its decimals - "text": as it is; "hex": base 16; "scientific": with an exponent - "datetime": Layout as moment.js has it, "A|B" takes B today, "fromNow" - "clock": Layout is the unit; "bool": Layout is "Yes/No" */
export interface Format {
  /** Grafana's id */
  unit: string
  /** "scaled", "plain", "text", "datetime", "clock", "hex", "scientific", "bool" */
  kind: string
  prefix: string
  scales: Scale[]
  /** null: as many as the value needs */
  decimals: number | null
  /** of a datetime */
  layout: string
  /** value mappings, the first that fits wins */
  words: Word[]
  noValue: string
}

/** Scale is one step of a unit: 1000 ms are 1 s. */
export interface Scale {
  from: number
  divide: number
  suffix: string
}

/** Word is what stands for values from From to To. */
export interface Word {
  from: number | null
  to: number | null
  /** it stands for no value */
  missing: boolean
  text: string
  /** "" keeps the field's */
  color: string
}

/** Shown is a value as it is written. */
export interface Shown {
  number: number | null
  text: string
  prefix: string
  /** with its space: " ms" */
  suffix: string
  /** #rrggbb for the theme that was asked */
  color: string
  href: string
}

/** StatsView is single values: numbers, gauges or bars. */
export interface StatsView {
  values: Stat[]
  /** "auto", "horizontal", "vertical" */
  orientation: string
  /** "auto", "value", "value_and_name", "name", "none" */
  textMode: string
  /** "none", "value", "background", "background_solid" */
  colorMode: string
  /** "none", "area" */
  graphMode: string
  /** "auto", "center" */
  justify: string
  wide: boolean
  showChange: boolean
  /** "standard", "inverted", "same_as_value" */
  changeColor: string
  /** 0: as fits */
  valueSize: number
  titleSize: number
  /** of gaugesthe ring of threshold colours */
  markThresholds: boolean
  labelThresholds: boolean
  minWidth: number
  minHeight: number
  /** of one of many bars; 0: as fits */
  maxHeight: number
  ring: Ring
  /** of bar gauges"basic", "gradient", "lcd" */
  display: string
  unfilled: boolean
  /** "auto", "top", "left", "hidden" */
  namePlace: string
  /** "color", "text", "hidden" */
  valueMode: string
  legend: Legend
}

/** Ring is how the ring of a gauge looks. */
export interface Ring {
  /** closed; else it is open below */
  circle: boolean
  /** share of the widest, 0.5 as usual */
  width: number
  /** its ends */
  round: boolean
  /** 1: whole */
  segments: number
  /** share of a segment that is left free */
  gap: number
  /** the course of values is within it */
  spark: boolean
}

/** Stat is one value with what stands around it. */
export interface Stat {
  name: string
  value: Shown
  /** share by which it changed over the range */
  change: number | null
  min: number
  max: number
  /** from which its ring goes; nil: from the least */
  neutral: number | null
  minText: string
  maxText: string
  bands: ColorBand[]
  /** of its small chart */
  timesMs: number[]
  values: (number | null)[]
  links: PanelLink[]
  format: Format
}

/** TableView is rows and columns. */
export interface TableView {
  columns: Column[]
  rows: Shown[][]
  /** where there are several tables: their names */
  frames: string[]
  /** that is shown */
  frame: number
  showHeader: boolean
  /** "sm", "md", "lg" */
  cellHeight: string
  /** empty for none */
  footer: Shown[]
  sortBy: string
  sortDesc: boolean
  /** 0: no pages */
  pageSize: number
  /** rows that were left out because there are too many */
  cut: number
  /** Nested are the tables below the rows, one for each of Rows; empty where rows have none. */
  nested: TableView[]
  /** columns at the left that stay while the table scrolls sideways */
  frozen: number
}

/** Column is a column of a table. */
export interface Column {
  name: string
  /** "time", "number", "text", "bool" */
  kind: string
  /** "left", "center", "right" */
  align: string
  /** 0: shared */
  width: number
  minWidth: number
  hidden: boolean
  filter: boolean
  wrap: boolean
  /** "text", "colour-text", "colour-background", "gauge", "sparkline", "json", "link", "image" */
  cell: string
  /** of gauges */
  min: number
  max: number
  /** its header is not shown */
  untitled: boolean
  /** a reader does not sort by it */
  unsorted: boolean
  /** its header takes several lines */
  wrapHead: boolean
  /** of a coloured ground; of a gauge "gradient" */
  gradient: boolean
  /** of a gauge: cells */
  lcd: boolean
  /** of gauges and sparklines: "color", "text", "hidden" */
  valueMode: string
  /** of each row, in the order of Rows: its small chart; empty for none */
  trends: ((number | null)[])[]
  /** its ground is that of the whole row */
  wholeRow: boolean
  /** Tips are what a pointer shows of each cell, in the order of Rows; empty where it is the cell's own text. */
  tips: string[]
  /** Links are those of each row, in the order of Rows; empty where the column has none. */
  links: PanelLink[][]
}

/** StatesView is a band of states over time for each series. */
export interface StatesView {
  rows: StateRow[]
  /** share of the place that a row fills */
  rowHeight: number
  /** share of its time that a state fills */
  colWidth: number
  /** "auto", "always", "never" */
  showValue: string
  align: string
  /** rows; 0: all of them */
  perPage: number
  width: number
  fill: number
  legend: Legend
  /** of the legend */
  entries: Shown[]
  tooltip: Tooltip
}

/** StateRow is one series of states. */
export interface StateRow {
  name: string
  states: State[]
  /** Links are those of each state, in the order of States; empty where there are none. */
  links: PanelLink[][]
}

/** State lasts from FromMs to ToMs. */
export interface State {
  fromMs: number
  toMs: number
  value: Shown
}

/** TracesView is one trace, or a list of traces. */
export interface TracesView {
  /** of the one trace, "" for a list */
  traceId: string
  /** uid of the data source */
  source: string
  traces: TraceBrief[]
}

/** TextView is words; HTML and markdown are made safe by the browser before they are shown. */
export interface TextView {
  /** "html", "markdown", "code" */
  mode: string
  /** variables filled */
  content: string
  language: string
  /** the lines of a code */
  numbered: boolean
  options: unknown
}
