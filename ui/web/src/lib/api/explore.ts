// Written from the Go package ui/payload by its test (go test ./ui/payload -update); do not edit.
import type { TraceBrief } from './trace'
import type { Map } from './traffic'

/** ExploreSearch is the answer to a search for traces: the traces, and the spans that the store tells of them. */
export interface ExploreSearch {
  /** as it was sent to the trace store */
  query: string
  fromMs: number
  toMs: number
  limit: number
  /** there may be more traces than Limit */
  limited: boolean
  traces: TraceBrief[]
  /** of the spans */
  columns: ExploreColumn[]
  spans: FoundSpan[]
  /** of some traces only the first matching spans are told */
  spansCut: boolean
  warnings: string[]
  spent: Inspected
}

/** Inspected is what a store says that it looked at; 0 if it does not say. */
export interface Inspected {
  spans: number
  traces: number
  bytes: number
}

/** ExploreColumn is an attribute that spans of an answer have. */
export interface ExploreColumn {
  /** as the answer has it */
  name: string
  /** all values are numbers */
  number: boolean
}

/** FoundSpan is a span of a search. */
export interface FoundSpan {
  traceId: string
  spanId: string
  name: string
  startMs: number
  durationNs: number
  failed: boolean
  /** by ExploreSearch.Columns */
  values: (string | null)[]
}

/** Heat is how many things of each size there were in each interval. */
export interface Heat {
  /** of the sizes: "seconds" or "" */
  unit: string
  stepMs: number
  /** where the intervals begin */
  timesMs: number[]
  /** the smallest first */
  buckets: Bucket[]
  /** by bucket, then by interval */
  counts: number[][]
  /** in one cell */
  most: number
  total: number
  /** what is counted */
  label: string
  warnings: string[]
}

/** Bucket is sizes above Low up to High. */
export interface Bucket {
  low: number
  high: number
}

/** ExploreChart is the answer to a metrics query. */
export interface ExploreChart {
  /** "lines", "heat", "compare" */
  kind: string
  query: string
  fromMs: number
  toMs: number
  stepMs: number
  /** "seconds", "per second", "count", "bytes", "" */
  unit: string
  timesMs: number[]
  series: ExploreSeries[]
  /** before the answer was cut */
  seriesTotal: number
  exemplars: ExploreExemplar[]
  /** OnAxis says that the exemplars' values are of the same kind as the lines'. */
  onAxis: boolean
  heat: Heat | null
  differences: Differences | null
  /** values at the end of the range */
  rows: ExploreRow[]
  warnings: string[]
}

/** ExploreSeries is one line. */
export interface ExploreSeries {
  label: string
  labels: Record<string, string>
  values: (number | null)[]
}

/** ExploreRow is one value at one time. */
export interface ExploreRow {
  label: string
  labels: Record<string, string>
  /** null for no number */
  value: number | null
  atMs: number
}

/** ExploreExemplar is a trace that was counted. */
export interface ExploreExemplar {
  atMs: number
  value: number
  traceId: string
  spanId: string
  labels: Record<string, string>
  /** index into ExploreChart.Series, -1 if it belongs to none */
  series: number
}

/** Differences is how what was selected differs from the rest. */
export interface Differences {
  /** spans */
  selected: number
  rest: number
  /** the most telling first */
  attributes: Difference[]
  /** attributes that do not differ */
  same: number
  /** the first of them in a sentence, or that nothing differs */
  text: string
  /** as it was sent */
  query: string
  warnings: string[]
}

/** Difference is one attribute whose values are not shared out alike. */
export interface Difference {
  attribute: string
  /** 0: alike, 1: nothing in common */
  score: number
  values: DifferenceValue[]
}

/** DifferenceValue is the share that has one value. */
export interface DifferenceValue {
  value: string
  /** spans without the attribute */
  missing: boolean
  selected: number
  rest: number
  /** the condition that finds it */
  filter: string
}

/** ExploreQuery is a query that was written for the reader. */
export interface ExploreQuery {
  query: string
}

/** ExploreForm is a TraceQL query as the search form shows it. */
export interface ExploreForm {
  conditions: FormCondition[]
  /** attributes of select() */
  select: string[]
}

/** FormCondition is one condition of the form: an attribute with one of values. */
export interface FormCondition {
  /** as TraceQL writes it */
  tag: string
  op: string
  /** joined by "or" */
  values: FormValue[]
}

/** FormValue is a value as it is shown, and how it is written. */
export interface FormValue {
  text: string
  /** "text": in quotes, "plain": as it is, "either": a number that may be kept as text */
  kind: string
}

/** ServiceGraph is which services call which, from the trace store's metrics. */
export interface ServiceGraph {
  map: Map
  spans: SpanNameRate[]
}

/** SpanNameRate is one row of the service graph's table. */
export interface SpanNameRate {
  name: string
  perSecond: number
  /** per second */
  failing: number
  p90Ms: number | null
}
