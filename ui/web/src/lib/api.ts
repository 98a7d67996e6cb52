// Written from the Go package ui/payload by its test (go test ./ui/payload -update); do not edit.

/** Failure is the answer of every endpoint that could not do what it was asked. */
export interface Failure {
  /** what was tried on what, and why it failed */
  error: string
  /** the next step of the reader */
  hint: string
}

/** Site is what the page is about; asked for once. */
export interface Site {
  release: string
  namespace: string
  version: string
  dataSources: DataSource[]
  off: OffPart[]
}

/** DataSource is one store that the page reads. */
export interface DataSource {
  name: string
  type: string
  uid: string
  url: string
  isDefault: boolean
  /** the one that this page asks */
  used: boolean
}

/** OffPart is a part that the configuration switched off, and what that costs. */
export interface OffPart {
  part: string
  cost: string
}

/** Status is the state of every role at one moment. */
export interface Status {
  atMs: number
  roles: RoleStatus[]
  off: OffPart[]
  missing: MissingShare[]
  /** MissingKnown is false where nothing counts the sampled requests whose server kept no spans: a foreign trace store, no generator. */
  missingKnown: boolean
}

/** RoleStatus is one role, or one pod of it. */
export interface RoleStatus {
  role: string
  pod: string
  addresses: Address[]
  /** "healthy", "unhealthy", "unreachable", "not asked" */
  state: string
  /** of a state that is not healthy */
  reason: string
  spans: Fate[]
  facts: Fact[]
}

/** Address is one listener of a role. */
export interface Address {
  name: string
  addr: string
}

/** Fate is how many spans came to one of the fates of a span since the role started: received, kept, refused or lost. */
export interface Fate {
  fate: string
  reason: string
  count: number
}

/** Fact is one more figure of a role, in words that fit it. */
export interface Fact {
  label: string
  value: number
  /** "count", "bytes", "seconds" */
  unit: string
}

/** MissingShare is how many sampled requests to a server left no span of the server's in their traces. */
export interface MissingShare {
  server: string
  missing: number
  sampled: number | null
  /** Missing/Sampled */
  share: number | null
}

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
}

/** Window is the stretch of time that numbers are about, and how they were had. */
export interface Window {
  /** as asked for */
  fromMs: number
  toMs: number
  /** CountedFromMs and CountedToMs are the scrapes between which the exact counters were compared; null where nothing was counted. */
  countedFromMs: number | null
  countedToMs: number | null
  /** "counters", "sampled traces", "none" */
  source: string
  sourceText: string
  /** SampledShare is the share of the window's requests that were traced, where the gateway's counters tell. */
  sampledShare: number | null
}

/** Map is the picture of gateways and servers. */
export interface Map {
  window: Window
  nodes: MapNode[]
  edges: MapEdge[]
  /** what to do where there is nothing to show */
  next: string
}

/** Traffic is what went through a node, along an edge or to a model. Only inference calls count; a stream is one call. */
export interface Traffic {
  requests: number
  failed: number
  perSecond: number
  /** mean, first header in to last byte out at the gateway */
  latencyMs: number | null
  /** mean, server chosen to its status */
  upstreamMs: number | null
  /** Estimate is the count that the sampled traces give for the same window. */
  estimate: number | null
  /** one standard deviation, null where not known */
  estimateError: number | null
  /** ServerMs is the mean time in the server by its own spans (weighted). */
  serverMs: number | null
}

/** MapNode is a pod: a gateway or a server. */
export interface MapNode {
  id: string
  /** "gateway" or "server" */
  side: string
  traffic: Traffic
  /** of a server, as the gateways see it */
  ready: boolean | null
  inFlight: number | null
  /** of the side's requests */
  share: number | null
}

/** MapEdge is the calls of one gateway to one server. */
export interface MapEdge {
  from: string
  to: string
  traffic: Traffic
}

/** Models is the table of models. */
export interface Models {
  window: Window
  /** the pod that was asked for, "" for all */
  server: string
  models: ModelRow[]
  next: string
}

/** ModelRow is one model, over all servers or at one. */
export interface ModelRow {
  model: string
  /** "" for the row of all servers */
  server: string
  traffic: Traffic
  /** most frequent first */
  codes: CodeRow[]
}

/** CodeRow is how many requests ended with a gRPC code. */
export interface CodeRow {
  code: string
  requests: number
}

/** Chart is columns to draw: one time axis, values by series, null for no value. */
export interface Chart {
  title: string
  /** "per second", "seconds", "count" */
  unit: string
  timesMs: number[]
  series: ChartSeries[]
}

/** ChartSeries is one line of a chart. */
export interface ChartSeries {
  label: string
  values: (number | null)[]
}

/** Charts are the charts of the map's page. */
export interface Charts {
  charts: Chart[]
}
