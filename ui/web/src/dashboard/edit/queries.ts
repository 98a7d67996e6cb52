/** What a new query of each data source is, and how its results are best seen. */
import type { DataSource } from '../../lib/api'
import type { PanelModel, Target } from '../model'

export const tempoTypes = [
  { id: 'traceqlSearch', name: 'Search' },
  { id: 'traceql', name: 'TraceQL' },
  { id: 'serviceMap', name: 'Service Graph' },
]

/** panelSource stands for what another panel of the dashboard shows. */
export const panelSource = { type: 'datasource', uid: '-- Dashboard --' }

/** isOfPanel tells a query that takes the result of another panel. */
export const isOfPanel = (t: Target) => t.datasource?.uid === panelSource.uid

/** ofPanel is such a query. */
export const ofPanel = (refId: string, panelId: number | undefined): Target => ({ refId, datasource: panelSource, ...(panelId === undefined ? {} : { panelId }) })

/** isSearch tells a query of the search form, also as older Grafanas call it. */
export const isSearch = (kind: unknown) => kind === 'traceqlSearch' || kind === 'nativeSearch' || kind === 'search'

/** emptyTarget is a query that asks nothing yet. */
export function emptyTarget(refId: string, source: DataSource | undefined): Target {
  const datasource = source ? { type: source.type, uid: source.uid } : undefined
  const base = { refId, ...(datasource ? { datasource } : {}) }
  if (source?.type === 'tempo') return { ...base, queryType: 'traceqlSearch', limit: 20, tableType: 'traces', filters: [] }
  return { ...base, expr: '', legendFormat: '__auto', range: true, instant: false, editorMode: 'code' }
}

/** isMetrics tells TraceQL that makes series. */
export const isMetrics = (text: string) => /\|\s*(rate|\w+_over_time|compare)\s*\(/.test(text)

/** viewFor is the type of panel that suits a query; the one that it has where that is good as well. */
export function viewFor(panel: PanelModel, target: Target): string {
  const kind = target.queryType
  const numeric = ['timeseries', 'stat', 'gauge', 'bargauge', 'heatmap', 'histogram', 'state-timeline', 'status-history']
  if (kind === 'serviceMap') return 'nodeGraph'
  if (isSearch(kind)) return 'table'
  if (kind === 'traceql') {
    const text = String(target.query ?? '')
    if (isMetrics(text)) return numeric.includes(panel.type) ? panel.type : 'timeseries'
    if (/^\s*[0-9a-f]{16,32}\s*$/i.test(text)) return 'traces'
    return panel.type === 'traces' ? 'traces' : 'table'
  }
  return ['nodeGraph', 'traces'].includes(panel.type) ? 'timeseries' : panel.type
}
