// Written from the Go package ui/payload by its test (go test ./ui/payload -update); do not edit.
import type { ExploreForm } from './explore'

/** SearchResult is the answer to a query for traces. */
export interface SearchResult {
  /** as it was sent to the trace store */
  query: string
  fromMs: number
  toMs: number
  traces: TraceBrief[]
  /** there may be more than Limit */
  limited: boolean
  limit: number
  /** spans that the store looked at, 0 if it does not say */
  spans: number
}

/** TraceBrief is one row of a search result. */
export interface TraceBrief {
  id: string
  /** "" where the root has not come */
  rootName: string
  rootPod: string
  startMs: number
  durationMs: number
  spans: number | null
  failed: boolean | null
  errors: number
  /** spans that fit the query */
  matched: number
  services: Service[]
}

/** Service is the part of one service in a trace. */
export interface Service {
  name: string
  spans: number
  errors: number
}

/** Trace is one trace as a tree, its spans in the order in which they are drawn. */
export interface Trace {
  id: string
  startMs: number
  /** exact, as decimal text */
  startNs: string
  durationNs: number
  rootName: string
  rootPod: string
  failed: boolean
  services: Service[]
  spans: Span[]
  resources: Resource[]
  notes: Note[]
  /** where the time went, in order */
  parts: Part[]
  model: string
  server: string
  /** name of the data source that it is from, "" for a file */
  dataSource: string
  /** that data source asks for a node graph above its traces */
  nodeGraph: boolean
  /** so young that spans may still arrive */
  growing: boolean
  head: CallHead
  /** the critical path of the root, in the order of time */
  critical: CriticalStep[]
  stats: TraceStats
  /** the tree with spans of one path together, in the order in which it is drawn */
  paths: SpanPath[]
  graph: TraceGraph
}

/** CallHead is what the root's attributes say of its call; "" for what they do not say. */
export interface CallHead {
  method: string
  /** of HTTP */
  status: string
  /** name of the gRPC status, "OK" */
  grpc: string
  url: string
  /** neither status is a failure */
  ok: boolean
}

/** CriticalStep is a stretch of the critical path: what the request waited for then. */
export interface CriticalStep {
  /** index into Spans */
  span: number
  /** as of a Phase, or "before", "after" (around the server's spans), "self" */
  name: string
  label: string
  offsetNs: number
  ns: number
}

/** TraceStats are the spans' durations put together. */
export interface TraceStats {
  byName: SpanStats[]
  byService: SpanStats[]
  /** by service and name */
  byBoth: SpanStats[]
}

/** SpanStats is one row of statistics. Quantiles are of durations. */
export interface SpanStats {
  /** "" where services are counted */
  name: string
  /** "" where names are counted */
  service: string
  count: number
  errors: number
  totalNs: number
  selfNs: number
  /** on the critical path */
  criticalNs: number
  avgNs: number
  minNs: number
  p50Ns: number
  p90Ns: number
  maxNs: number
}

/** SpanPath is all spans of one service and name below the same path. */
export interface SpanPath {
  name: string
  service: string
  /** index into Paths, -1 at the top */
  parent: number
  depth: number
  /** paths below it, at any depth */
  below: number
  count: number
  errors: number
  totalNs: number
  selfNs: number
  criticalNs: number
  /** the longest of them, an index into Spans */
  span: number
}

/** TraceGraph is the trace as nodes: one a span, or one a path where that were too many. */
export interface TraceGraph {
  nodes: TraceNode[]
  /** a node is a path */
  folded: boolean
  /** paths that are left out */
  hidden: number
}

/** TraceNode is a node of a trace's graph. */
export interface TraceNode {
  /** index into Nodes, -1 at the top */
  parent: number
  /** index into Spans; of a folded node the longest */
  span: number
  name: string
  service: string
  count: number
  errors: number
  totalNs: number
  selfNs: number
  /** of the trace */
  shareTotal: number
  /** of its own total */
  shareSelf: number
  /** self time as a share of the trace, at most 1: the colour of its ring */
  heatOfTrace: number
  /** nodes below it that are left out */
  hidden: number
}

/** Span is one span of a trace. Offsets count from the start of the trace. */
export interface Span {
  id: string
  parent: string
  name: string
  service: string
  kind: string
  depth: number
  /** spans below it, at any depth */
  below: number
  offsetNs: number
  durationNs: number
  /** duration less the union of its children */
  selfNs: number
  /** "unset", "ok", "error" */
  status: string
  statusText: string
  failed: boolean
  parentMissing: boolean
  /** how many requests it stands for; 0: not known */
  weight: number
  traceState: string
  scope: string
  /** index into Resources */
  resource: number
  attrs: Attr[]
  events: Event[]
  links: Link[]
  /** spans of this trace that link to it */
  linkedFrom: Link[]
  /** it has no end */
  unfinished: boolean
  /** it begins before its parent, by another clock */
  skewed: boolean
  phases: Phase[]
}

/** Resource is who made spans. */
export interface Resource {
  service: string
  attrs: Attr[]
}

/** Attr is one attribute; its value is text in the form that OTLP gives it. */
export interface Attr {
  key: string
  value: string
  /** "string", "int", "double", "bool", "bytes", "array", "map", "empty" */
  type: string
}

/** Event is a point of time of a span; AtNs counts from the span's start and is negative for an event before it. */
export interface Event {
  name: string
  offsetNs: number
  atNs: number
  attrs: Attr[]
  /** so far outside the trace that the time axis leaves it out */
  far: boolean
}

/** Link points to another span. */
export interface Link {
  traceId: string
  spanId: string
  attrs: Attr[]
}

/** Phase is a stretch of a span between two of its events. */
export interface Phase {
  /** "choose", "send", "wait", "receive", "queue", "input", "infer", "output", ... */
  name: string
  label: string
  offsetNs: number
  ns: number
}

/** Part is a share of a whole request's time. */
export interface Part {
  name: string
  label: string
  ns: number
}

/** Note is something that the reader of a trace has to know. */
export interface Note {
  /** "server_kept_none", "missing_root", "missing_parent", "clock_skew", "partial", "unfinished", "too_large", ... */
  kind: string
  text: string
}

/** TraceFile is what a file of OTLP JSON holds: the trace that was chosen, or the only one, and the list of all. */
export interface TraceFile {
  /** the newest first */
  traces: TraceBrief[]
  /** traces beyond the list */
  more: number
  /** null where there is a choice to make */
  trace: Trace | null
}

/** Alike are traces of the same kind as one, to compare it with. */
export interface Alike {
  /** by which they were found */
  query: string
  /** at so many of them, the newest */
  looked: number
  /** there may be others */
  more: boolean
  newest: TraceBrief[]
  fastest: TraceBrief[]
  slowest: TraceBrief[]
}

/** LinkedTraces are traces whose spans link to a trace. */
export interface LinkedTraces {
  query: string
  traces: TraceBrief[]
}

/** Comparison is two traces aligned by the paths of their spans. */
export interface Comparison {
  a: ComparedTrace
  b: ComparedTrace
  /** how B differs from A and where that comes from */
  sentence: string
  /** they add up to the difference of the two critical paths, the largest first */
  causes: ComparedStep[]
  rows: ComparedRow[]
  notes: Note[]
}

/** ComparedTrace is one side of a comparison. */
export interface ComparedTrace {
  id: string
  name: string
  gateway: string
  server: string
  model: string
  startMs: number
  /** of the root */
  durationNs: number
  spans: number
  failed: boolean
}

/** ComparedStep is what one kind of step took on both critical paths. */
export interface ComparedStep {
  /** of the step, as of a Phase */
  name: string
  /** "queue of add_sub" */
  text: string
  aNs: number
  bNs: number
  /** b - a */
  deltaNs: number
}

/** ComparedRow is one step of both traces, or of one where the other is null. */
export interface ComparedRow {
  name: string
  /** which of those of its name below its parent, from 1 */
  nth: number
  depth: number
  below: number
  a: ComparedSpan | null
  b: ComparedSpan | null
  /** duration of b - a */
  deltaNs: number | null
  /** self time of b - a */
  deltaSNs: number | null
}

/** ComparedSpan is a span of one side. Offsets count from the start of its trace. */
export interface ComparedSpan {
  id: string
  service: string
  offsetNs: number
  durationNs: number
  selfNs: number
  criticalNs: number
  failed: boolean
}

/** Tags are the attribute names that the trace store knows, by scope. */
export interface Tags {
  scopes: TagScope[]
}

/** TagScope is a scope ("resource", "span", "intrinsic") and its names. */
export interface TagScope {
  name: string
  tags: string[]
}

/** TagValues are values of one attribute. */
export interface TagValues {
  tag: string
  values: TagValue[]
  /** there are more */
  cut: boolean
}

/** TagValue is one value with its TraceQL type. */
export interface TagValue {
  type: string
  value: string
}

/** QueryCheck is what the parser says of a TraceQL query. */
export interface QueryCheck {
  valid: boolean
  message: string
  /** bytes into the query where it stopped fitting */
  offset: number
  line: number
  column: number
  /** Expected and Nearest are parts of Message: what would have been right, and the known name that is nearest. */
  expected: string
  nearest: string
  /** the answer is series and not spans */
  metrics: boolean
  /** null if the form cannot show the query */
  form: ExploreForm | null
  warnings: string[]
}
