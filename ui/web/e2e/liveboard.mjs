/** The dashboard that liveoptions.mjs saves on a live site: panels of every kind, each with many options at once. */

const [count, bucket] = ['count', 'bucket'].map((part) => `supersonic_gateway_request_duration_seconds_${part}`)
/** queries are what the panels ask of the metrics store, and the script past them. */
export const queries = {
  rates: `sum by (model) (rate(${count}[30s]))`, nothing: `sum(rate(${count}{model="of nobody"}[30s])) or vector(0)`, all: `sum(rate(${count}[30s]))`,
  requests: `sum by (model) (${count})`, servers: `sum by (server) (${count})`, serverRates: `sum by (server) (rate(${count}[30s]))`,
  buckets: `sum by (le) (increase(${bucket}[15s]))`, busy: 'sum by (server) (supersonic_gateway_requests_in_flight) > bool 0', ready: 'sum by (server) (supersonic_gateway_server_ready)',
  codes: (code) => `sum by (model) (supersonic_gateway_requests_total{code${code}"OK"})`,
}
/** step is that of the charts, in seconds. */
export const step = 5

/** colours of models and of what else is drawn, as overrides by name give them. */
export const colourOf = (names) => Object.fromEntries(names.map((name, i) => [name, ['#ff4040', '#40c040', '#4080ff', '#ffd000', '#c060ff', '#40d0d0'][i % 6]]))
const coloured = (colours) => Object.entries(colours).map(([name, fixedColor]) => ({ matcher: { id: 'byName', options: name }, properties: [{ id: 'color', value: { mode: 'fixed', fixedColor } }] }))

const over = (refId, expr, legendFormat) => ({ refId, expr, legendFormat, range: true })
const table = (refId, expr) => ({ refId, expr, instant: true, range: false, format: 'table' })
const legend = (displayMode, placement, calcs) => ({ showLegend: true, displayMode, placement, calcs })
const chart = (title, targets, custom, { defaults, overrides = [], options }) => ({ type: 'timeseries', title, targets, interval: `${step}s`, fieldConfig: { defaults: { unit: 'none', custom: { showPoints: 'never', ...custom }, ...defaults }, overrides }, options })

/** charts of rates by model and of counts by server; bound is the threshold, of nought to most. */
export function charts({ models, servers, bound, most }) {
  const colours = coloured(colourOf([...models, ...servers, 'nothing']))
  const rates = over('A', queries.rates, '{{model}}')
  return [
    chart('Stacked bars', [rates, over('B', queries.nothing, 'nothing')], { drawStyle: 'bars', fillOpacity: 100, lineWidth: 0, barAlignment: 0, stacking: { mode: 'normal', group: 'A' }, axisLabel: 'Load of the site' }, {
      defaults: { unit: 'reqps', decimals: 2, min: 0 }, overrides: colours, options: { legend: legend('list', 'bottom', ['lastNotNull', 'mean']), tooltip: { mode: 'multi', sort: 'desc', hideZeros: true } },
    }),
    chart('Shares', [rates], { lineWidth: 3, stacking: { mode: 'percent', group: 'A' }, fillOpacity: 0 }, { overrides: colours, options: { legend: legend('list', 'right', []), tooltip: { mode: 'none' } } }),
    chart('Points of counts', [over('A', queries.requests, '{{model}}')], { drawStyle: 'points', pointSize: 5, showPoints: 'always', axisPlacement: 'right', scaleDistribution: { type: 'log', log: 10 } }, { overrides: colours, options: { legend: { showLegend: false }, tooltip: { mode: 'multi', sort: 'asc' } } }),
    chart('Above a threshold', [rates], { lineWidth: 3, thresholdsStyle: { mode: 'line+area' } }, {
      defaults: { min: 0, max: most, color: { mode: 'thresholds', seriesBy: 'last' }, thresholds: { mode: 'percentage', steps: [{ color: 'green', value: null }, { color: 'red', value: (100 * bound) / most }] } }, options: { legend: legend('list', 'bottom', []), tooltip: { mode: 'single' } },
    }),
    chart('Two axes', [over('A', queries.servers, '{{server}}'), over('B', queries.serverRates, 'rate of {{server}}')], { lineWidth: 3 }, {
      overrides: [...colours, { matcher: { id: 'byName', options: servers[0] }, properties: [{ id: 'custom.lineWidth', value: 8 }] }, // seen beside the others where they lie upon it
        { matcher: { id: 'byType', options: 'number' }, properties: [{ id: 'decimals', value: 3 }] },
        { matcher: { id: 'byFrameRefID', options: 'B' }, properties: [{ id: 'unit', value: 'reqps' }, { id: 'custom.axisPlacement', value: 'right' }, { id: 'custom.axisLabel', value: 'Rates' }, { id: 'min', value: 0 }, { id: 'color', value: { mode: 'fixed', fixedColor: '#ffffff' } }, { id: 'custom.lineWidth', value: 7 }] },
        { matcher: { id: 'byRegexp', options: '/^rate of .*-1$/' }, properties: [{ id: 'custom.hideFrom', value: { viz: true, legend: false, tooltip: true } }, { id: 'color', value: { mode: 'fixed', fixedColor: '#ff8000' } }, { id: 'custom.lineWidth', value: 3 }] }, // as Grafana saves a click on a legend
      ], options: { legend: legend('table', 'bottom', ['lastNotNull', 'mean', 'max', 'min', 'sum']), tooltip: { mode: 'single' } },
    }),
    chart('Steps', [over('A', queries.all, 'all')], { lineWidth: 2, lineInterpolation: 'stepAfter', fillOpacity: 40, axisPlacement: 'hidden' }, { defaults: { min: 0, max: 2 * most }, overrides: coloured({ all: '#4080ff' }), options: { legend: { showLegend: false }, tooltip: { mode: 'none' } } }),
  ]
}

const thresholds = (mode, from) => ({ mode, steps: [{ color: 'green', value: null }, { color: 'red', value: from }] })
const panel = (type, title, targets, { defaults, overrides = [], ...more }) => ({ type, title, targets, interval: `${step}s`, fieldConfig: { defaults, overrides }, ...more })
const reduced = (calc) => ({ reduceOptions: { calcs: [calc], fields: '', values: false } })
const named = (name, displayName) => ({ matcher: { id: 'byName', options: name }, properties: [{ id: 'displayName', value: displayName }] })

/** kinds are panels of the other kinds; few is the number up to which requests are few, trace one that is looked at. */
export function kinds({ models, bound, most, few, trace, tempo }) {
  const rates = over('A', queries.rates, '{{model}}')
  const found = { refId: 'A', datasource: { type: 'tempo', uid: tempo }, queryType: 'traceql' }
  const colours = coloured(colourOf(models))
  return [
    panel('stat', 'Rows', [table('A', queries.requests)], {
      defaults: { decimals: 1, thresholds: thresholds('absolute', few + 0.5), mappings: [{ type: 'range', options: { from: 0, to: few, result: { text: 'few', color: '#4080ff', index: 0 } } }] },
      options: { reduceOptions: { values: true, calcs: [], fields: '/^Value$/', limit: models.length - 1 }, textMode: 'value_and_name', colorMode: 'value', graphMode: 'none' },
    }),
    panel('stat', 'Means', [rates], { defaults: { unit: 'reqps', decimals: 3, thresholds: thresholds('absolute', bound) }, options: { ...reduced('mean'), colorMode: 'background_solid', graphMode: 'none', showPercentChange: true } }),
    panel('gauge', 'Largest', [rates], { defaults: { unit: 'reqps', decimals: 1, min: 0, max: most, thresholds: thresholds('percentage', (100 * bound) / most) }, options: { ...reduced('max'), showThresholdMarkers: true } }),
    panel('bargauge', 'Last', [rates], { defaults: { unit: 'reqps', decimals: 2, min: 0, max: most, thresholds: thresholds('absolute', bound) }, options: { ...reduced('lastNotNull'), orientation: 'horizontal', displayMode: 'basic' } }),
    panel('barchart', 'Answers', [table('A', queries.codes('=')), table('B', queries.codes('!='))], {
      defaults: { custom: { fillOpacity: 80 } }, overrides: [named('Value #A', 'answered'), named('Value #B', 'failed')], transformations: [{ id: 'joinByField', options: { byField: 'model', mode: 'outer' } }, { id: 'filterFieldsByName', options: { include: { pattern: '/model|Value/' } } }],
      options: { xField: 'model', stacking: 'normal', orientation: 'vertical', showValue: 'never', legend: legend('table', 'bottom', ['max', 'sum']), tooltip: { mode: 'multi', sort: 'desc' } },
    }),
    panel('piechart', 'Shares of counts', [over('A', queries.requests, '{{model}}')], { defaults: { decimals: 1 }, overrides: [...colours, { matcher: { id: 'byName', options: models[0] }, properties: [{ id: 'custom.hideFrom', value: { viz: true, legend: false, tooltip: true } }] }], options: { ...reduced('lastNotNull'), pieType: 'donut', legend: { ...legend('table', 'right', []), values: ['percent', 'value'] }, tooltip: { mode: 'multi', sort: 'asc' } } }),
    panel('histogram', 'How often which rate', [rates], { defaults: {}, overrides: colours, options: { bucketSize: 2, legend: legend('list', 'bottom', []), tooltip: { mode: 'multi' } } }),
    panel('heatmap', 'Durations', [{ ...over('A', queries.buckets, '{{le}}'), format: 'heatmap' }], { defaults: {}, interval: '15s', options: { calculate: false, yAxis: { unit: 's' }, color: { scheme: 'Viridis', steps: 16 }, legend: { show: true }, tooltip: { show: true } } }),
    panel('table', 'Counts', [table('A', queries.requests)], {
      defaults: { decimals: 1, thresholds: thresholds('absolute', few + 0.5) }, transformations: [{ id: 'organize', options: { excludeByName: { Time: true }, renameByName: { Value: 'requests' } } }],
      overrides: [{ matcher: { id: 'byName', options: 'requests' }, properties: [{ id: 'unit', value: 'none' }, { id: 'custom.cellOptions', value: { type: 'color-background', mode: 'basic' } }] }, { matcher: { id: 'byType', options: 'string' }, properties: [{ id: 'custom.width', value: 123 }] }],
      options: { sortBy: [{ displayName: 'requests', desc: true }], footer: { show: true, reducer: ['sum'], fields: '' } },
    }),
    panel('state-timeline', 'Busy', [over('A', queries.busy, '{{server}}')], { defaults: { mappings: [{ type: 'value', options: { 0: { text: 'calm', color: '#40c040', index: 0 }, 1: { text: 'busy', color: '#ff4040', index: 1 } } }], custom: { fillOpacity: 100 } }, options: { mergeValues: true, showValue: 'never', legend: legend('list', 'bottom', []), tooltip: { mode: 'multi' } } }),
    panel('status-history', 'Ready', [over('A', queries.ready, '{{server}}')], { defaults: { thresholds: thresholds('absolute', 1), custom: { fillOpacity: 100 } }, interval: '15s', options: { showValue: 'always', legend: legend('list', 'bottom', []), tooltip: { mode: 'single' } } }),
    panel('nodeGraph', 'Calls', [{ ...found, queryType: 'serviceMap' }], { defaults: {}, options: { edges: { mainStatUnit: 'ms', secondaryStatUnit: 'reqps' } } }),
    panel('traces', 'One trace', [{ ...found, query: trace }], { defaults: {}, options: {} }),
    panel('traces', 'Some traces', [{ ...found, query: '{ name = "ingress" }', limit: 6 }], { defaults: {}, options: {} }),
    panel('text', 'HTML', [], { defaults: {}, options: { mode: 'html', content: '<h2>The site</h2><p>until <b>${__to}</b></p><script>document.title = "broken"</script>' } }),
    panel('text', 'Markdown', [], { defaults: {}, options: { mode: 'markdown', content: '## Shift\n\n| from | to |\n|---|---|\n| ${__from} | ${__to} |\n\n- look at [the map](/map)' } }),
  ]
}

/** placed puts panels into three columns, eight rows each, and some into a row that is folded. */
export const placed = (panels, folded) => [...panels.map((p, i) => ({ id: i + 1, gridPos: { x: 8 * (i % 3), y: 8 * Math.floor(i / 3), w: 8, h: 8 }, ...p })), { id: 100, type: 'row', title: 'Folded', collapsed: true, gridPos: { x: 0, y: 8 * Math.ceil(panels.length / 3), w: 24, h: 1 }, panels: folded.map((p, i) => ({ id: 101 + i, gridPos: { x: 8 * i, y: 8 * Math.ceil(panels.length / 3) + 1, w: 8, h: 4 }, ...p })) }]

/** within is what the folded row has. */
export const within = () => panel('stat', 'Within', [over('A', queries.all, 'all')], { defaults: { unit: 'reqps', decimals: 2 }, options: { ...reduced('sum'), graphMode: 'none' } })
