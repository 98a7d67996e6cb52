/** Which queries of a pane are answered together. */
import type { Query } from './state'

export interface Part {
  key: string
  kind: 'search' | 'metrics' | 'graph' | 'trace'
  queries: Query[]
  /** where the first of them stands among the pane's queries */
  at: number
}

/** series tells a TraceQL query whose answer is series, by the function at its end; text in quotes does not count. */
export function series(text: string): boolean {
  const bare = text.replace(/"(?:[^"\\]|\\.)*"|`[^`]*`/g, '""')
  return /\|\s*(rate|count_over_time|(min|max|avg|sum|quantile|histogram)_over_time|compare)\s*\(/.test(bare)
}

/** traceId is the id of the one trace that a query names, as Grafana's TraceQL field takes it, '' if it names none. */
export function traceId(text: string): string {
  return /^\s*[0-9a-f]{16,32}\s*$/i.test(text) ? text.trim().toLowerCase() : ''
}

function kindOf(q: Query): Part['kind'] {
  if (q.type === 'serviceMap') return 'graph'
  if (q.type === 'promql' || series(q.text)) return 'metrics'
  return traceId(q.text) ? 'trace' : 'search'
}

/** parts puts PromQL queries into one chart; every other query has a part of its own. */
export function parts(queries: Query[]): Part[] {
  const out: Part[] = []
  queries.forEach((q, at) => {
    const prom = out.find((p) => p.queries[0]!.type === 'promql')
    if (q.type === 'promql' && prom) prom.queries.push(q)
    else out.push({ key: `${q.ref}${q.type}${kindOf(q)}`, kind: kindOf(q), queries: [q], at })
  })
  return out
}

/** checkable tells whether our parser can judge a text: not one trace's id, and no variable of a dashboard outside of quotes, which may stand for anything. */
export function checkable(text: string): boolean {
  const bare = text.replace(/"(?:[^"\\]|\\.)*"|`[^`]*`/g, '""')
  return traceId(text) === '' && !/\$\w|\$\{|\[\[/.test(bare)
}
