/** Views of panels as the server would send them, of figures that are made up but alike from run to run. */
import type { BarsView, ChartAxis, ChartView, Column, Dot, Format, GraphView, HeatmapView, Legend, Line, Mark, Panel, PanelLink, PanelView, Shown, Stat, StateRow, StatsView, Tooltip } from '../../src/lib/api'
import { plainFormat } from '../../src/lib/units'

export interface Sample {
  view: PanelView
  panel: Panel
  width: number
  height: number
}

export const ms: Format = { ...plainFormat, kind: 'scaled', unit: 'ms', scales: [{ from: 0, divide: 0.001, suffix: ' µs' }, { from: 1, divide: 1, suffix: ' ms' }, { from: 1000, divide: 1000, suffix: ' s' }, { from: 60000, divide: 60000, suffix: ' min' }] }
export const percent: Format = { ...plainFormat, kind: 'scaled', unit: 'percentunit', scales: [{ from: 0, divide: 0.01, suffix: '%' }] }
export const bytes: Format = { ...plainFormat, kind: 'scaled', unit: 'bytes', scales: [0, 1, 2, 3, 4].map((n) => ({ from: n === 0 ? 0 : 1024 ** n, divide: 1024 ** n, suffix: [' B', ' KiB', ' MiB', ' GiB', ' TiB'][n]! })) }
export const palette = ['#73bf69', '#f2cc0c', '#8ab8ff', '#ff780a', '#f2495c', '#5794f2', '#b877d9', '#705da0', '#37872d', '#fade2a']

const end = Date.UTC(2026, 10, 29, 12)
let seed = 1
/** a number between 0 and 1, the same ones in each run */
const chance = () => ((seed = (seed * 16807) % 2147483647) - 1) / 2147483646

const timesOf = (points: number, step: number, last = end) => Array.from({ length: points }, (_, i) => last - (points - 1 - i) * step)

export function wave(points: number, low: number, high: number, noise = 0.15): number[] {
  const [phase, pace] = [chance() * 6, 2 + chance() * 6]
  return Array.from({ length: points }, (_, i) => Math.max(low, low + (high - low) * (0.5 + 0.4 * Math.sin(phase + (i / points) * pace * 3)) + (chance() - 0.5) * (high - low) * noise))
}

export const legend = (over: Partial<Legend> = {}): Legend => ({ shown: true, mode: 'list', placement: 'bottom', width: 0, calcs: [], sortBy: '', sortDesc: false, limit: 0, ...over })
export const tooltip = (over: Partial<Tooltip> = {}): Tooltip => ({ mode: 'multi', sort: 'none', hideZeros: false, maxWidth: 0, maxHeight: 0, withinPx: 0, ...over })
export const axis = (over: Partial<ChartAxis> = {}): ChartAxis => ({ side: 'left', label: '', format: plainFormat, min: null, max: null, softMin: null, softMax: null, scale: 'linear', logBase: 10, linearBelow: 0, centered: false, grid: true, border: false, widthPx: 0, seriesColor: false, thresholds: [], thresholdStyle: 'off', ...over })
export const line = (name: string, values: (number | null)[], color: string, over: Partial<Line> = {}): Line => ({
  name, refId: 'A', labels: {}, values, color, bands: [], draw: 'line', curve: 'linear', width: 1, dash: [], fill: 0, gradient: 'none', fillBelow: '', points: 'auto', pointSize: 5, spanGapsMs: null,
  stack: '', stackMode: 'normal', barAlign: 0, barWidth: 0.6, barMaxPx: 0, symbol: 'circle', showValues: false, axis: 0, hideLegend: false, hideTooltip: false, hidden: false, off: false, format: plainFormat, calcs: [], links: [], ...over,
})
export const shown = (number: number | null, text: string, over: Partial<Shown> = {}): Shown => ({ number, text, prefix: '', suffix: '', color: '', href: '', ...over })

const nothing = { chart: null, stats: null, histogram: null, heatmap: null, table: null, states: null, graph: null, traces: null, text: null, pie: null, bars: null }
let keys = 0
export function sample(kind: string, title: string, over: Partial<PanelView>, width = 460, height = 240): Sample {
  const key = `p${keys++}`
  const view: PanelView = { kind, title, fromMs: end - 3 * 3600e3, toMs: end, timeInfo: '', zones: [], queries: [], notes: [], empty: '', steps: [], ...nothing, ...over }
  const panel: Panel = { key, id: keys, type: kind, title, description: '', x: 0, y: 0, w: 8, h: 8, row: '', collapsed: false, transparent: false, links: [], scoped: {}, asks: true, sources: ['prometheus'], problems: [] }
  return { view, panel, width, height }
}

export const chart = (lines: Line[], over: Partial<ChartView> = {}, points = 360, step = 30e3): ChartView => ({ timesMs: timesOf(points, step), xIsTime: true, stepMs: step, lines, axes: [axis({ format: lines[0]?.format ?? plainFormat })], legend: legend(), tooltip: tooltip(), exemplars: [], ...over })

const pods = (n: number, of: (i: number) => Partial<Line> = () => ({}), points = 360) => Array.from({ length: n }, (_, i) => line(`supersonic-triton-6c9f8d7b4-${(i + 10).toString(36)}x${i}q`, wave(points, 0.1, 0.9), palette[i % palette.length]!, { format: percent, fill: 0.1, ...of(i) }))
const late = (values: number[]): (number | null)[] => values.map((v, i) => (i < 120 || (i > 200 && i < 215) || i === 300 || i === 302 ? null : v))

const stacked = ['Inference', 'Queue', 'Input', 'Output'].map((name, i) => line(name, wave(360, 0.4, [9, 4, 1.2, 0.8][i]!), palette[i]!, { format: ms, stack: 'A', fill: 1, gradient: 'opacity' }))
const total = line('Total (measured at proxy)', wave(360, 8, 22), '#f2495c', { format: ms, width: 2 })
const calcs = (v: number) => [shown(v, v.toFixed(1), { suffix: ' ms' }), shown(v * 2, (v * 2).toFixed(1), { suffix: ' ms' })]
const steps = [{ from: null, color: '#73bf69' }, { from: 0.7, color: '#fade2a' }, { from: 0.85, color: '#f2495c' }]
const dots: Dot[] = Array.from({ length: 24 }, (_, i) => ({ atMs: end - (3 - i / 8) * 3600e3 + 60e3, value: 8 + chance() * 13, traceId: `4bf92f3577b34da6a3ce929d0e0e47${(i + 16).toString(16)}`, line: 'Total (measured at proxy)', labels: { pod: 'triton-1', model: 'deeptau' } }))

export const marks: Mark[] = [
  { name: 'scale', color: '#5794f2', atMs: end - 2.2 * 3600e3, endMs: null, title: 'Scaled to 6', text: 'queue latency above 100 ms', tags: ['keda'] },
  { name: 'deploy', color: '#b877d9', atMs: end - 1.2 * 3600e3, endMs: end - 0.9 * 3600e3, title: 'Roll-out', text: '', tags: [] },
]

const stat = (name: string, number: number, text: string, suffix: string, color: string): Stat => ({ name, value: shown(number, text, { suffix, color }), change: 0.123, min: 0, max: 1, neutral: null, minText: '0%', maxText: '100%', bands: steps, timesMs: timesOf(60, 60e3), values: wave(60, 0, 1), links: [], format: percent })
const stats = (values: Stat[], over: Partial<StatsView> = {}): StatsView => ({ values, orientation: 'auto', textMode: 'auto', colorMode: 'value', graphMode: 'none', justify: 'auto', wide: true, showChange: false, changeColor: 'standard', valueSize: 0, titleSize: 0, markThresholds: true, labelThresholds: false, minWidth: 8, minHeight: 16, maxHeight: 0, ring: { circle: false, width: 0.5, round: false, segments: 1, gap: 0.3, spark: false }, display: 'gradient', unfilled: true, namePlace: 'auto', valueMode: 'color', legend: legend({ shown: false }), ...over })
const four = [stat('triton-0', 0.42, '42.0', '%', '#73bf69'), stat('triton-1', 0.76, '76.1', '%', '#fade2a'), stat('triton-2', 0.91, '91.4', '%', '#f2495c'), stat('triton-3 (warming)', 0.05, '5.0', '%', '#73bf69')]

const column = (name: string, over: Partial<Column> = {}): Column => ({ name, kind: 'text', align: 'left', width: 0, minWidth: 0, hidden: false, filter: true, wrap: false, cell: 'text', min: 0, max: 1, untitled: false, unsorted: false, wrapHead: false, tips: [], gradient: true, lcd: false, valueMode: 'color', trends: [], links: [], wholeRow: false, ...over })
const cells = (n: number): Shown[][] => Array.from({ length: n }, (_, i) => {
  const v = chance()
  return [shown(null, `0af7651916cd43dd8448eb211c80319${i % 10}`, { href: `/trace/0af7651916cd43dd8448eb211c80319${i % 10}` }), shown(null, i % 3 ? 'deeptau_2018v2p5' : 'particlenet'), shown(v, (v * 100).toFixed(1), { suffix: '%', color: v > 0.8 ? '#f2495c' : '#73bf69' }), shown(v * 40, (v * 40).toFixed(2), { suffix: ' ms', color: v > 0.5 ? '#ff780a' : '#73bf69' }), shown(i, v > 0.9 ? 'failed' : 'ok', { color: v > 0.9 ? '#f2495c' : '#73bf69' })]
})
const table = (n: number) => ({
  columns: [column('Trace ID', { minWidth: 150, cell: 'link' }), column('Model'), column('Load', { kind: 'number', align: 'right', cell: 'gauge' }), column('Duration', { kind: 'number', align: 'right', cell: 'colour-text' }), column('State', { cell: 'colour-background', width: 90, align: 'center' })],
  rows: cells(n), frames: [], frame: 0, showHeader: true, cellHeight: 'sm', footer: [], sortBy: 'Duration', sortDesc: true, pageSize: 0, cut: 0, nested: [], frozen: 1,
})

const html = `<div style="display: flex; align-items: center; background: transparent !important;">
  <img src="https://github.com/fastmachinelearning/SuperSONIC/blob/main/docs/img/SuperSONIC_small_light_256.png?raw=true" alt="SONIC Logo" style="width: 100px; margin-right: 15px; display: inline-block;">
  <div style="display: inline-block;"><h1 style="margin: 0; padding: 0;">SuperSONIC Dashboard</h1><div style="margin: 5px 0;">
  <a href="https://fastmachinelearning.org/SuperSONIC" target="_blank" style="margin-right: 15px; text-decoration: none;"><i class="fa fa-book"></i> Documentation</a>
  <a href="https://github.com/fastmachinelearning/SuperSONIC/issues" target="_blank" style="margin-right: 15px; text-decoration: none;"><i class="fa fa-github"></i> GitHub Issues</a></div></div></div>
  <img src="https://example.com/x.png" alt="A plan of the site" onerror="alert(1)"><script>alert(1)</script>`

export const gallery: Record<string, Sample[]> = {
  charts: [
    sample('timeseries', 'Latency Breakdown', { chart: chart([...stacked, total], { legend: legend({ placement: 'right' }), exemplars: dots }) }, 620, 260),
    sample('timeseries', 'GPU utilization', { chart: chart(pods(20), { axes: [axis({ format: percent, min: 0, max: 1, thresholds: steps, thresholdStyle: 'dashed+area' })] }) }, 620, 260),
    sample('timeseries', 'Bars, shapes and values', { chart: chart([line('bars', wave(8, 5, 20), '#5794f2', { draw: 'bars', fill: 0.5, barMaxPx: 18, barAlign: 1, showValues: true }), ...['square', 'triangle', 'diamond', 'plus', 'cross', 'star'].map((symbol, i) => line(symbol, wave(8, 20 + 8 * i, 26 + 8 * i), palette[i]!, { symbol, points: 'always', pointSize: 9 }))], {}, 8, 1350e3) }, 620, 300),
    sample('timeseries', 'Server load', { chart: chart([line('load', late(wave(360, 40, 140)), '#73bf69', { format: ms, fill: 0.15, width: 2 })], { axes: [axis({ format: ms, label: 'per request', softMin: 0, thresholds: [{ from: null, color: '#73bf69' }, { from: 100, color: '#f2495c' }], thresholdStyle: 'dashed' })], legend: legend({ shown: false }) }) }),
    sample('timeseries', 'By value', { chart: chart([line('a', wave(360, 0, 1), '#5794f2', { bands: steps, gradient: 'scheme', fill: 0.3, width: 2, format: percent })]) }),
    sample('timeseries', 'Legend as table', { chart: chart(['p50', 'p90', 'p99'].map((n, i) => line(n, wave(360, 2 + i * 8, 8 + i * 14), palette[i]!, { format: ms, curve: 'smooth', calcs: calcs(3 + i * 9), fillBelow: i ? ['p50', 'p90'][i - 1]! : '', fill: 0.1, dash: i === 2 ? [8, 4] : [] })), { legend: legend({ mode: 'table', placement: 'bottom', calcs: ['Mean', 'Max'], sortBy: 'Max', sortDesc: true }) }) }),
    sample('timeseries', 'Bars, up and down', { chart: chart([...['in', 'more in'].map((n, i) => line(n, wave(40, 1, 5), palette[i]!, { draw: 'bars', fill: 0.8, stack: 'A' })), ...['out', 'more out'].map((n, i) => line(n, wave(40, 1, 4).map((v) => -v), palette[i + 4]!, { draw: 'bars', fill: 0.8, stack: 'A' }))], {}, 40, 270e3) }),
    sample('timeseries', 'Two axes, log', { chart: chart([line('bytes', wave(360, 1e6, 4e9), palette[2]!, { format: bytes, curve: 'stepAfter' }), line('latency', wave(360, 1, 900), palette[3]!, { axis: 1, format: ms })], { axes: [axis({ format: bytes, softMin: 0, seriesColor: true, border: true }), axis({ side: 'right', format: ms, scale: 'log', grid: false, seriesColor: true })] }) }),
    sample('timeseries', 'Percent', { chart: chart(['deeptau', 'particlenet', 'met'].map((n, i) => line(n, wave(360, 5, 50), palette[i]!, { stack: 'A', stackMode: 'percent', fill: 0.6 }))) }),
    sample('timeseries', 'Few points', { chart: chart([line('points', wave(24, 0, 9), palette[4]!, { draw: 'points', pointSize: 7 }), line('dots on a line', wave(24, 3, 6), palette[1]!)], {}, 24, 450e3) }),
    sample('timeseries', 'Hue', { chart: chart([line('a', wave(360, 2, 9), palette[5]!, { gradient: 'hue', fill: 0.5, width: 2 })], { axes: [axis({ centered: true })] }) }),
  ],
  values: [
    sample('stat', 'Number of Triton Servers', { stats: stats([stat('cms', 6, '6', '', '#73bf69')]) }, 220, 120),
    sample('stat', 'Areas', { stats: stats(four, { graphMode: 'area' }) }, 500, 240),
    sample('stat', 'Grounds', { stats: stats(four, { colorMode: 'background', showChange: true }) }, 420, 240),
    sample('stat', 'Beside', { stats: stats([four[1]!], { textMode: 'value_and_name', graphMode: 'area' }) }, 420, 100),
    sample('gauge', 'One gauge', { stats: stats([four[1]!], { labelThresholds: true }) }, 240, 200),
    sample('gauge', 'Gauges', { stats: stats(four) }, 560, 200),
    sample('bargauge', 'Gradient', { stats: stats(four, { orientation: 'horizontal' }) }, 420, 200),
    sample('bargauge', 'Segments', { stats: stats(four, { orientation: 'horizontal', display: 'lcd' }) }, 420, 200),
    sample('bargauge', 'Upright', { stats: stats(four, { orientation: 'vertical', display: 'basic' }) }, 420, 220),
    sample('table', 'Traces', { table: table(2000) }, 760, 300),
    sample('table', 'Rows below', { table: { ...table(3), frozen: 0, nested: [2, 1, 0].map((n) => ({ ...table(n), nested: [], frozen: 0 })) } }, 760, 220),
    sample('text', '', { text: { mode: 'html', content: html, language: '', numbered: false, options: null } }, 620, 130),
    sample('text', 'Notes', { text: { mode: 'markdown', content: '# What to do\n\n1. look at the **queue**\n2. read [the guide](https://example.com)\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n`code` and\n\n> a word', language: '', numbered: false, options: null } }, 420, 220),
    sample('timeseries', 'Nothing came', { empty: 'No series for these variables.\nChoose another release, or a longer time range.' }, 300, 120),
  ],
}

const heat = (over: Partial<HeatmapView> = {}): HeatmapView => {
  const edges = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512]
  const times = timesOf(60, 180e3)
  const counts = edges.slice(1).map((_, y) => times.map((_, x) => { const v = Math.round(90 * Math.exp(-((y - 3.5 - 1.5 * Math.sin(x / 9)) ** 2) / 2.4) * (0.4 + chance())); return v < 2 ? null : v }))
  return { timesMs: times, stepMs: 180e3, edges, names: [], log: true, format: ms, counts, countFormat: plainFormat, countName: '', countMin: 0, countMax: 120, colors: ['#1b1340', '#3b0f70', '#641a80', '#8c2981', '#b73779', '#de4968', '#f7705c', '#fe9f6d', '#fecf92', '#fcfdbf'], reverse: false, axisRight: false, axisHidden: false, axisWidthPx: 0, axisLabel: '', showLegend: true, showValues: false, gapPx: 1, radiusPx: 0, tooltip: tooltip(), tipColumn: true, tipScale: true, exemplars: dots, links: [], ...over }
}
const states = (name: string): StateRow => {
  const row: StateRow = { name, states: [], links: [] }
  for (let at = end - 3 * 3600e3; at < end; ) {
    const to = Math.min(end, at + 4e5 + chance() * 4e6)
    const [text, color] = ([['ready', '#73bf69'], ['starting', '#fade2a'], ['down', '#f2495c']] as const)[chance() < 0.6 ? 0 : chance() < 0.6 ? 1 : 2]!
    row.states.push({ fromMs: at, toMs: to, value: shown(null, text, { color }) })
    at = to
  }
  return row
}
const link = (title: string): PanelLink => ({ title, url: '/explore', tooltip: '', icon: '', newTab: false, dropdown: '' })
const graph = (gateways: number, servers: number): GraphView => ({
  nodes: [
    ...Array.from({ length: gateways }, (_, i) => ({ id: `g${i}`, title: `supersonic-envoy-7d4b9c${i}-x8k2p`, subtitle: '', main: '', secondary: '', arcs: [{ share: 1, color: '#73bf69', name: 'Success' }], facts: [], links: [link('View traces')], icon: '', radiusPx: 0, marked: false })),
    ...Array.from({ length: servers }, (_, i) => ({ id: `s${i}`, title: `supersonic-triton-6c9f8d7b4-${i}x${i}q`, subtitle: '', main: `${(chance() * 90).toFixed(2)} ms/r`, secondary: `${(chance() * 300).toFixed(2)} r/sec`, arcs: [{ share: i % 4 === 2 ? 0.8 : 1, color: '#73bf69', name: 'Success' }, { share: i % 4 === 2 ? 0.2 : 0, color: '#f2495c', name: 'Failed' }], facts: [{ name: 'in flight', value: '3' }], links: [link('Request rate'), link('Request histogram'), link('Failed request rate'), link('View traces')], icon: '', radiusPx: 0, marked: false })),
  ],
  edges: Array.from({ length: gateways * servers }, (_, i) => ({ id: `e${i}`, from: `g${i % gateways}`, to: `s${Math.floor(i / gateways)}`, main: '12.30 ms/r', secondary: '41.20 r/sec', width: 1, facts: [], links: [link('View traces')], color: '', dash: '', marked: false })),
  layout: 'layered', zoom: 'cooperative', legend: [{ name: 'Average response time', color: '' }, { name: 'Requests per second', color: '' }, { name: 'Success', color: '#73bf69' }, { name: 'Failed', color: '#f2495c' }], cut: 0,
})

gallery.more = [
  sample('heatmap', 'Latency of requests', { heatmap: heat() }, 620, 280),
  sample('heatmap', 'Counts written', { heatmap: heat({ showValues: true, exemplars: [], axisLabel: 'duration', timesMs: timesOf(12, 900e3), stepMs: 900e3 }) }, 620, 280),
  sample('histogram', 'Queue', { histogram: { from: Array.from({ length: 24 }, (_, i) => i * 2), to: Array.from({ length: 24 }, (_, i) => i * 2 + 2), format: ms, lines: ['deeptau', 'particlenet'].map((n, i) => line(n, Array.from({ length: 24 }, (_, b) => Math.round(160 * Math.exp(-((b - 7 - 6 * i) ** 2) / 14))), palette[i * 5]!, { fill: 0.5 })), stacked: false, legend: legend(), tooltip: tooltip() } }),
  sample('statetimeline', 'States of servers', { states: { rows: ['triton-0', 'triton-1', 'triton-2', 'supersonic-triton-6c9f8d7b4-x8k2p'].map(states), perPage: 0, rowHeight: 0.9, colWidth: 1, showValue: 'auto', align: 'left', width: 0, fill: 0.8, legend: legend(), entries: [shown(null, 'ready', { color: '#73bf69' }), shown(null, 'starting', { color: '#fade2a' }), shown(null, 'down', { color: '#f2495c' })], tooltip: tooltip() } }, 620, 200),
  sample('graph', 'Server Map (all pods in time window)', { graph: graph(2, 6) }, 460, 560),
  sample('graph', 'Many', { graph: { ...graph(4, 196), cut: 76 } }, 700, 420),
  sample('graph', 'A grid in a narrow place', { graph: { ...graph(2, 6), layout: 'grid' } }, 340, 420),
  sample('traces', 'Traces', { traces: { traceId: '', source: 'tempo', traces: Array.from({ length: 8 }, (_, i) => ({ id: `0af7651916cd43dd8448eb211c80319${i}`, rootName: 'ingress', rootPod: 'envoy-0', startMs: end - i * 1e5, durationMs: 12 + i, spans: 4, failed: false, errors: i % 3 === 2 ? 1 : 0, matched: 1, services: [] })) } }, 620, 220),
]

const bars = (rows: number[][], over: Partial<BarsView> = {}, of: Partial<ChartAxis> = {}, gradient = 'none'): BarsView => ({
  names: rows.map((_, i) => `triton-${i}`), orientation: 'auto', stacking: 'none', showValue: 'auto', groupWidth: 0.7, barWidth: 0.97, barRadius: 0, whole: false, tickTurn: 0, tickLength: 0, tickSpacing: 0, valueSize: 0,
  series: ['requests', 'failures'].map((name, n) => ({ name, color: palette[n * 4]!, fill: 0.8, width: 1, gradient, bars: rows.map((r) => shown(r[n]!, String(r[n]), { color: palette[n * 4]! })), links: [], calcs: [], hideLegend: false, off: false, hideTooltip: false })),
  axis: axis({ linearBelow: 10, ...of }), legend: legend(), tooltip: tooltip(), cut: 0, ...over,
})
const uneven = [[4, 0], [120, 3], [9500, 70], [33, 33], [820, 1]]
gallery.bars = [
  sample('bars', 'Linear', { bars: bars(uneven, {}, { thresholds: [{ from: null, color: '#73bf69' }, { from: 5000, color: '#f2495c' }], thresholdStyle: 'line+area' }) }),
  sample('bars', 'Logarithmic', { bars: bars(uneven, {}, { scale: 'log', label: 'requests' }) }),
  sample('bars', 'Base 2, at the right', { bars: bars(uneven, {}, { scale: 'log', logBase: 2, side: 'right', label: 'requests' }) }),
  sample('bars', 'Lying, logarithmic', { bars: bars(uneven, { orientation: 'horizontal' }, { scale: 'log', label: 'requests' }) }),
  sample('bars', 'Lying, above', { bars: bars(uneven, { orientation: 'horizontal' }, { side: 'right', label: 'requests' }, 'opacity') }),
  sample('bars', 'Both signs', { bars: bars([[-800, 5], [40, -20], [3, 3000]], {}, { scale: 'symlog' }) }),
  sample('bars', 'Stacked, fading', { bars: bars(uneven, { stacking: 'normal' }, { scale: 'log' }, 'opacity') }),
  sample('bars', 'Hues', { bars: bars(uneven, {}, { side: 'hidden' }, 'hue') }),
  sample('heatmap', 'Axis hidden', { heatmap: heat({ axisHidden: true, exemplars: [] }) }),
]

/** bench is 12 panels over 3 hours of a site of 20 pods: 20 series of 720 points each. */
export function bench(n: number): Sample[] {
  seed = n + 7
  return Array.from({ length: 12 }, (_, i) => {
    const made = sample('timeseries', `Panel ${i}`, { chart: chart(pods(20, () => ({ stack: i % 3 === 0 ? 'A' : '', ...(i % 4 === 1 ? { bands: steps } : {}) }), 720), {}, 720, 15e3) }, 460, 230)
    return { ...made, panel: { ...made.panel, key: `bench-${i}` } }
  })
}
