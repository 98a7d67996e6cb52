/**
 * The transformations that can be put on a panel: what each does, how it begins and what
 * its form has. Ids and options are those of Grafana's files.
 */
import { reducers, type Choice } from '../edit/fields'
import { at } from '../model'
import type { FormField, Options } from './form'

export interface Kind {
  id: string
  name: string
  does: string
  group: string
  fields: FormField[]
  /** options of a new one */
  start: Options
  /** what its form has besides: a list of the fields, or of the queries */
  part?: 'organize' | 'groups' | 'roles' | 'config' | 'trends'
}

const is = (path: string, ...values: unknown[]) => (o: Options) => values.includes(at(o, path))
const numeric: FormField['of'] = ['number']
const mode = (...choices: Choice[]): FormField => ({ path: 'mode', name: 'Mode', kind: 'choice', choices, usual: choices[0]![0] })
const onlyIf = (kind: string) => (o: Options) => (o.mode ?? 'reduceRow') === kind

const comparisons: Choice[] = [
  ['greater', 'Is greater'], ['greaterOrEqual', 'Is greater or equal'], ['lower', 'Is lower'], ['lowerOrEqual', 'Is lower or equal'], ['equal', 'Is equal'], ['notEqual', 'Is not equal'],
  ['between', 'Is between'], ['isNull', 'Is null'], ['isNotNull', 'Is not null'], ['regex', 'Matches regex'], ['substring', 'Contains'], ['notSubstring', 'Does not contain'],
]
const bucket = (axis: 'x' | 'y', name: string): FormField[] => [
  { path: `${axis}Buckets.mode`, name: `${name} buckets`, kind: 'choice', choices: [['size', 'Size'], ['count', 'Count']], usual: 'size' },
  { path: `${axis}Buckets.value`, name: `${name} size or count`, kind: 'text', hint: axis === 'x' ? '1m, or a number' : 'as fits' },
]

const combine: Kind[] = [
  { id: 'joinByField', name: 'Join by field', does: 'rows of several tables that have the same value, side by side', group: 'Combine', start: { mode: 'outer' },
    fields: [{ ...mode(['outer', 'Outer (time series)'], ['outerTabular', 'Outer (tables)'], ['inner', 'Inner']) }, { path: 'byField', name: 'Field', kind: 'field', hint: 'the time' }] },
  { id: 'joinByLabels', name: 'Join by labels', does: 'a table of series: one column for each value of a label', group: 'Combine', start: { value: '' },
    fields: [{ path: 'value', name: 'Value', kind: 'label' }, { path: 'join', name: 'Join', kind: 'labels', hint: 'all others' }] },
  { id: 'merge', name: 'Merge series/tables', does: 'one table of all; rows that agree become one', group: 'Combine', start: {}, fields: [] },
  { id: 'concatenate', name: 'Concatenate fields', does: 'all fields in one table, side by side', group: 'Combine', start: { frameNameMode: 'field', frameNameLabel: 'frame' },
    fields: [{ path: 'frameNameMode', name: 'Name of the table', kind: 'choice', choices: [['field', 'Before the name of the field'], ['label', 'As a label'], ['drop', 'Left out']], usual: 'field' },
      { path: 'frameNameLabel', name: 'Label', kind: 'text', hint: 'frame', when: is('frameNameMode', 'label') }] },
  { id: 'seriesToRows', name: 'Series to rows', does: 'time, name and value of all series below each other', group: 'Combine', start: {}, fields: [] },
]

const calculate: Kind[] = [
  { id: 'calculateField', name: 'Add field from calculation', does: 'a new column, computed of others', group: 'Calculate', start: { mode: 'reduceRow', reduce: { reducer: 'sum' } },
    fields: [
      mode(['reduceRow', 'Reduce row'], ['binary', 'Binary operation'], ['unary', 'Unary operation'], ['cumulativeFunctions', 'Cumulative functions'], ['windowFunctions', 'Window functions'], ['index', 'Row index']),
      { path: 'reduce.include', name: 'Fields', kind: 'fields', of: numeric, hint: 'all numbers', when: onlyIf('reduceRow') },
      { path: 'reduce.reducer', name: 'Calculation', kind: 'calc', usual: 'sum', when: onlyIf('reduceRow') },
      { path: 'binary.left', name: 'Left', kind: 'operand', of: numeric, when: onlyIf('binary') },
      { path: 'binary.operator', name: 'Operator', kind: 'choice', usual: '+', when: onlyIf('binary'),
        choices: [['+', '+'], ['-', '−'], ['*', '×'], ['/', '÷'], ['**', '^ power'], ['%', '% rest'], ['=', '= is equal'], ['!=', '≠ is not equal'], ['>', '> is above'], ['<', '< is below'], ['>=', '≥ is not below'], ['<=', '≤ is not above']] },
      { path: 'binary.right', name: 'Right', kind: 'operand', of: numeric, when: onlyIf('binary') },
      { path: 'unary.operator', name: 'Operation', kind: 'choice', usual: 'abs', when: onlyIf('unary'),
        choices: [['abs', 'Absolute value'], ['exp', 'Natural exponent'], ['ln', 'Natural logarithm'], ['floor', 'Floor'], ['ceil', 'Ceiling'], ['round', 'Rounded'], ['percent', 'Share of the total']] },
      { path: 'unary.fieldName', name: 'Field', kind: 'field', of: numeric, when: onlyIf('unary') },
      { path: 'cumulative.field', name: 'Field', kind: 'field', of: numeric, when: onlyIf('cumulativeFunctions') },
      { path: 'cumulative.reducer', name: 'Calculation', kind: 'choice', choices: [['sum', 'Total'], ['mean', 'Mean']], usual: 'sum', when: onlyIf('cumulativeFunctions') },
      { path: 'window.field', name: 'Field', kind: 'field', of: numeric, when: onlyIf('windowFunctions') },
      { path: 'window.reducer', name: 'Calculation', kind: 'choice', choices: [['mean', 'Mean'], ['stdDev', 'Standard deviation'], ['variance', 'Variance']], usual: 'mean', when: onlyIf('windowFunctions') },
      { path: 'window.windowAlignment', name: 'Window', kind: 'choice', choices: [['trailing', 'Trailing'], ['centered', 'Centred']], usual: 'trailing', when: onlyIf('windowFunctions') },
      { path: 'window.windowSizeMode', name: 'Its size as', kind: 'choice', choices: [['percentage', 'Share of the rows'], ['fixed', 'Number of rows']], usual: 'percentage', when: onlyIf('windowFunctions') },
      { path: 'window.windowSize', name: 'Size', kind: 'number', usual: 0.1, when: onlyIf('windowFunctions') },
      { path: 'index.asPercentile', name: 'As percentile', kind: 'switch', usual: false, when: onlyIf('index') },
      { path: 'alias', name: 'Alias', kind: 'text', hint: 'by the calculation' },
      { path: 'replaceFields', name: 'Replace all fields', kind: 'switch', usual: false },
    ] },
  { id: 'reduce', name: 'Reduce', does: 'one row for each series, or one value of each field', group: 'Calculate', start: { reducers: ['max'] },
    fields: [mode(['seriesToRows', 'Series to rows'], ['reduceFields', 'Reduce fields']), { path: 'reducers', name: 'Calculations', kind: 'calcs', usual: ['max'] },
      { path: 'includeTimeField', name: 'Include time', kind: 'switch', usual: false }, { path: 'labelsToFields', name: 'Labels to fields', kind: 'switch', usual: false, when: (o) => o.mode !== 'reduceFields' }] },
  { id: 'groupBy', name: 'Group by', does: 'one row for each value of some fields, calculations of others', group: 'Calculate', start: { fields: {} }, fields: [], part: 'groups' },
  { id: 'groupToNestedTable', name: 'Group to nested tables', does: 'as group by; the rows of a group open below it', group: 'Calculate', start: { showSubframeHeaders: true, fields: {} },
    fields: [{ path: 'showSubframeHeaders', name: 'Headers of the inner tables', kind: 'switch', usual: true }], part: 'groups' },
  { id: 'regression', name: 'Trendline', does: 'the line that fits two fields best', group: 'Calculate', start: { modelType: 'linear', predictionCount: 100 },
    fields: [{ path: 'xFieldName', name: 'X field', kind: 'field', of: ['time', 'number'], hint: 'the time' }, { path: 'yFieldName', name: 'Y field', kind: 'field', of: numeric, hint: 'the first number' },
      { path: 'modelType', name: 'Model', kind: 'choice', choices: [['linear', 'Linear'], ['polynomial', 'Polynomial']], usual: 'linear' },
      { path: 'degree', name: 'Degree', kind: 'number', usual: 2, when: is('modelType', 'polynomial') }, { path: 'predictionCount', name: 'Points', kind: 'number', usual: 100 }] },
  { id: 'smoothing', name: 'Smoothing', does: 'series without their noise; what stands out stays', group: 'Calculate', start: { resolution: 100 }, fields: [{ path: 'resolution', name: 'Points', kind: 'number', usual: 100 }] },
  { id: 'histogram', name: 'Histogram', does: 'how many values are between which bounds', group: 'Calculate', start: { fields: {} },
    fields: [{ path: 'bucketCount', name: 'Bucket count', kind: 'number', usual: 30 }, { path: 'bucketSize', name: 'Bucket size', kind: 'number' }, { path: 'bucketOffset', name: 'Bucket offset', kind: 'number', usual: 0 },
      { path: 'combine', name: 'Combine series', kind: 'switch', usual: false }] },
  { id: 'heatmap', name: 'Create heatmap', does: 'counts by time and value', group: 'Calculate', start: {}, fields: [...bucket('x', 'Time'), ...bucket('y', 'Value')] },
]

const filter: Kind[] = [
  { id: 'filterFieldsByName', name: 'Filter fields by name', does: 'keep fields by their names or a pattern', group: 'Filter', start: { include: { names: [] } },
    fields: [{ path: 'byVariable', name: 'By a variable', kind: 'switch', usual: false },
      { path: 'include.variable', name: 'Variable', kind: 'text', hint: '$fields', when: (o) => o.byVariable === true }, { path: 'include.names', name: 'Fields', kind: 'fields', hint: 'all', when: (o) => o.byVariable !== true },
      { path: 'include.pattern', name: 'Or by regex', kind: 'text', hint: '/^pod/', when: (o) => o.byVariable !== true }, { path: 'exclude.names', name: 'Leave out', kind: 'fields', hint: 'none' }, { path: 'exclude.pattern', name: 'Leave out by regex', kind: 'text' }] },
  { id: 'filterByRefId', name: 'Filter data by query', does: 'keep the data of some queries', group: 'Filter', start: {}, fields: [{ path: 'include', name: 'Queries', kind: 'refs', hint: 'all' }] },
  { id: 'filterByValue', name: 'Filter data by values', does: 'keep or drop rows by conditions', group: 'Filter', start: { filters: [], type: 'include', match: 'any' },
    fields: [{ path: 'type', name: 'Rows', kind: 'choice', choices: [['include', 'Include'], ['exclude', 'Exclude']], usual: 'include' }, { path: 'match', name: 'That fit', kind: 'choice', choices: [['all', 'All conditions'], ['any', 'Any condition']], usual: 'any' },
      { path: 'filters', name: 'Condition', kind: 'list', empty: { fieldName: '', config: { id: 'greater', options: { value: 0 } } }, item: [
        { path: 'fieldName', name: 'Field', kind: 'field' }, { path: 'config.id', name: 'Condition', kind: 'choice', choices: comparisons, usual: 'isNull' },
        { path: 'config.options.value', name: 'Value', kind: 'value', when: (o) => !is('config.id', 'isNull', 'isNotNull', 'between')(o) },
        { path: 'config.options.from', name: 'From', kind: 'number', when: is('config.id', 'between') }, { path: 'config.options.to', name: 'To', kind: 'number', when: is('config.id', 'between') }] }] },
  { id: 'limit', name: 'Limit', does: 'the first rows', group: 'Filter', start: { limitField: 10 }, fields: [{ path: 'limitField', name: 'Rows', kind: 'number', usual: 10, hint: 'below nought: the last ones' }] },
]

const order: Kind[] = [
  { id: 'organize', name: 'Organize fields by name', does: 'hide, rename and order fields', group: 'Order and rename', start: { excludeByName: {}, indexByName: {}, renameByName: {}, includeByName: {} },
    fields: [{ path: 'orderByMode', name: 'Order', kind: 'choice', choices: [['manual', 'By hand'], ['auto', 'By name or label']], usual: 'manual' },
      { path: 'orderBy', name: 'Order', kind: 'list', when: is('orderByMode', 'auto'), empty: { type: 'name', desc: false }, item: [
        { path: 'type', name: 'By', kind: 'choice', choices: [['name', 'Name'], ['label', 'Label']], usual: 'name' }, { path: 'name', name: 'Label', kind: 'label', when: is('type', 'label') }, { path: 'desc', name: 'Descending', kind: 'switch', usual: false }] }],
    part: 'organize' },
  { id: 'renameByRegex', name: 'Rename fields by regex', does: 'new names by a pattern', group: 'Order and rename', start: { regex: '(.*)', renamePattern: '$1' },
    fields: [{ path: 'regex', name: 'Match', kind: 'text', hint: '(.*)' }, { path: 'renamePattern', name: 'Replace', kind: 'text', hint: '$1' }] },
  { id: 'sortBy', name: 'Sort by', does: 'rows by the values of a field', group: 'Order and rename', start: { fields: {}, sort: [{ field: '' }] },
    fields: [{ path: 'sort', name: 'Sort', kind: 'list', empty: { field: '' }, item: [{ path: 'field', name: 'Field', kind: 'field' }, { path: 'desc', name: 'Reverse', kind: 'switch', usual: false }] }] },
  { id: 'transpose', name: 'Transpose', does: 'rows become columns', group: 'Order and rename', start: {},
    fields: [{ path: 'firstFieldName', name: 'Name of the first field', kind: 'text', hint: 'Field' }, { path: 'restFieldsName', name: 'Name of the others', kind: 'text', hint: 'the values of the first' }] },
]

const shape: Kind[] = [
  { id: 'labelsToFields', name: 'Labels to fields', does: 'labels of series as columns or rows', group: 'Shape', start: {},
    fields: [mode(['columns', 'Columns'], ['rows', 'Rows']), { path: 'keepLabels', name: 'Labels', kind: 'labels', hint: 'all' }, { path: 'valueLabel', name: 'Names the value', kind: 'label', hint: 'none', when: (o) => o.mode !== 'rows' }] },
  { id: 'groupingToMatrix', name: 'Grouping to matrix', does: 'a table of two fields against each other', group: 'Shape', start: { columnField: 'Time', rowField: 'Time', valueField: 'Value' },
    fields: [{ path: 'columnField', name: 'Columns', kind: 'field', usual: 'Time' }, { path: 'rowField', name: 'Rows', kind: 'field', usual: 'Time' }, { path: 'valueField', name: 'Cells', kind: 'field', usual: 'Value' },
      { path: 'emptyValue', name: 'Empty cells', kind: 'choice', choices: [['empty', 'Empty'], ['null', 'Null'], ['zero', 'Zero'], ['true', 'True'], ['false', 'False']], usual: 'empty' }] },
  { id: 'partitionByValues', name: 'Partition by values', does: 'a table, or series, for each value of some fields', group: 'Shape', start: { fields: [] },
    fields: [{ path: 'fields', name: 'Fields', kind: 'fields' }, { path: 'keepFields', name: 'Keep these fields', kind: 'switch', usual: false }] },
  { id: 'timeSeriesTable', name: 'Time series to table', does: 'a row for each series, with a small chart', group: 'Shape', start: {}, fields: [], part: 'trends' },
  { id: 'rowsToFields', name: 'Rows to fields', does: 'a field for each row, with its own options', group: 'Shape', start: {}, fields: [], part: 'roles' },
  { id: 'configFromData', name: 'Config from query results', does: 'limits, units, colours from one query for the others', group: 'Shape', start: {},
    fields: [{ path: 'configRefId', name: 'Query of the options', kind: 'ref', hint: 'config' }, { path: 'applyTo', name: 'Apply to', kind: 'matcher' }], part: 'config' },
  { id: 'prepareTimeSeries', name: 'Prepare time series', does: 'a table of all series, or a table for each', group: 'Shape', start: { format: 'multi' },
    fields: [{ path: 'format', name: 'Format', kind: 'choice', choices: [['multi', 'Multi-frame time series'], ['wide', 'Wide time series']], usual: 'multi' }] },
]

const format: Kind[] = [
  { id: 'convertFieldType', name: 'Convert field type', does: 'texts to numbers or times, and so on', group: 'Format', start: { fields: {}, conversions: [{}] },
    fields: [{ path: 'conversions', name: 'Conversion', kind: 'list', empty: {}, item: [
      { path: 'targetField', name: 'Field', kind: 'field' }, { path: 'destinationType', name: 'As', kind: 'choice', choices: [['number', 'Number'], ['string', 'String'], ['time', 'Time'], ['boolean', 'Boolean']] },
      { path: 'dateFormat', name: 'Date format', kind: 'text', hint: 'YYYY-MM-DD', when: is('destinationType', 'time', 'string') }] }] },
  { id: 'extractFields', name: 'Extract fields', does: 'fields of what stands in a text: JSON, key=value, a pattern', group: 'Format', start: {},
    fields: [{ path: 'source', name: 'Source', kind: 'field', of: ['text'] },
      { path: 'format', name: 'Format', kind: 'choice', choices: [['auto', 'Auto'], ['json', 'JSON'], ['kvp', 'Key+value pairs'], ['regexp', 'RegExp'], ['delimiter', 'Split by a delimiter']], usual: 'auto' },
      { path: 'regExp', name: 'Pattern', kind: 'text', hint: '/(?<NewField>.*)/', when: is('format', 'regexp') }, { path: 'delimiter', name: 'Delimiter', kind: 'text', hint: ',', when: is('format', 'delimiter') },
      { path: 'replace', name: 'Replace all fields', kind: 'switch', usual: false }, { path: 'keepTime', name: 'Keep time', kind: 'switch', usual: false, when: (o) => o.replace === true },
      { path: 'jsonPaths', name: 'Path', kind: 'list', when: is('format', 'json'), empty: { path: '' }, item: [{ path: 'path', name: 'Path', kind: 'text', hint: 'list[0].name' }, { path: 'alias', name: 'Alias', kind: 'text', hint: 'the path' }] }] },
  { id: 'formatTime', name: 'Format time', does: 'times as texts', group: 'Format', start: { timeField: '', outputFormat: '', useTimezone: true },
    fields: [{ path: 'timeField', name: 'Time field', kind: 'field', of: ['time'] }, { path: 'outputFormat', name: 'Format', kind: 'text', hint: 'YYYY-MM-DD HH:mm:ss' }, { path: 'timezone', name: 'Time zone', kind: 'text', hint: "the reader's" }] },
  { id: 'formatString', name: 'Format string', does: 'letters of texts: upper case, a part of them', group: 'Format', start: { stringField: '', outputFormat: 'Upper Case' },
    fields: [{ path: 'stringField', name: 'Field', kind: 'field', of: ['text'] },
      { path: 'outputFormat', name: 'Format', kind: 'choice', usual: 'Upper Case', choices: ['Upper Case', 'Lower Case', 'Sentence Case', 'Title Case', 'Pascal Case', 'Camel Case', 'Snake Case', 'Kebab Case', 'Trim', 'Substring'].map((v): Choice => [v, v]) },
      { path: 'substringStart', name: 'From letter', kind: 'number', usual: 0, when: is('outputFormat', 'Substring') }, { path: 'substringEnd', name: 'To letter', kind: 'number', usual: 100, when: is('outputFormat', 'Substring') }] },
]

export const kinds: Kind[] = [...calculate, ...combine, ...filter, ...order, ...shape, ...format]

/** Of older files: they are heeded, and kept as they are. */
const older: Record<string, string> = {
  seriesToColumns: 'joinByField', order: '', rename: '', filterFields: '', ensureColumns: '', append: '', noop: '', convertFrameType: '',
}

export const kindOf = (id: string): Kind | undefined => kinds.find((k) => k.id === (older[id] || id))

/** isHeeded tells whether a transformation does something, or is known to do nothing. */
export const isHeeded = (id: string) => kindOf(id) !== undefined || id in older

/** calculationName is how a list calls a calculation. */
export const calculationName = (id: string) => reducers.find(([v]) => v === id)?.[1] ?? id
