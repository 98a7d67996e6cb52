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
  /** "server_kept_none", "missing_root", "missing_parent", "clock_skew", "partial" */
  kind: string
  text: string
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
