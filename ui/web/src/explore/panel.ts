/** The panel of a dashboard that shows what a pane of Explore shows. */
import type { DataSource } from '../lib/api'
import { isMetrics, viewFor } from '../dashboard/edit/queries'
import type { NewPanel } from '../dashboard/handed'
import type { PanelModel, Target } from '../dashboard/model'
import { spansOfEach, type Query } from './state'

/** panelOf has all queries that a data source answers. */
export function panelOf(queries: Query[], source: DataSource): NewPanel {
  const datasource = { type: source.type, uid: source.uid }
  const targets = queries.map((q) => targetOf(q, datasource))
  return { type: typeOf(queries[0]!, targets[0]!), title: 'New panel', datasource, targets, fieldConfig: { defaults: {}, overrides: [] }, options: {} }
}

function typeOf(q: Query, target: Target): string {
  if (q.type === 'promql') return q.mode === 'instant' ? 'table' : 'timeseries'
  return viewFor({ type: 'timeseries' } as PanelModel, target)
}

function targetOf(q: Query, datasource: { type: string; uid: string }): Target {
  const base = { refId: q.ref, datasource }
  if (q.type === 'promql') {
    const table = q.mode === 'instant' ? { format: 'table' } : {}
    return { ...base, editorMode: 'code', expr: q.text, legendFormat: q.legend || '__auto', range: q.mode !== 'instant', instant: q.mode !== 'range', exemplar: q.mode !== 'instant', ...table, ...(q.step ? { interval: q.step } : {}) }
  }
  if (q.type === 'serviceMap') return { ...base, queryType: 'serviceMap', serviceMapQuery: q.text }
  const spans = q.table === 'spans' ? { spss: spansOfEach } : {}
  return { ...base, queryType: 'traceql', query: withColumns(q), limit: q.limit, tableType: q.table, ...spans, ...(q.step ? { step: q.step } : {}) }
}

/** withColumns is the text that asks for the columns chosen as well; a panel has those that its query names. */
function withColumns(q: Query): string {
  const text = q.text.trim() || '{}'
  const more = q.columns.filter((c) => !c.startsWith('-'))
  const plain = q.table === 'spans' && more.length > 0 && !isMetrics(text) && !/\bwith\s*\(/.test(text)
  return plain ? `${text} | select(${more.join(', ')})` : text
}
