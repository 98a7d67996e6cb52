/**
 * What Explore shows, and the addresses that say it. Ours is short for one query
 * (?ds=tempo&q={…}&type=traceql) and Grafana's (?schemaVersion=1&panes={…}) for
 * more; Grafana's older ones (?left={…}, ?left=[…]) are read too.
 */
import { formOf } from './filters'
import { write as writeForm } from './form'

export type QueryType = 'search' | 'traceql' | 'serviceMap' | 'promql'

export interface Query {
  ref: string
  type: QueryType
  /** TraceQL, PromQL, or the label matcher of a service graph */
  text: string
  limit: number
  table: 'traces' | 'spans'
  /** attributes that the table of spans shows beside those of the query; with - before it one that it does not */
  columns: string[]
  view: 'scatter' | 'heat' | 'none'
  /** of PromQL: values over time, at the end, or both */
  mode: 'range' | 'instant' | 'both'
  legend: string
  step: string
}

/** Box is a selection that was drawn, and what it was drawn on. */
export interface Box {
  /** the query and range before it was narrowed, as the address had the range and as it was then */
  q: string
  from: string
  to: string
  fromMs: number
  toMs: number
  by: 'duration' | 'traceDuration'
  low: number
  high: number
  boxFrom: number
  boxTo: number
}

export interface Pane {
  /** uid or name of a data source, '' for the usual one of the query's kind */
  ds: string
  queries: Query[]
  /** its own time range, null for the page's */
  range: { from: string; to: string } | null
  box: Box | null
}

export interface Explore {
  panes: Pane[]
  /** the range that the address brought within Grafana's form */
  range: { from: string; to: string } | null
}

/** spansOfEach is how many spans of a trace the table of spans has at most. */
export const spansOfEach = 20
export const mostPanes = 2
const mostQueries = 12

export function query(some: Partial<Query> = {}): Query {
  return { ref: 'A', type: 'search', text: '', limit: 50, table: 'traces', columns: [], view: 'scatter', mode: 'range', legend: '', step: '', ...some }
}

export function pane(some: Partial<Pane> = {}): Pane {
  return { ds: '', queries: [query()], range: null, box: null, ...some }
}

/** Kinds of query of each type of data source. */
export const kinds: Record<string, { type: QueryType; name: string }[]> = {
  tempo: [
    { type: 'search', name: 'Search' },
    { type: 'traceql', name: 'TraceQL' },
    { type: 'serviceMap', name: 'Service Graph' },
  ],
  prometheus: [{ type: 'promql', name: 'PromQL' }],
}

export const storeOf = (type: QueryType) => (type === 'promql' ? 'prometheus' : 'tempo')

type Loose = Record<string, unknown>

const text = (v: unknown): string => (typeof v === 'string' ? v : typeof v === 'number' ? String(v) : '')
const object = (v: unknown): Loose => (typeof v === 'object' && v !== null && !Array.isArray(v) ? (v as Loose) : {})
const list = (v: unknown): unknown[] => (Array.isArray(v) ? v : [])
const oneOf = <T extends string>(v: unknown, all: readonly T[], usual: T): T => (all.includes(v as T) ? (v as T) : usual)

/** read is what an address says; what it does not say is as usual. */
export function read(params: URLSearchParams): Explore {
  const panes = params.get('panes') ?? params.get('left')
  if (panes === null) return { panes: [flat(params)], range: null }
  try {
    const read = JSON.parse(panes) as unknown
    const sides = params.has('panes') ? Object.values(object(read)) : [read, ...(params.has('right') ? [JSON.parse(params.get('right')!) as unknown] : [])]
    return shared(sides.slice(0, mostPanes).map(side))
  } catch {
    return { panes: [flat(params)], range: null }
  }
}

/** shared makes the range of all panes that of the page. */
function shared(panes: Pane[]): Explore {
  if (panes.length === 0) panes = [pane()]
  const range = panes[0]!.range
  for (const p of panes) if (p.range && range && p.range.from === range.from && p.range.to === range.to) p.range = null
  return { panes, range }
}

function flat(params: URLSearchParams): Pane {
  const get = (name: string) => params.get(name) ?? ''
  const q = query({
    type: oneOf(get('type'), ['search', 'traceql', 'serviceMap', 'promql'] as const, 'search'),
    text: get('q'),
    limit: number(get('limit'), 50),
    table: oneOf(get('table'), ['traces', 'spans'] as const, 'traces'),
    columns: get('columns').split(',').filter(Boolean),
    view: oneOf(get('view'), ['scatter', 'heat', 'none'] as const, 'scatter'),
    mode: oneOf(get('mode'), ['range', 'instant', 'both'] as const, 'range'),
    legend: get('legend'),
    step: get('step'),
  })
  return pane({ ds: get('ds'), queries: [q], box: boxOf(get('box')) })
}

function boxOf(json: string): Box | null {
  if (!json) return null
  try {
    const b = object(JSON.parse(json))
    return { q: text(b.q), from: text(b.from), to: text(b.to), fromMs: Number(b.fromMs) || 0, toMs: Number(b.toMs) || 0, by: oneOf(b.by, ['duration', 'traceDuration'] as const, 'duration'),
      low: Number(b.low) || 0, high: Number(b.high) || 0, boxFrom: Number(b.boxFrom) || 0, boxTo: Number(b.boxTo) || 0 }
  } catch {
    return null
  }
}

const number = (v: unknown, usual: number) => (Number(v) >= 1 ? Math.min(Math.round(Number(v)), 1000) : usual)

/** side reads one pane of Grafana's, in either of its forms. */
function side(v: unknown): Pane {
  if (Array.isArray(v)) {
    // ["now-1h", "now", "tempo", {query}, …, {ui: …}]
    const [from, to, ds, ...queries] = v as unknown[]
    return side({ datasource: ds, queries: queries.filter((q) => !('ui' in object(q)) && !('mode' in object(q))), range: { from, to } })
  }
  const p = object(v)
  const queries = list(p.queries).slice(0, mostQueries).map(object)
  const range = object(p.range)
  let ds = named(p.datasource)
  if (ds === '-- Mixed --' || ds === '') ds = named(queries[0]?.datasource)
  const read = queries.map(grafanas)
  return pane({
    ds,
    queries: read.length > 0 ? read : [query()],
    range: text(range.from) && text(range.to) ? { from: text(range.from), to: text(range.to) } : null,
    box: p.box ? boxOf(JSON.stringify(p.box)) : null,
  })
}

/** named is a data source as a uid or name; a dashboard's variable is the usual one. */
function named(v: unknown): string {
  const name = typeof v === 'string' ? v : text(object(v).uid) || text(object(v).name)
  return name.includes('${') || name === 'default' || name === '-- Grafana --' ? '' : name
}

function grafanas(q: Loose, i: number): Query {
  const ref = text(q.refId) || String.fromCharCode(65 + i)
  const columns = list(q.columns).map(text).filter(Boolean)
  const view = oneOf(q.view, ['scatter', 'heat', 'none'] as const, 'scatter')
  if (typeof q.expr === 'string' || object(q.datasource).type === 'prometheus') {
    const both = (q.range === true || q.range === undefined) && q.instant === true
    const mode = both ? 'both' : q.instant === true ? 'instant' : 'range'
    return query({ ref, type: 'promql', text: text(q.expr), mode, legend: text(q.legendFormat), step: text(q.interval) })
  }
  const rest = { ref, limit: number(q.limit, 50), columns, view, step: text(q.step), table: q.tableType === 'spans' ? ('spans' as const) : ('traces' as const) }
  if (q.queryType === 'serviceMap') return query({ ...rest, type: 'serviceMap', text: list(q.serviceMapQuery).map(text)[0] ?? text(q.serviceMapQuery) })
  if (q.queryType === 'search') return query({ ...rest, type: 'search', text: text(q.query) })
  if (q.queryType === 'traceqlSearch') return query({ ...rest, type: 'search', text: text(q.query) || searched(q) })
  if (q.queryType === 'nativeSearch') return query({ ...rest, type: 'search', text: searched(q) })
  return query({ ...rest, type: 'traceql', text: text(q.query) })
}

/** searched is the TraceQL of Grafana's search form. */
function searched(q: Loose): string {
  const form = formOf(q)
  return form.conditions.length > 0 ? writeForm(form) : ''
}

/** Everything that write may set; what is not in its answer has to go from the address. */
export const names = ['ds', 'type', 'q', 'limit', 'table', 'columns', 'view', 'mode', 'legend', 'step', 'box', 'panes', 'schemaVersion', 'left', 'right', 'orgId'] as const

export type Address = Record<(typeof names)[number], string | null>

/** write is the address of what is shown, without its time range. */
export function write(panes: Pane[]): Address {
  const out = Object.fromEntries(names.map((n) => [n, null])) as Address
  const [first] = panes
  if (panes.length === 1 && first!.queries.length === 1 && !first!.range) {
    const [q, usual] = [first!.queries[0]!, query()]
    out.ds = first!.ds || null
    out.type = q.type === usual.type ? null : q.type
    out.q = q.text || null
    out.limit = q.limit === usual.limit ? null : String(q.limit)
    out.table = q.table === usual.table ? null : q.table
    out.columns = q.columns.join(',') || null
    out.view = q.view === usual.view ? null : q.view
    out.mode = q.mode === usual.mode ? null : q.mode
    out.legend = q.legend || null
    out.step = q.step || null
    out.box = first!.box ? JSON.stringify(first!.box) : null
    return out
  }
  out.schemaVersion = '1'
  out.panes = JSON.stringify(Object.fromEntries(panes.map((p, i) => [String.fromCharCode(97 + i), written(p)])))
  return out
}

function written(p: Pane): Loose {
  const out: Loose = { datasource: p.ds, queries: p.queries.map((q) => ofQuery(q, p.ds)) }
  if (p.range) out.range = p.range
  if (p.box) out.box = p.box
  return out
}

function ofQuery(q: Query, ds: string): Loose {
  const datasource = { type: storeOf(q.type), uid: ds }
  if (q.type === 'promql') {
    return { refId: q.ref, datasource, expr: q.text, range: q.mode !== 'instant', instant: q.mode !== 'range', legendFormat: q.legend, interval: q.step }
  }
  if (q.type === 'serviceMap') return { refId: q.ref, datasource, queryType: 'serviceMap', serviceMapQuery: q.text }
  return { refId: q.ref, datasource, queryType: q.type, query: q.text, limit: q.limit, tableType: q.table, columns: q.columns, view: q.view, step: q.step }
}
