// Written from the Go package ui/payload by its test (go test ./ui/payload -update); do not edit.

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
  /** Odd are the servers that stand out: who gets more than its part, who fails most, who is slowest. */
  odd: MapOdd[]
  /** that were asked for in the window, whatever the filter */
  models: string[]
  /** whose gateways are known */
  releases: string[]
}

/** MapOdd is a server that gets more requests than the others, fails more often, or is slower at the same models. */
export interface MapOdd {
  server: string
  /** names it */
  sentence: string
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
  /** of whole requests, interpolated in the gateway's buckets */
  p50Ms: number | null
  p90Ms: number | null
  p99Ms: number | null
  /** Estimate is the count that the sampled traces give for the same window. */
  estimate: number | null
  /** one standard deviation, null where not known */
  estimateError: number | null
  /** ServerMs is the mean time in the server by its own spans (weighted). */
  serverMs: number | null
}

/** MapNode is a pod, a gateway or a server, or a group of them that can be opened. */
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
  /** what its share would be if all pods had the same; null where a filter hides some */
  even: number | null
  /** 1, or how many a group has */
  pods: number
  unready: number
  /** the deployment that the pod belongs to; of a group its own name */
  group: string
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
  /** QueueShare is the part of the requests' time in the servers that they spent in queues, by the servers' own counters. */
  queueShare: number | null
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
  /** which series were left out, "" if none */
  note: string
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
