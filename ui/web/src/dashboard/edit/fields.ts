/**
 * Options of panels as an editor offers them: where in the file each is, in the
 * words of Grafana's own editor. What is under fieldConfig.defaults can be set for
 * some series alone, by an override.
 */
export type Choice = [value: unknown, name: string]

export interface OptionField {
  /** where it is in the panel's JSON */
  path: string
  name: string
  group: string
  kind: 'choice' | 'number' | 'text' | 'area' | 'switch' | 'unit' | 'colour' | 'calcs' | 'zones' | 'hidden'
  choices?: Choice[]
  /** of these types of panels; all if absent */
  types?: string[]
  /** what counts while the file says nothing */
  usual?: unknown
  /** that of the types of panels that differ */
  usuals?: Record<string, unknown>
  hint?: string
}

export const kinds: { type: string; name: string; for: string }[] = [
  { type: 'timeseries', name: 'Time series', for: 'lines, bars and points over time' },
  { type: 'stat', name: 'Stat', for: 'one large number' },
  { type: 'gauge', name: 'Gauge', for: 'a number between its limits' },
  { type: 'bargauge', name: 'Bar gauge', for: 'numbers as bars' },
  { type: 'table', name: 'Table', for: 'rows and columns; traces that were found' },
  { type: 'heatmap', name: 'Heatmap', for: 'how values spread over time' },
  { type: 'histogram', name: 'Histogram', for: 'how often which values' },
  { type: 'state-timeline', name: 'State timeline', for: 'states over time' },
  { type: 'status-history', name: 'Status history', for: 'states at each time' },
  { type: 'barchart', name: 'Bar chart', for: 'numbers of each name, side by side or stacked' },
  { type: 'piechart', name: 'Pie chart', for: 'shares of a sum' },
  { type: 'nodeGraph', name: 'Node graph', for: 'nodes and edges: the service graph' },
  { type: 'traces', name: 'Traces', for: 'one trace by its id' },
  { type: 'text', name: 'Text', for: 'markdown or HTML' },
]

const own = 'fieldConfig.defaults.'
const ts = ['timeseries']
const numbers = ['stat', 'gauge', 'bargauge']
const shares = ['barchart', 'piechart']
const reduced = [...numbers, 'piechart']
const timelines = ['state-timeline', 'status-history']
const legends = ['timeseries', 'histogram', ...timelines, 'bargauge', ...shares]
const tips = ['timeseries', 'histogram', ...timelines, 'heatmap', ...shares]

export const reducers: Choice[] = [
  ['lastNotNull', 'Last *'], ['last', 'Last'], ['firstNotNull', 'First *'], ['first', 'First'], ['min', 'Min'], ['max', 'Max'], ['mean', 'Mean'], ['median', 'Median'],
  ['sum', 'Total'], ['count', 'Count'], ['range', 'Range'], ['delta', 'Delta'], ['step', 'Step'], ['diff', 'Difference'], ['diffperc', 'Difference percent'],
  ['stdDev', 'StdDev'], ['variance', 'Variance'], ['changeCount', 'Change count'], ['distinctCount', 'Distinct count'], ['allIsZero', 'All zeros'], ['allIsNull', 'All nulls'],
  ['p50', '50th %'], ['p90', '90th %'], ['p95', '95th %'], ['p99', '99th %'],
]

const colorModes: Choice[] = [
  ['palette-classic', 'Classic palette'], ['palette-classic-by-name', 'Classic palette (by series name)'], ['palette-colorblind', 'Colour-blind palette'], ['thresholds', 'From thresholds'], ['fixed', 'Single colour'], ['shades', 'Shades of a colour'],
  ['continuous-GrYlRd', 'Green-Yellow-Red'], ['continuous-RdYlGr', 'Red-Yellow-Green'], ['continuous-BlYlRd', 'Blue-Yellow-Red'], ['continuous-YlRd', 'Yellow-Red'],
  ['continuous-BlPu', 'Blue-Purple'], ['continuous-YlBl', 'Yellow-Blue'], ['continuous-blues', 'Blues'], ['continuous-reds', 'Reds'], ['continuous-greens', 'Greens'], ['continuous-purples', 'Purples'],
  ['continuous-viridis', 'Viridis'], ['continuous-magma', 'Magma'], ['continuous-plasma', 'Plasma'], ['continuous-inferno', 'Inferno'], ['continuous-cividis', 'Cividis'],
]

const pick = (...list: string[]): Choice[] => list.map((v) => [v, v.charAt(0).toUpperCase() + v.slice(1)])

const bucketsBy: Choice[] = [['size', 'Size'], ['count', 'Count']]

export const fields: OptionField[] = [
  // What every series has
  { path: own + 'unit', name: 'Unit', group: 'Standard options', kind: 'unit', types: ['timeseries', ...numbers, 'table', 'heatmap', 'histogram', ...timelines, ...shares] },
  { path: own + 'min', name: 'Min', group: 'Standard options', kind: 'number', types: ['timeseries', ...numbers, 'table', 'histogram', 'barchart'] },
  { path: own + 'max', name: 'Max', group: 'Standard options', kind: 'number', types: ['timeseries', ...numbers, 'table', 'histogram', 'barchart'] },
  { path: own + 'fieldMinMax', name: 'Field min/max', group: 'Standard options', kind: 'switch', types: ['timeseries', ...numbers, 'table', 'histogram', 'barchart'], usual: false, hint: 'what is not given is of each field alone' },
  { path: own + 'decimals', name: 'Decimals', group: 'Standard options', kind: 'number', types: ['timeseries', ...numbers, 'table', 'heatmap', 'histogram', ...timelines, ...shares] },
  { path: own + 'displayName', name: 'Display name', group: 'Standard options', kind: 'text', types: ['timeseries', ...numbers, 'table', 'histogram', ...timelines, ...shares] },
  { path: own + 'color.mode', name: 'Colour scheme', group: 'Standard options', kind: 'choice', choices: colorModes, usual: 'palette-classic', usuals: { stat: 'thresholds', gauge: 'thresholds', bargauge: 'thresholds', table: 'thresholds', 'state-timeline': 'continuous-GrYlRd', 'status-history': 'continuous-GrYlRd' }, types: ['timeseries', ...numbers, 'table', 'histogram', ...timelines, ...shares] },
  { path: own + 'color.fixedColor', name: 'Colour', group: 'Standard options', kind: 'colour', types: ['timeseries', ...numbers, 'table', 'histogram', ...timelines, ...shares] },
  { path: own + 'color.seriesBy', name: 'Colour series by', group: 'Standard options', kind: 'choice', choices: [['last', 'Last'], ['min', 'Min'], ['max', 'Max']], types: ['timeseries', 'histogram', 'barchart'], usual: 'last', hint: 'where the scheme goes by value' },
  { path: own + 'noValue', name: 'No value', group: 'Standard options', kind: 'text', types: ['timeseries', ...numbers, 'table', ...timelines] },

  // Time series
  { path: own + 'custom.drawStyle', name: 'Style', group: 'Graph styles', kind: 'choice', choices: [['line', 'Lines'], ['bars', 'Bars'], ['points', 'Points']], types: ts, usual: 'line' },
  { path: own + 'custom.lineInterpolation', name: 'Line interpolation', group: 'Graph styles', kind: 'choice', choices: [['linear', 'Linear'], ['smooth', 'Smooth'], ['stepBefore', 'Step before'], ['stepAfter', 'Step after']], types: ts, usual: 'linear' },
  { path: own + 'custom.barAlignment', name: 'Bar alignment', group: 'Graph styles', kind: 'choice', choices: [[-1, 'Before'], [0, 'Centre'], [1, 'After']], types: ts, usual: 0 },
  { path: own + 'custom.barWidthFactor', name: 'Bar width', group: 'Graph styles', kind: 'number', types: ts, hint: 'share of the step, 0 to 1' },
  { path: own + 'custom.barMaxWidth', name: 'Widest bar', group: 'Graph styles', kind: 'number', types: ts, hint: 'pixels' },
  { path: own + 'custom.lineWidth', name: 'Line width', group: 'Graph styles', kind: 'number', types: ['timeseries', 'histogram', ...timelines, 'barchart'], usual: 1, usuals: { 'state-timeline': 0, 'status-history': 0 } },
  { path: own + 'custom.fillOpacity', name: 'Fill opacity', group: 'Graph styles', kind: 'number', types: ['timeseries', 'histogram', ...timelines, 'barchart'], usual: 0, usuals: { histogram: 80, barchart: 80, 'state-timeline': 70, 'status-history': 70 }, hint: '0 to 100' },
  { path: own + 'custom.gradientMode', name: 'Gradient mode', group: 'Graph styles', kind: 'choice', choices: pick('none', 'opacity', 'hue', 'scheme'), types: ['timeseries', 'histogram', 'barchart'], usual: 'none' },
  { path: own + 'custom.lineStyle.fill', name: 'Line style', group: 'Graph styles', kind: 'choice', choices: [['solid', 'Solid'], ['dash', 'Dash'], ['dot', 'Dots']], types: ts, usual: 'solid' },
  { path: own + 'custom.spanNulls', name: 'Connect null values', group: 'Graph styles', kind: 'choice', choices: [[false, 'Never'], [true, 'Always'], [60_000, 'Gaps up to 1 min'], [300_000, 'Gaps up to 5 min'], [3_600_000, 'Gaps up to 1 h']], types: ts, usual: false },
  { path: own + 'custom.insertNulls', name: 'Disconnect values', group: 'Graph styles', kind: 'choice', choices: [[false, 'Never'], [60_000, 'After 1 min'], [300_000, 'After 5 min'], [3_600_000, 'After 1 h']], types: ts, usual: false },
  { path: own + 'custom.showPoints', name: 'Show points', group: 'Graph styles', kind: 'choice', choices: pick('auto', 'always', 'never'), types: ts, usual: 'auto' },
  { path: own + 'custom.showValues', name: 'Show values', group: 'Graph styles', kind: 'switch', types: ts, usual: false },
  { path: own + 'custom.pointSize', name: 'Point size', group: 'Graph styles', kind: 'number', types: ts, usual: 5 },
  { path: own + 'custom.stacking.mode', name: 'Stack series', group: 'Graph styles', kind: 'choice', choices: [['none', 'Off'], ['normal', 'Normal'], ['percent', '100 %']], types: ['timeseries', 'histogram'], usual: 'none' },
  { path: own + 'custom.stacking.group', name: 'Stacking group', group: 'Graph styles', kind: 'text', types: ts },
  { path: own + 'custom.fillBelowTo', name: 'Fill below to', group: 'Graph styles', kind: 'text', types: ts, hint: 'name of another series' },
  { path: own + 'custom.transform', name: 'Transform', group: 'Graph styles', kind: 'choice', choices: [[undefined, 'None'], ['constant', 'Constant'], ['negative-Y', 'Negative Y']], types: ts },
  { path: own + 'custom.thresholdsStyle.mode', name: 'Show thresholds', group: 'Graph styles', kind: 'choice', choices: [['off', 'Off'], ['line', 'As lines'], ['dashed', 'As dashed lines'], ['area', 'As filled regions'], ['line+area', 'Regions and lines'], ['dashed+area', 'Regions and dashed lines']], types: [...ts, 'barchart'], usual: 'off' },

  // Axis
  { path: 'options.timezone', name: 'Time zone', group: 'Axis', kind: 'zones', types: [...ts, ...timelines] },
  { path: own + 'custom.axisPlacement', name: 'Placement', group: 'Axis', kind: 'choice', choices: pick('auto', 'left', 'right', 'hidden'), types: [...ts, 'barchart'], usual: 'auto' },
  { path: own + 'custom.axisLabel', name: 'Label', group: 'Axis', kind: 'text', types: [...ts, 'barchart'] },
  { path: own + 'custom.axisWidth', name: 'Width', group: 'Axis', kind: 'number', types: ts },
  { path: own + 'custom.axisGridShow', name: 'Show grid lines', group: 'Axis', kind: 'choice', choices: [[undefined, 'Auto'], [true, 'On'], [false, 'Off']], types: [...ts, 'barchart'] },
  { path: own + 'custom.axisColorMode', name: 'Colour', group: 'Axis', kind: 'choice', choices: pick('text', 'series'), types: ts, usual: 'text' },
  { path: own + 'custom.axisBorderShow', name: 'Show border', group: 'Axis', kind: 'switch', types: ts, usual: false },
  { path: own + 'custom.scaleDistribution.type', name: 'Scale', group: 'Axis', kind: 'choice', choices: [['linear', 'Linear'], ['log', 'Logarithmic'], ['symlog', 'Symlog']], types: [...ts, 'barchart'], usual: 'linear' },
  { path: own + 'custom.scaleDistribution.log', name: 'Log base', group: 'Axis', kind: 'choice', choices: [[2, '2'], [10, '10']], types: [...ts, 'barchart'], usual: 2 },
  { path: own + 'custom.scaleDistribution.linearThreshold', name: 'Linear below', group: 'Axis', kind: 'number', types: [...ts, 'barchart'] },
  { path: own + 'custom.axisCenteredZero', name: 'Centred zero', group: 'Axis', kind: 'switch', types: ts, usual: false },
  { path: own + 'custom.axisSoftMin', name: 'Soft min', group: 'Axis', kind: 'number', types: [...ts, 'barchart'] },
  { path: own + 'custom.axisSoftMax', name: 'Soft max', group: 'Axis', kind: 'number', types: [...ts, 'barchart'] },

  // Legend and tooltip
  { path: 'options.legend.showLegend', name: 'Visibility', group: 'Legend', kind: 'switch', types: legends, usual: true, usuals: { bargauge: false } },
  { path: 'options.legend.displayMode', name: 'Mode', group: 'Legend', kind: 'choice', choices: pick('list', 'table'), types: legends, usual: 'list' },
  { path: 'options.legend.placement', name: 'Placement', group: 'Legend', kind: 'choice', choices: pick('bottom', 'right'), types: legends, usual: 'bottom' },
  { path: 'options.legend.width', name: 'Width', group: 'Legend', kind: 'number', types: legends },
  { path: 'options.legend.limit', name: 'Limit', group: 'Legend', kind: 'number', types: legends, hint: 'how many are named at first' },
  { path: 'options.legend.calcs', name: 'Values', group: 'Legend', kind: 'calcs', types: ['timeseries', 'histogram', 'barchart'] },
  { path: 'options.tooltip.mode', name: 'Tooltip mode', group: 'Tooltip', kind: 'choice', choices: [['single', 'Single'], ['multi', 'All'], ['none', 'Hidden']], types: tips, usual: 'single' },
  { path: 'options.tooltip.sort', name: 'Values sort order', group: 'Tooltip', kind: 'choice', choices: [['none', 'None'], ['asc', 'Ascending'], ['desc', 'Descending']], types: ['timeseries', 'histogram', ...timelines, ...shares], usual: 'none' },
  { path: 'options.tooltip.hideZeros', name: 'Hide zeros', group: 'Tooltip', kind: 'switch', types: ['timeseries', 'histogram', ...timelines, ...shares], usual: false },
  { path: 'options.tooltip.hoverProximity', name: 'Hover proximity', group: 'Tooltip', kind: 'number', types: ts, hint: 'pixels to the nearest point, at any distance if empty' },
  { path: 'options.tooltip.maxWidth', name: 'Max width', group: 'Tooltip', kind: 'number', types: tips, hint: 'pixels' },
  { path: 'options.tooltip.maxHeight', name: 'Max height', group: 'Tooltip', kind: 'number', types: tips, hint: 'pixels' },

  // Single values
  { path: 'options.reduceOptions.values', name: 'Show', group: 'Value options', kind: 'choice', choices: [[false, 'Calculate'], [true, 'All values']], types: reduced, usual: false },
  { path: 'options.reduceOptions.calcs.0', name: 'Calculation', group: 'Value options', kind: 'choice', choices: reducers, types: reduced, usual: 'lastNotNull' },
  { path: 'options.reduceOptions.fields', name: 'Fields', group: 'Value options', kind: 'text', types: reduced, hint: 'empty: numeric fields; /regexp/ or a name' },
  { path: 'options.reduceOptions.limit', name: 'Limit', group: 'Value options', kind: 'number', types: reduced },
  { path: 'options.orientation', name: 'Orientation', group: 'Display', kind: 'choice', choices: pick('auto', 'horizontal', 'vertical'), types: [...numbers, 'barchart'], usual: 'auto' },
  { path: 'options.textMode', name: 'Text mode', group: 'Display', kind: 'choice', choices: [['auto', 'Auto'], ['value', 'Value'], ['value_and_name', 'Value and name'], ['name', 'Name'], ['none', 'None']], types: ['stat', 'gauge'], usual: 'auto' },
  { path: 'options.colorMode', name: 'Colour mode', group: 'Display', kind: 'choice', choices: [['none', 'None'], ['value', 'Value'], ['background', 'Background gradient'], ['background_solid', 'Background solid']], types: ['stat'], usual: 'value' },
  { path: 'options.graphMode', name: 'Graph mode', group: 'Display', kind: 'choice', choices: [['none', 'None'], ['area', 'Area']], types: ['stat'], usual: 'area' },
  { path: 'options.justifyMode', name: 'Text alignment', group: 'Display', kind: 'choice', choices: pick('auto', 'center'), types: ['stat'], usual: 'auto' },
  { path: 'options.wideLayout', name: 'Wide layout', group: 'Display', kind: 'switch', types: ['stat'], usual: true },
  { path: 'options.showPercentChange', name: 'Show percent change', group: 'Display', kind: 'switch', types: ['stat'], usual: false },
  { path: 'options.percentChangeColorMode', name: 'Percent change colour', group: 'Display', kind: 'choice', choices: [['standard', 'Standard'], ['inverted', 'Inverted'], ['same_as_value', 'Same as value']], types: ['stat'], usual: 'standard' },
  { path: 'options.showThresholdLabels', name: 'Threshold labels', group: 'Display', kind: 'switch', types: ['gauge'], usual: false },
  { path: 'options.showThresholdMarkers', name: 'Threshold markers', group: 'Display', kind: 'switch', types: ['gauge'], usual: true },
  { path: 'options.shape', name: 'Shape', group: 'Display', kind: 'choice', choices: pick('gauge', 'circle'), types: ['gauge'], usual: 'gauge' },
  { path: 'options.barWidthFactor', name: 'Bar width', group: 'Display', kind: 'number', types: ['gauge'], usual: 0.5, hint: '0 to 1' },
  { path: 'options.barShape', name: 'Bar ends', group: 'Display', kind: 'choice', choices: pick('flat', 'rounded'), types: ['gauge'], usual: 'flat' },
  { path: 'options.segmentCount', name: 'Segments', group: 'Display', kind: 'number', types: ['gauge'], usual: 1 },
  { path: 'options.segmentSpacing', name: 'Segment spacing', group: 'Display', kind: 'number', types: ['gauge'], usual: 0.3, hint: '0 to 0.9' },
  { path: 'options.neutral', name: 'Neutral value', group: 'Display', kind: 'number', types: ['gauge'], hint: 'from which bars go up or down' },
  { path: 'options.sparkline', name: 'Show sparkline', group: 'Display', kind: 'switch', types: ['gauge'], usual: false },
  { path: 'options.displayMode', name: 'Display mode', group: 'Display', kind: 'choice', choices: [['gradient', 'Gradient'], ['lcd', 'Retro LCD'], ['basic', 'Basic']], types: ['bargauge'], usual: 'gradient' },
  { path: 'options.valueMode', name: 'Value display', group: 'Display', kind: 'choice', choices: [['color', 'Value colour'], ['text', 'Text colour'], ['hidden', 'Hidden']], types: ['bargauge'], usual: 'color' },
  { path: 'options.namePlacement', name: 'Name placement', group: 'Display', kind: 'choice', choices: pick('auto', 'top', 'left', 'hidden'), types: ['bargauge'], usual: 'auto' },
  { path: 'options.showUnfilled', name: 'Show unfilled area', group: 'Display', kind: 'switch', types: ['bargauge'], usual: true },
  { path: 'options.sizing', name: 'Size', group: 'Display', kind: 'choice', choices: pick('auto', 'manual'), types: ['gauge', 'bargauge'], usual: 'auto' },
  { path: 'options.minVizWidth', name: 'Min width', group: 'Display', kind: 'number', types: ['gauge', 'bargauge'], usuals: { gauge: 75, bargauge: 8 }, hint: 'pixels' },
  { path: 'options.minVizHeight', name: 'Min height', group: 'Display', kind: 'number', types: ['gauge', 'bargauge'], usuals: { gauge: 75, bargauge: 16 }, hint: 'pixels' },
  { path: 'options.maxVizHeight', name: 'Max height', group: 'Display', kind: 'number', types: ['bargauge'], usual: 300, hint: 'pixels, of the size Manual' },
  { path: 'options.text.titleSize', name: 'Title size', group: 'Display', kind: 'number', types: numbers },
  { path: 'options.text.valueSize', name: 'Value size', group: 'Display', kind: 'number', types: [...numbers, 'barchart'] },

  // Pies and bar charts
  { path: 'options.pieType', name: 'Pie type', group: 'Pie chart', kind: 'choice', choices: pick('pie', 'donut'), types: ['piechart'], usual: 'pie' },
  { path: 'options.sort', name: 'Slices sorted', group: 'Pie chart', kind: 'choice', choices: [['desc', 'Largest first'], ['asc', 'Smallest first'], ['none', 'As they come']], types: ['piechart'], usual: 'desc' },
  { path: 'options.displayLabels.0', name: 'Label', group: 'Pie chart', kind: 'choice', choices: [[undefined, 'None'], ...pick('name', 'value', 'percent')], types: ['piechart'] },
  { path: 'options.displayLabels.1', name: 'Second label', group: 'Pie chart', kind: 'choice', choices: [[undefined, 'None'], ...pick('name', 'value', 'percent')], types: ['piechart'] },
  { path: 'options.legend.values.0', name: 'Legend value', group: 'Legend', kind: 'choice', choices: [[undefined, 'None'], ...pick('value', 'percent')], types: ['piechart'] },
  { path: 'options.xField', name: 'Names from field', group: 'Bar chart', kind: 'text', types: ['barchart'], hint: 'the first text, else the time' },
  { path: 'options.stacking', name: 'Stacking', group: 'Bar chart', kind: 'choice', choices: [['none', 'Off'], ['normal', 'Normal'], ['percent', '100 %']], types: ['barchart'], usual: 'none' },
  { path: 'options.showValue', name: 'Show values', group: 'Bar chart', kind: 'choice', choices: pick('auto', 'always', 'never'), types: ['barchart'], usual: 'auto' },
  { path: 'options.colorByField', name: 'Colour by field', group: 'Bar chart', kind: 'text', types: ['barchart'] },
  { path: 'options.groupWidth', name: 'Group width', group: 'Bar chart', kind: 'number', types: ['barchart'], usual: 0.7, hint: '0 to 1' },
  { path: 'options.barWidth', name: 'Bar width', group: 'Bar chart', kind: 'number', types: ['barchart'], usual: 0.97, hint: '0 to 1' },
  { path: 'options.barRadius', name: 'Bar radius', group: 'Bar chart', kind: 'number', types: ['barchart'], usual: 0, hint: '0 to 0.5' },
  { path: 'options.xTickLabelRotation', name: 'Names turned by', group: 'Bar chart', kind: 'number', types: ['barchart'], usual: 0, hint: 'degrees, -90 to 90' },
  { path: 'options.xTickLabelMaxLength', name: 'Letters of a name', group: 'Bar chart', kind: 'number', types: ['barchart'], hint: 'as fit' },
  { path: 'options.xTickLabelSpacing', name: 'Least space of names', group: 'Bar chart', kind: 'number', types: ['barchart'], hint: 'pixels' },
  { path: 'options.fullHighlight', name: 'Highlight all of a name', group: 'Bar chart', kind: 'switch', types: ['barchart'], usual: false },

  // Histogram, heatmap
  { path: 'options.bucketCount', name: 'Bucket count', group: 'Histogram', kind: 'number', types: ['histogram'], usual: 30 },
  { path: 'options.bucketSize', name: 'Bucket size', group: 'Histogram', kind: 'number', types: ['histogram'] },
  { path: 'options.bucketOffset', name: 'Bucket offset', group: 'Histogram', kind: 'number', types: ['histogram'], usual: 0 },
  { path: 'options.combine', name: 'Combine series', group: 'Histogram', kind: 'switch', types: ['histogram'], usual: false },
  { path: 'options.calculate', name: 'Calculate from data', group: 'Heatmap', kind: 'switch', types: ['heatmap'], usual: false },
  { path: 'options.calculation.xBuckets.mode', name: 'X buckets by', group: 'Heatmap', kind: 'choice', choices: bucketsBy, types: ['heatmap'], usual: 'size' },
  { path: 'options.calculation.xBuckets.value', name: 'X buckets', group: 'Heatmap', kind: 'text', types: ['heatmap'], hint: 'a time like 5m, or how many' },
  { path: 'options.calculation.yBuckets.mode', name: 'Y buckets by', group: 'Heatmap', kind: 'choice', choices: bucketsBy, types: ['heatmap'], usual: 'size' },
  { path: 'options.calculation.yBuckets.value', name: 'Y buckets', group: 'Heatmap', kind: 'text', types: ['heatmap'], hint: 'a size, or how many; how many in a power' },
  { path: 'options.calculation.yBuckets.scale.type', name: 'Y bucket scale', group: 'Heatmap', kind: 'choice', choices: [['linear', 'Linear'], ['log', 'Logarithmic']], types: ['heatmap'], usual: 'linear' },
  { path: 'options.calculation.yBuckets.scale.log', name: 'Y bucket log base', group: 'Heatmap', kind: 'choice', choices: [[2, '2'], [10, '10']], types: ['heatmap'], usual: 2 },
  { path: 'options.rowsFrame.value', name: 'Value name', group: 'Heatmap', kind: 'text', types: ['heatmap'] },
  { path: 'options.rowsFrame.yBucketScale.type', name: 'Scale of rows', group: 'Heatmap', kind: 'choice', choices: [[undefined, 'Auto'], ['linear', 'Linear'], ['log', 'Logarithmic']], types: ['heatmap'], hint: 'of buckets that the data has' },
  { path: 'options.color.scheme', name: 'Scheme', group: 'Heatmap', kind: 'choice', choices: ['Blues', 'Greens', 'Greys', 'Oranges', 'Purples', 'Reds', 'Turbo', 'Cividis', 'Viridis', 'Magma', 'Inferno', 'Plasma', 'Warm', 'Cool', 'Cubehelix', 'BuGn', 'BuPu', 'GnBu', 'OrRd', 'PuBuGn', 'PuBu', 'PuRd', 'RdPu', 'YlGnBu', 'YlGn', 'YlOrBr', 'YlOrRd', 'Spectral', 'RdYlGn', 'RdYlBu'].map((v) => [v, v]), types: ['heatmap'], usual: 'Oranges' },
  { path: 'options.color.mode', name: 'Colour mode', group: 'Heatmap', kind: 'choice', choices: pick('scheme', 'opacity'), types: ['heatmap'], usual: 'scheme' },
  { path: 'options.color.fill', name: 'Colour', group: 'Heatmap', kind: 'colour', types: ['heatmap'], hint: 'of the mode Opacity' },
  { path: 'options.color.scale', name: 'Colour scale', group: 'Heatmap', kind: 'choice', choices: pick('exponential', 'linear'), types: ['heatmap'], usual: 'exponential', hint: 'of the mode Opacity' },
  { path: 'options.color.exponent', name: 'Exponent', group: 'Heatmap', kind: 'number', types: ['heatmap'], usual: 0.5 },
  { path: 'options.color.min', name: 'Colours from value', group: 'Heatmap', kind: 'number', types: ['heatmap'] },
  { path: 'options.color.max', name: 'Colours to value', group: 'Heatmap', kind: 'number', types: ['heatmap'] },
  { path: 'options.color.steps', name: 'Steps', group: 'Heatmap', kind: 'number', types: ['heatmap'], usual: 64 },
  { path: 'options.color.reverse', name: 'Reverse colours', group: 'Heatmap', kind: 'switch', types: ['heatmap'], usual: false },
  { path: 'options.cellGap', name: 'Cell gap', group: 'Heatmap', kind: 'number', types: ['heatmap'], usual: 1 },
  { path: 'options.cellValues.unit', name: 'Cell unit', group: 'Heatmap', kind: 'unit', types: ['heatmap'] },
  { path: 'options.cellValues.decimals', name: 'Cell decimals', group: 'Heatmap', kind: 'number', types: ['heatmap'] },
  { path: 'options.filterValues.le', name: 'Hide cells up to', group: 'Heatmap', kind: 'number', types: ['heatmap'] },
  { path: 'options.filterValues.ge', name: 'Hide cells from', group: 'Heatmap', kind: 'number', types: ['heatmap'] },
  { path: 'options.yAxis.unit', name: 'Y axis unit', group: 'Heatmap', kind: 'unit', types: ['heatmap'] },
  { path: 'options.yAxis.decimals', name: 'Y axis decimals', group: 'Heatmap', kind: 'number', types: ['heatmap'] },
  { path: 'options.yAxis.min', name: 'Y axis min', group: 'Heatmap', kind: 'number', types: ['heatmap'] },
  { path: 'options.yAxis.max', name: 'Y axis max', group: 'Heatmap', kind: 'number', types: ['heatmap'] },
  { path: 'options.yAxis.axisWidth', name: 'Y axis width', group: 'Heatmap', kind: 'number', types: ['heatmap'], hint: 'pixels' },
  { path: 'options.yAxis.axisPlacement', name: 'Y axis placement', group: 'Heatmap', kind: 'choice', choices: pick('left', 'right', 'hidden'), types: ['heatmap'], usual: 'left' },
  { path: 'options.yAxis.axisLabel', name: 'Y axis label', group: 'Heatmap', kind: 'text', types: ['heatmap'] },
  { path: 'options.yAxis.reverse', name: 'Reverse Y axis', group: 'Heatmap', kind: 'switch', types: ['heatmap'], usual: false },
  { path: 'options.showValue', name: 'Show values', group: 'Display', kind: 'choice', choices: pick('auto', 'always', 'never'), types: ['heatmap', ...timelines], usual: 'auto' },
  { path: 'options.legend.show', name: 'Show legend', group: 'Legend', kind: 'switch', types: ['heatmap'], usual: true },
  { path: 'options.tooltip.yHistogram', name: 'Show histogram (Y axis)', group: 'Tooltip', kind: 'switch', types: ['heatmap'], usual: false },
  { path: 'options.tooltip.showColorScale', name: 'Show colour scale', group: 'Tooltip', kind: 'switch', types: ['heatmap'], usual: false },

  // Table, states, graphs, text
  { path: 'options.showHeader', name: 'Show table header', group: 'Table', kind: 'switch', types: ['table'], usual: true },
  { path: 'options.cellHeight', name: 'Cell height', group: 'Table', kind: 'choice', choices: [['sm', 'Small'], ['md', 'Medium'], ['lg', 'Large']], types: ['table'], usual: 'sm' },
  { path: 'options.frozenColumns.left', name: 'Frozen columns', group: 'Table', kind: 'number', types: ['table'], usual: 0 },
  { path: 'options.enablePagination', name: 'Pages', group: 'Table', kind: 'switch', types: ['table'], usual: false },
  { path: 'options.pageSize', name: 'Rows of a page', group: 'Table', kind: 'number', types: ['table'], hint: 'as fit' },
  { path: 'options.footer.show', name: 'Show table footer', group: 'Table', kind: 'switch', types: ['table'], usual: false },
  { path: 'options.footer.reducer.0', name: 'Footer calculation', group: 'Table', kind: 'choice', choices: reducers, types: ['table'], usual: 'sum' },
  { path: own + 'custom.footer.reducers', name: 'Footer of columns', group: 'Table', kind: 'calcs', types: ['table'] },
  { path: own + 'custom.align', name: 'Column alignment', group: 'Table', kind: 'choice', choices: pick('auto', 'left', 'center', 'right'), types: ['table'], usual: 'auto' },
  { path: own + 'custom.width', name: 'Column width', group: 'Table', kind: 'number', types: ['table'] },
  { path: own + 'custom.minWidth', name: 'Minimum column width', group: 'Table', kind: 'number', types: ['table'] },
  { path: own + 'custom.filterable', name: 'Column filter', group: 'Table', kind: 'switch', types: ['table'], usual: false },
  { path: own + 'custom.sortable', name: 'Sortable', group: 'Table', kind: 'switch', types: ['table'], usual: true },
  { path: own + 'custom.wrapHeaderText', name: 'Wrap header text', group: 'Table', kind: 'switch', types: ['table'], usual: false },
  { path: own + 'custom.tooltip.field', name: 'Tooltip from field', group: 'Table', kind: 'text', types: ['table'], hint: 'name of another field' },
  { path: own + 'custom.hidden', name: 'Hide in table', group: 'Table', kind: 'switch', types: ['table'], usual: false },
  { path: own + 'custom.cellOptions.type', name: 'Cell type', group: 'Table', kind: 'choice', choices: [['auto', 'Auto'], ['color-text', 'Coloured text'], ['color-background', 'Coloured background'], ['gauge', 'Gauge'], ['sparkline', 'Sparkline'], ['json-view', 'JSON view'], ['data-links', 'Data links']], types: ['table'], usual: 'auto' },
  { path: own + 'custom.cellOptions.mode', name: 'Cell display mode', group: 'Table', kind: 'choice', choices: [['gradient', 'Gradient'], ['basic', 'Basic'], ['lcd', 'Retro LCD']], types: ['table'], usual: 'gradient', hint: 'of gauges and coloured backgrounds' },
  { path: own + 'custom.cellOptions.valueDisplayMode', name: 'Gauge value', group: 'Table', kind: 'choice', choices: [['color', 'Value colour'], ['text', 'Text colour'], ['hidden', 'Hidden']], types: ['table'], usual: 'color' },
  { path: own + 'custom.cellOptions.applyToRow', name: 'Apply to entire row', group: 'Table', kind: 'switch', types: ['table'], usual: false, hint: 'of coloured backgrounds' },
  { path: own + 'custom.cellOptions.wrapText', name: 'Wrap text', group: 'Table', kind: 'switch', types: ['table'], usual: false },
  { path: 'options.mergeValues', name: 'Merge equal consecutive values', group: 'State timeline', kind: 'switch', types: ['state-timeline'], usual: true },
  { path: 'options.alignValue', name: 'Align values', group: 'State timeline', kind: 'choice', choices: pick('left', 'center', 'right'), types: ['state-timeline'], usual: 'left' },
  { path: 'options.rowHeight', name: 'Row height', group: 'State timeline', kind: 'number', types: timelines, usual: 0.9, hint: '0 to 1' },
  { path: 'options.colWidth', name: 'Column width', group: 'State timeline', kind: 'number', types: ['status-history'], usual: 0.9, hint: '0 to 1' },
  { path: 'options.perPage', name: 'Rows of a page', group: 'State timeline', kind: 'number', types: timelines, hint: 'all' },
  { path: 'options.layoutAlgorithm', name: 'Layout', group: 'Node graph', kind: 'choice', choices: pick('layered', 'force', 'grid'), types: ['nodeGraph'], usual: 'layered' },
  { path: 'options.zoomMode', name: 'Zoom mode', group: 'Node graph', kind: 'choice', choices: pick('cooperative', 'greedy'), types: ['nodeGraph'], usual: 'cooperative' },
  { path: 'options.nodes.mainStatUnit', name: 'Main stat unit', group: 'Node graph', kind: 'unit', types: ['nodeGraph'] },
  { path: 'options.nodes.secondaryStatUnit', name: 'Secondary stat unit', group: 'Node graph', kind: 'unit', types: ['nodeGraph'] },
  { path: 'options.edges.mainStatUnit', name: 'Main stat unit of edges', group: 'Node graph', kind: 'unit', types: ['nodeGraph'] },
  { path: 'options.edges.secondaryStatUnit', name: 'Secondary stat unit of edges', group: 'Node graph', kind: 'unit', types: ['nodeGraph'] },
  { path: 'options.mode', name: 'Mode', group: 'Text', kind: 'choice', choices: [['markdown', 'Markdown'], ['html', 'HTML'], ['code', 'Code']], types: ['text'], usual: 'markdown' },
  { path: 'options.content', name: 'Content', group: 'Text', kind: 'area', types: ['text'] },
]

/** forSome are options that only an override has: set for all they would leave nothing. */
const forSome: OptionField[] = [
  { path: own + 'custom.hideFrom', name: 'Hide in area', group: 'Others', kind: 'hidden', types: ['timeseries', ...numbers, 'table', 'histogram', 'heatmap', ...timelines, ...shares] },
]

/** fieldsOf are the options of a type of panels, by groups in their order. */
export function fieldsOf(type: string): Map<string, OptionField[]> {
  const groups = new Map<string, OptionField[]>()
  for (const f of of(type, fields)) groups.set(f.group, [...(groups.get(f.group) ?? []), f])
  return groups
}

/** overridesOf are those that an override of a panel of a type may have. */
export const overridesOf = (type: string): OptionField[] => of(type, [...fields, ...forSome]).filter((f) => propertyOf(f))

const of = (type: string, list: OptionField[]) => list.filter((f) => !f.types || f.types.includes(type)).map((f) => (f.usuals && type in f.usuals ? { ...f, usual: f.usuals[type] } : f))

/** propertyOf is the id by which an override names an option, "" if it cannot. */
export function propertyOf(f: OptionField): string {
  if (!f.path.startsWith(own)) return ''
  const id = f.path.slice(own.length)
  if (id.startsWith('custom.cellOptions.') && id !== 'custom.cellOptions.type') return '' // beside the type
  // A few options are one property with parts.
  return { 'color.mode': 'color', 'color.fixedColor': '', 'custom.stacking.mode': 'custom.stacking', 'custom.stacking.group': '', 'custom.lineStyle.fill': 'custom.lineStyle',
    'color.seriesBy': '', 'custom.thresholdsStyle.mode': 'custom.thresholdsStyle', 'custom.scaleDistribution.type': 'custom.scaleDistribution', 'custom.scaleDistribution.log': '',
    'custom.scaleDistribution.linearThreshold': '', 'custom.cellOptions.type': 'custom.cellOptions' }[id] ?? id
}

/** besideOf are the options that an override of a panel of a type has in one property with another, each with where it is in that property. */
export const besideOf = (type: string, id: string): { field: OptionField; part: string }[] =>
  of(type, fields).filter((f) => f.path.startsWith(`${own}${id}.`) && !propertyOf(f)).map((field) => ({ field, part: field.path.slice(own.length + id.length + 1) }))

/** partOf is the part of a property's value that an option is, "" for all of it. */
export function partOf(f: OptionField): string {
  const id = propertyOf(f)
  return id && f.path.length > own.length + id.length ? f.path.slice(own.length + id.length + 1) : ''
}
