/** Any panel as a table of text: RFC 4180, times in ISO 8601, numbers as they are. */
import type { PanelView, Shown } from '../lib/api'

type Value = string | number | null | undefined

/** csvOf is what "download as CSV" brings; "" for what has no figures. */
export function csvOf(view: PanelView): string {
  const rows = rowsOf(view)
  return rows.length === 0 ? '' : rows.map((r) => r.map(field).join(',')).join('\r\n') + '\r\n'
}

/** A text that a spreadsheet would take for a formula gets an apostrophe before it. */
function field(value: Value): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'number') return String(value)
  const text = /^[=+@\t\r]|^-(?![\d.])/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

const iso = (ms: number) => new Date(ms).toISOString()
const plain = (cell: Shown | undefined): Value => (cell ? (cell.number ?? cell.prefix + cell.text + cell.suffix) : '')

function rowsOf(view: PanelView): Value[][] {
  const { chart, stats, histogram, heatmap, table, states, graph, traces } = view
  if (chart) return [[chart.xIsTime ? 'Time' : 'x', ...chart.lines.map((l) => l.name)], ...chart.timesMs.map((t, i) => [chart.xIsTime ? iso(t) : t, ...chart.lines.map((l) => l.values[i])])]
  if (stats) return [['Name', 'Value', 'Shown'], ...stats.values.map((s) => [s.name, s.value.number, s.value.prefix + s.value.text + s.value.suffix])]
  if (histogram) return [['From', 'To', ...histogram.lines.map((l) => l.name)], ...histogram.from.map((f, i) => [f, histogram.to[i], ...histogram.lines.map((l) => l.values[i])])]
  if (heatmap) return [['Time', ...bands(heatmap)], ...heatmap.timesMs.map((t, x) => [iso(t), ...heatmap.counts.map((row) => row[x])])]
  if (table) {
    const seen = table.columns.map((c, i) => ({ c, i })).filter(({ c }) => !c.hidden)
    return [seen.map(({ c }) => c.name), ...table.rows.map((r) => seen.map(({ c, i }) => (c.kind === 'time' && typeof r[i]?.number === 'number' ? iso(r[i].number) : plain(r[i]))))]
  }
  if (states) return [['Name', 'From', 'To', 'State'], ...states.rows.flatMap((r) => r.states.map((s) => [r.name, iso(s.fromMs), iso(s.toMs), s.value.prefix + s.value.text + s.value.suffix]))]
  if (graph) return [['Kind', 'Name', 'From', 'To', 'Main', 'Secondary'], ...graph.nodes.map((n) => ['node', n.title, '', '', n.main, n.secondary]), ...graph.edges.map((e) => ['edge', e.id, e.from, e.to, e.main, e.secondary])]
  if (traces) return [['Trace ID', 'Start', 'Service', 'Name', 'Duration (ms)'], ...traces.traces.map((t) => [t.id, iso(t.startMs), t.rootPod, t.rootName, t.durationMs])]
  return []
}

function bands(of: NonNullable<PanelView['heatmap']>): string[] {
  return of.counts.map((_, i) => (of.edges.length === of.counts.length + 1 ? `${of.edges[i]} to ${of.edges[i + 1]}` : (of.names[i] ?? `row ${i + 1}`)))
}
