// Written from the Go package ui/payload by its test (go test ./ui/payload -update); do not edit.

/** Latency is where the time of many requests goes. Times are milliseconds. */
export interface Latency {
  fromMs: number
  toMs: number
  /** TraceQL that selected the traces, "{}" for all */
  query: string
  rests: LatencyRests
  /** "found", "none", "few" requests, "nothing" at all */
  verdict: string
  sentence: string
  /** what to do where there is nothing to show */
  next: string
  findings: LatencyCause[]
  /** in the order of a request's life */
  phases: LatencyPhase[]
  /** one row, of all requests; none if there are none */
  all: LatencyRow[]
  models: LatencyRow[]
  pods: LatencyRow[]
  /** model by pod */
  each: LatencyRow[]
  /** of ensembles */
  steps: LatencyRow[]
  counters: LatencyCounters
  /** null: nothing was compared */
  against: LatencyAgainst | null
}

/** LatencyPhase is one of the phases that a request is split into. */
export interface LatencyPhase {
  name: string
  label: string
  about: string
}

/** LatencyRests says what the numbers rest on. */
export interface LatencyRests {
  traces: number
  /** whose time is split */
  requests: number
  /** counted, not split */
  failed: number
  /** their server kept no spans: counted, not split */
  silent: number
  /** without a gateway's span: no gateway, no network */
  alone: number
  /** requests that all these stand for, by the sampling */
  estimated: number
  /** everything that is stored of the range was taken in */
  whole: boolean
  /** the earliest and the latest start among them */
  firstMs: number
  lastMs: number
  failedOf: LatencyFailed[]
  notes: string[]
}

/** LatencyFailed is how many requests of a model failed. */
export interface LatencyFailed {
  model: string
  failed: number
}

/** LatencyCause is something that stands out. */
export interface LatencyCause {
  /** "pod", "model", "step", "gateway", "network" */
  kind: string
  phase: string
  pod: string
  model: string
  ensemble: string
  step: string
  sentence: string
  evidence: string[]
  /** of the time of the requests that it concerns */
  share: number
  /** that it costs, of the time of all requests */
  shareOfAll: number
  /** the same in seconds */
  excessS: number
  /** TraceQL that finds such traces */
  query: string
  examples: LatencyExample[]
}

/** LatencyExample is a trace that shows a finding. */
export interface LatencyExample {
  id: string
  startMs: number
  totalMs: number
  phaseMs: number
}

/** LatencyRow is the split of some requests. */
export interface LatencyRow {
  /** "": all */
  model: string
  /** "": all */
  pod: string
  /** of a step */
  ensemble: string
  requests: number
  /** by the sampling */
  estimated: number
  /** of the time of all requests; of a step: of its ensemble's */
  share: number
  total: LatencyTime
  /** as Latency.phases */
  phases: LatencyTime[]
  /** TraceQL that finds their traces */
  query: string
}

/** LatencyTime is the distribution of a time. */
export interface LatencyTime {
  p50Ms: number
  p90Ms: number
  p99Ms: number
  meanMs: number
  /** by the sampling */
  totalS: number
  /** of the row's time */
  share: number
  /** TraceQL that finds traces that are slow in it; "" if none can */
  query: string
}

/** LatencyCounters are Triton's own counters beside the spans. */
export interface LatencyCounters {
  sentence: string
  known: boolean
  agree: boolean
  fromMs: number
  toMs: number
  rows: LatencyCounter[]
}

/** LatencyCounter is one model on one pod: means per request of the spans and of the counters. */
export interface LatencyCounter {
  model: string
  /** "": all, as single ones have too few spans */
  pod: string
  /** that the spans stand for */
  runs: number
  /** that the server counted, without failed ones */
  requests: number
  failed: number
  /** requests an execution; 0: not known */
  perBatch: number
  /** queue, input, infer, output */
  phases: LatencyCounterOne[]
  agree: boolean
  /** of a difference */
  reason: string
  comparing: boolean
}

/** LatencyCounterOne is a phase's mean by both routes. */
export interface LatencyCounterOne {
  name: string
  spansMs: number
  countersMs: number
  /** two standard errors of the spans' mean */
  errorMs: number
  agree: boolean
}

/** LatencyAgainst is a comparison: another time, or one pod with another. */
export interface LatencyAgainst {
  /** "time", "pods" */
  kind: string
  /** what is compared with */
  left: string
  /** what it is about */
  right: string
  sentence: string
  rows: LatencyChanged[]
}

/** LatencyChanged is a model, or all, on both sides. */
export interface LatencyChanged {
  /** "": all, with one mix of models on both sides */
  model: string
  /** requests */
  left: number
  right: number
  /** means */
  total: LatencyChange
  /** of the totals; zero of all models together */
  median: LatencyChange
  phases: LatencyChange[]
  /** the difference of the totals is more than chance */
  clear: boolean
  notes: string[]
  /** TraceQL of "left" and "right" */
  links: Record<string, string>
}

/** LatencyChange is a mean before and after. */
export interface LatencyChange {
  leftMs: number
  rightMs: number
  moreMs: number
}
