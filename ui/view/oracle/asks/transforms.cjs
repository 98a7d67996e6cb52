// What transformations make of frames.
'use strict'
const data = require('@grafana/data')

const T = (...values) => ({ name: 'Time', type: 'time', values })
const N = (name, values, labels) => ({ name, type: 'number', values, labels })
const S = (name, values) => ({ name, type: 'string', values })
const a = { refId: 'A', name: '', fields: [T(1000, 2000, 3000), N('Value', [1, 2, 3], { pod: 'p1', model: 'm' })] }
const b = { refId: 'B', name: '', fields: [T(2000, 3000, 4000), N('Value', [20, 30, 40], { pod: 'p2', model: 'm' })] }
const table = { refId: 'A', fields: [S('model', ['r', 'b', 'r', 'c']), S('pod', ['p1', 'p1', 'p2', 'p2']), N('rate', [5, 3, 8, null]), N('errors', [0, 1, 2, 3])] }
const other = { refId: 'B', fields: [S('model', ['r', 'b', 'x']), N('size', [100, 200, 300])] }
const many = [{ refId: 'A', fields: [S('pod', ['a', 'a', 'b']), N('v', [1, 2, 3])] }, { refId: 'B', fields: [S('pod', ['a', 'b', 'b', 'c']), N('w', [4, 5, 6, 7])] }]
const third = { refId: 'C', fields: [S('pod', ['c', 'a', 'd']), N('u', [8, 9, 10])] }
const twoTables = ['A', 'B'].map((refId, i) => ({ refId, fields: [T(1, 1), S('pod', ['p1', 'p2']), S('model', ['r', 'b']), N(`Value #${refId}`, [1 + i, 2 + i])] }))
const nums = { refId: 'A', fields: [T(1, 2, 3, 4, 5), N('x', [1.5, -2.25, null, 4, 0]), N('y', [2, 0, 3, 5, 8]), N('z', [1, 1, 2, 3, 5])] }
const byType = { matcher: { id: 'byType', options: 'number' } }
const named = (name) => ({ matcher: { id: 'byName', options: name } })

const calculations = [
  { mode: 'binary', binary: { left: named('x'), operator: '+', right: { fixed: '2' } } },
  { mode: 'binary', binary: { left: byType, operator: '*', right: { fixed: '2' } } },
  { mode: 'binary', binary: { left: { matcher: { id: 'byTypes', options: ['number'] } }, operator: '-', right: { fixed: '2' } } },
  { mode: 'binary', binary: { left: byType, operator: '/', right: named('z') } },
  { mode: 'binary', binary: { left: byType, operator: '+', right: { fixed: '1' } }, replaceFields: true },
  { mode: 'binary', binary: { left: { fixed: '10' }, operator: '-', right: named('y') } },
  { mode: 'binary', binary: { left: named('z'), operator: '-', right: named('y') }, alias: 'k' },
  { mode: 'binary', binary: { left: 'nix', operator: '+', right: 'y' } },
  ...['abs', 'round', 'floor', 'ceil', 'percent'].map((operator) => ({ mode: 'unary', unary: { operator, fieldName: 'x' } })),
  { mode: 'unary', unary: { operator: 'ln', fieldName: 'z' }, alias: 'l' },
  { mode: 'unary', unary: { operator: 'abs', fieldName: 'nix' } },
  ...['max', 'min', 'mean', 'sum', 'lastNotNull', 'firstNotNull', 'count', 'range', 'variance'].map((reducer) => ({ mode: 'reduceRow', reduce: { reducer } })),
  ...['p50', 'median', 'distinctCount', 'changeCount', 'diff', 'delta'].map((reducer) => ({ mode: 'reduceRow', reduce: { reducer, include: ['y', 'z'] } })),
  { mode: 'reduceRow', reduce: { reducer: 'mean', include: ['x', 'y'] }, replaceFields: true },
  { mode: 'reduceRow', reduce: { reducer: 'sum', include: ['nix'] } },
  {},
  { mode: 'index' }, { mode: 'index', alias: 'i', replaceFields: true }, { mode: 'index', index: { asPercentile: true } },
  { mode: 'cumulativeFunctions', cumulative: { field: 'x', reducer: 'sum' } }, { mode: 'cumulativeFunctions', cumulative: { field: 'x', reducer: 'mean' } },
  { mode: 'cumulativeFunctions', cumulative: { field: 'y', reducer: 'sum' }, alias: 't', replaceFields: true },
  // Of windows with missing values Grafana counts some twice: those are not asked.
  ...['mean', 'stdDev', 'variance'].flatMap((reducer) => ['trailing', 'centered'].flatMap((windowAlignment) => [['fixed', 2], ['fixed', 3], ['fixed', 4], ['percentage', 0.5], ['percentage', 0.1]].map(([windowSizeMode, windowSize]) => (
    { mode: 'windowFunctions', window: { field: 'y', reducer, windowSize, windowSizeMode, windowAlignment } })))),
  { mode: 'windowFunctions', window: { field: 'y', reducer: 'mean', windowSize: 2, windowSizeMode: 'fixed', windowAlignment: 'trailing' }, alias: 'w' },
]

const asks = [
  ...calculations.map((o) => ['calculateField', o, [nums]]),
  ...[{ mode: 'binary', binary: { left: byType, operator: '*', right: { fixed: '2' } } }, { mode: 'reduceRow', reduce: { reducer: 'sum' } }, { mode: 'reduceRow', reduce: { reducer: 'sum' }, timeSeries: false }, { mode: 'index' }].map((o) => ['calculateField', o, [a, b]]),
  ['groupToNestedTable', { fields: { model: { operation: 'groupby', aggregations: [] }, rate: { operation: 'aggregate', aggregations: ['sum'] } } }, [table]],
  ['groupToNestedTable', { fields: { pod: { operation: 'groupby', aggregations: [] }, errors: { operation: 'aggregate', aggregations: ['sum', 'max'] } } }, [table]],
  ['groupToNestedTable', { fields: { rate: { operation: 'aggregate', aggregations: ['sum'] } } }, [table]],
  ['order', { indexByName: { rate: 0, model: 1 } }, [table]],
  ['rename', { renameByName: { rate: 'R' } }, [table]],
  ['filterFields', { include: { id: 'byType', options: 'number' } }, [table]],
  ['filterFields', { exclude: { id: 'byName', options: 'pod' } }, [table]],
  ['ensureColumns', {}, [a, b]],
  ['noop', {}, [a]],
  ['append', {}, [a, b]],
  ['transpose', { firstFieldName: 'k', restFieldsName: 'v' }, [table]],
  ['organize', { excludeByName: { errors: true }, indexByName: { pod: 0, model: 1, rate: 2 }, renameByName: { rate: 'Requests' } }, [table]],
  ['organize', { excludeByName: {}, indexByName: { rate: 0, errors: 1, model: 2, pod: 3 }, renameByName: {} }, [table]],
  ['organize', { includeByName: { model: true, rate: true } }, [table]],
  ['renameByRegex', { regex: '(.*)e$', renamePattern: '$1X' }, [table]],
  ['renameByRegex', { regex: '/o/g', renamePattern: '0' }, [table]],
  ['filterFieldsByName', { include: { names: ['model', 'rate'] } }, [table]],
  ['filterFieldsByName', { include: { pattern: '/^(r|e)/' } }, [table]],
  ['filterFieldsByName', { exclude: { names: ['pod'] } }, [table]],
  ['filterByRefId', { include: 'A' }, [a, b]],
  ['filterByRefId', { include: 'A|B' }, [a, b]],
  ['filterByValue', { filters: [{ fieldName: 'rate', config: { id: 'greater', options: { value: 4 } } }], type: 'include', match: 'any' }, [table]],
  ['filterByValue', { filters: [{ fieldName: 'rate', config: { id: 'greater', options: { value: 4 } } }, { fieldName: 'pod', config: { id: 'equal', options: { value: 'p1' } } }], type: 'include', match: 'all' }, [table]],
  ['filterByValue', { filters: [{ fieldName: 'rate', config: { id: 'isNull', options: {} } }], type: 'exclude', match: 'any' }, [table]],
  ['filterByValue', { filters: [{ fieldName: 'errors', config: { id: 'between', options: { from: 0, to: 3 } } }], type: 'include', match: 'any' }, [table]],
  ['filterByValue', { filters: [{ fieldName: 'model', config: { id: 'regex', options: { value: '^[rc]$' } } }], type: 'include', match: 'any' }, [table]],
  ['filterByValue', { filters: [{ fieldName: 'errors', config: { id: 'lowerOrEqual', options: { value: 1 } } }], type: 'exclude', match: 'any' }, [table]],
  ['joinByField', { byField: 'Time', mode: 'outer' }, [a, b]],
  ['joinByField', { byField: 'Time', mode: 'inner' }, [a, b]],
  ['joinByField', { byField: 'model', mode: 'outer' }, [table, other]],
  ['joinByField', { byField: 'model', mode: 'inner' }, [{ refId: 'A', fields: [S('model', ['r', 'b', 'c']), N('rate', [1, 2, 3])] }, other]],
  ['joinByField', {}, [a, b]],
  ['seriesToRows', {}, [a, b]],
  ['merge', {}, [a, b]],
  ['merge', {}, [table, other]],
  ['merge', {}, [{ refId: 'A', fields: [S('model', ['r', 'b']), N('rate', [1, 2])] }, { refId: 'B', fields: [S('model', ['b', 'r']), N('size', [20, 10])] }]],
  ['merge', {}, [{ refId: 'A', fields: [T(1, 2), N('x', [1, 2])] }, { refId: 'B', fields: [T(2, 3), N('y', [3, 4])] }]],
  ['calculateField', { mode: 'reduceRow', reduce: { reducer: 'sum' } }, [table]],
  ['calculateField', { mode: 'reduceRow', reduce: { reducer: 'mean', include: ['rate', 'errors'] }, alias: 'avg' }, [table]],
  ['calculateField', { mode: 'binary', binary: { left: 'rate', operator: '/', right: 'errors' } }, [table]],
  ['calculateField', { mode: 'binary', binary: { left: 'errors', operator: '*', right: '2' }, alias: 'double' }, [table]],
  ['calculateField', { mode: 'binary', binary: { left: 'rate', operator: '-', right: 'errors' }, replaceFields: true }, [table]],
  ['calculateField', { mode: 'unary', unary: { operator: 'exp', fieldName: 'errors' } }, [table]],
  ['calculateField', { mode: 'unary', unary: { operator: 'percent', fieldName: 'errors' } }, [table]],
  ['calculateField', { mode: 'index' }, [table]],
  ['sortBy', { fields: {}, sort: [{ field: 'rate' }] }, [table]],
  ['calculateField', { mode: 'index', index: { asPercentile: true } }, [table]],
  ['calculateField', { mode: 'cumulativeFunctions', cumulative: { field: 'errors', reducer: 'sum' } }, [table]],
  ['calculateField', { mode: 'cumulativeFunctions', cumulative: { field: 'errors', reducer: 'mean' } }, [table]],
  ['calculateField', { mode: 'windowFunctions', window: { field: 'errors', reducer: 'mean', windowSize: 2, windowSizeMode: 'fixed', windowAlignment: 'trailing' } }, [table]],
  ['calculateField', { mode: 'windowFunctions', window: { field: 'errors', reducer: 'mean', windowSize: 3, windowSizeMode: 'fixed', windowAlignment: 'centered' } }, [table]],
  ['reduce', { reducers: ['max', 'mean'] }, [a, b]],
  ['reduce', { reducers: ['sum'], mode: 'reduceFields' }, [a, b]],
  ['reduce', { reducers: ['lastNotNull'], labelsToFields: true }, [a, b]],
  ['labelsToFields', {}, [a]],
  ['labelsToFields', {}, [a, b]],
  ['labelsToFields', { valueLabel: 'pod' }, [a]],
  ['labelsToFields', { mode: 'rows' }, [a]],
  ['labelsToFields', { keepLabels: ['pod'] }, [a, b]],
  ['convertFieldType', { conversions: [{ targetField: 'rate', destinationType: 'string' }], fields: {} }, [table]],
  ['sortBy', { fields: {}, sort: [{ field: 'rate', desc: true }] }, [table]],
  ['sortBy', { fields: {}, sort: [{ field: 'model' }] }, [table]],
  ['limit', { limitField: 2 }, [table]],
  ['groupBy', { fields: { model: { operation: 'groupby', aggregations: [] }, rate: { operation: 'aggregate', aggregations: ['sum', 'count'] } } }, [table]],
  ['groupBy', { fields: { pod: { operation: 'groupby', aggregations: [] }, errors: { operation: 'aggregate', aggregations: ['mean', 'lastNotNull'] } } }, [table]],
  ['concatenate', {}, [{ ...table, name: 'T' }, other]],
  ['groupingToMatrix', { columnField: 'pod', rowField: 'model', valueField: 'errors' }, [table]],
  // Joins of keys that occur several times.
  ...['outer', 'inner', 'outerTabular'].flatMap((mode) => [['joinByField', { byField: 'pod', mode }, many], ['joinByField', { byField: 'pod', mode }, [...many, third]]]),
  ['joinByField', { byField: 'pod', mode: 'outer' }, twoTables], ['joinByField', { byField: 'Time', mode: 'inner' }, [a, b]], ['joinByField', { mode: 'inner' }, [a, b]], ['joinByField', {}, [a, b]],
  ...[['equal', 'b'], ['notEqual', 'b'], ['regex', '^(b|c)$'], ['substring', 'R'], ['notSubstring', 'r'], ['isNull', ''], ['isNotNull', '']].map(([id, value]) => (
    ['filterByValue', { type: 'include', match: 'any', filters: [{ fieldName: 'model', config: { id, options: { value } } }] }, [table]])),
  ...[['greater', { value: 4 }], ['greaterOrEqual', { value: 5 }], ['lower', { value: 5 }], ['lowerOrEqual', { value: 5 }], ['between', { from: 3, to: 5 }], ['isNull', {}], ['isNotNull', {}], ['equal', { value: 5 }], ['notEqual', { value: 5 }]].flatMap(([id, options]) => ['include', 'exclude'].map((type) => (
    ['filterByValue', { type, match: 'all', filters: [{ fieldName: 'rate', config: { id, options } }] }, [table]]))),
  ['filterByValue', { type: 'exclude', match: 'all', filters: [{ fieldName: 'rate', config: { id: 'greater', options: { value: 4 } } }, { fieldName: 'pod', config: { id: 'equal', options: { value: 'p1' } } }] }, [table]],
  ['filterByValue', { type: 'exclude', match: 'any', filters: [{ fieldName: 'rate', config: { id: 'greater', options: { value: 4 } } }, { fieldName: 'pod', config: { id: 'equal', options: { value: 'p1' } } }] }, [table]],
  ...['Upper Case', 'Lower Case', 'Sentence Case', 'Title Case', 'Pascal Case', 'Camel Case', 'Snake Case', 'Kebab Case', 'Trim', 'Substring'].map((outputFormat) => ['formatString', { stringField: 's', outputFormat, substringStart: 1, substringEnd: 4 }, [{ refId: 'A', fields: [S('s', ['hello World_foo', ' a-b c ', 'Ä über'])] }]]),
  ...['field', 'label', 'drop'].map((frameNameMode) => ['concatenate', { frameNameMode, frameNameLabel: 'src' }, [{ ...table, name: 'fa' }, { ...other, name: 'fb' }]]),
  ...['null', 'empty', 'zero'].map((emptyValue) => ['groupingToMatrix', { columnField: 'pod', rowField: 'model', valueField: 'errors', emptyValue }, [table]]),
  ['groupingToMatrix', {}, [a]],
  ...[-2, '2', 0].map((limitField) => ['limit', { limitField }, [table]]),
  // Texts that become texts get quotes in Grafana: not asked.
  ...['number', 'string', 'boolean', 'time'].flatMap((destinationType) => (destinationType === 'string' ? ['rate'] : ['model', 'rate']).map((targetField) => ['convertFieldType', { conversions: [{ targetField, destinationType }] }, [table]])),
  ...['string', 'number', 'boolean'].map((destinationType) => ['convertFieldType', { conversions: [{ targetField: 'Time', destinationType }] }, [nums]]),
  ['convertFieldType', { conversions: [{ targetField: 'Time', destinationType: 'string', dateFormat: 'YYYY-MM', timezone: 'utc' }] }, [nums]],
  ['convertFieldType', { conversions: [{ targetField: 'd', destinationType: 'time' }] }, [{ refId: 'A', fields: [S('d', ['2017-07-01', '2018-08-02T10:00:00Z', 'no date'])] }]],
  ['convertFieldType', { conversions: [{ targetField: 'd', destinationType: 'time', dateFormat: 'YYYY' }] }, [{ refId: 'A', fields: [S('d', ['2017-07-01', '2018-08-02'])] }]],
  ['convertFieldType', { conversions: [{ targetField: 'd', destinationType: 'number' }] }, [{ refId: 'A', fields: [S('d', ['1,234.5', '12 ms', '0x10', '1e3', ''])] }]],
  ...[{ outputFormat: 'YYYY', timezone: 'utc' }, { outputFormat: 'YYYY-MM-DD HH:mm:ss.SSS', timezone: 'utc' }].map((o) => ['formatTime', { timeField: 'Time', ...o }, [nums]]),
  ['renameByRegex', { regex: '(?<n>r)ate', renamePattern: '$<n>x' }, [table]], ['renameByRegex', { regex: 'E', renamePattern: 'x' }, [table]], ['renameByRegex', { regex: '/E/gi', renamePattern: 'x' }, [table]],
  ['reduce', { reducers: ['max'], mode: 'reduceFields', includeTimeField: true }, [a, b]], ['reduce', { reducers: ['countAll', 'distinctCount', 'changeCount'] }, [table]], ['reduce', { reducers: ['lastNotNull', 'first'] }, [table]], ['reduce', { reducers: ['first'], mode: 'reduceFields' }, [table]],
  ['sortBy', { sort: [{ field: 'errors', desc: true }] }, [table]], ['sortBy', { sort: [{ field: 'nosuch' }] }, [table]],
  ['merge', {}, [table, other]], ['merge', {}, twoTables], ['merge', {}, [a, b]],
  ['seriesToRows', {}, [{ ...a, name: 'n1' }, { ...b, name: 'n2' }]], ['labelsToFields', { mode: 'rows' }, [a, b]], ['labelsToFields', { mode: 'rows', keepLabels: ['pod'] }, [a]],
  ['histogram', { bucketSize: 2, bucketOffset: 1 }, [table]], ['histogram', { bucketSize: 5, combine: true }, [table]],
  ['filterFieldsByName', { include: { names: ['rate'], pattern: '/^m/' } }, [table]], ['filterFieldsByName', { exclude: { pattern: '/^m|rate/' } }, [table]], ['filterByRefId', { include: 'B' }, [a, b]], ['filterByRefId', { include: 'A|B' }, [a, b]],
  ['groupBy', { fields: { model: { operation: 'groupby', aggregations: [] }, pod: { operation: 'groupby', aggregations: [] }, errors: { operation: 'aggregate', aggregations: ['sum'] } } }, [table]],
  ['organize', { excludeByName: {}, indexByName: {}, renameByName: { nosuch: 'x' } }, [table]],
  ...[true, false].flatMap((desc) => [['organize', { orderByMode: 'auto', orderBy: [{ type: 'name', desc }] }, [table]], ['organize', { orderByMode: 'auto', orderBy: [{ type: 'label', name: 'pod', desc }] }, [{ refId: 'A', fields: [N('v', [1], { pod: 'p10' }), T(1), N('w', [2], { pod: 'p9' }), N('u', [3])] }]]]),
  // Where the frames of other queries go that a transformation leaves.
  ...[['A', 'B'], ['A', 'B', 'C'], ['A', 'B', 'C', 'D']].flatMap((refs) => ['A', 'B', 'C', 'D', 'A|B', 'A|C', 'B|C', 'B|D'].flatMap((ids) => [['limit', { limitField: 1 }], ['merge', {}]].map(([id, o]) => [id, o, refs.map((refId) => ({ ...third, refId, fields: [S('pod', ['x', 'y']), N(`v${refId}`, [1, 2])] })), { id: 'byRefId', options: `/^(?:${ids})$/` }]))),
]

exports.answer = () => {
  globalThis.window = globalThis // transformDataFrame looks for a scene there
  data.standardTransformersRegistry.setInit(() => Array.from(new Map(Object.values(data.standardTransformers).map((t) => [t.id, { id: t.id, name: t.name, transformation: async () => t }])).values()))
  const fields = (f, all) => f.fields.map((x) => ({ name: data.getFieldDisplayName(x, f, all), kind: x.type, values: Array.from(x.values, (v) => (v === undefined ? null : x.type === 'nestedFrames' ? nested(v) : v)) }))
  const nested = (list) => list.map((f) => fields(f, list).map((x) => `${x.name}: ${x.values.join(' ')}`).join('; ')).join()
  return Promise.all(asks.map(([id, options, frames, filter]) => new Promise((resolve, reject) => {
    data.transformDataFrame([{ id, options, filter }], frames.map((f) => data.toDataFrame(structuredClone(f))), { interpolate: (s) => s }).subscribe({
      next: (r) => resolve({ id, options, frames, filter, result: r.map((f) => ({ fields: fields(f, r) })) }), error: reject,
    })
  })))
}
