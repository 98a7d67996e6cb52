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
]

exports.answer = () => {
  globalThis.window = globalThis // transformDataFrame looks for a scene there
  data.standardTransformersRegistry.setInit(() => Array.from(new Map(Object.values(data.standardTransformers).map((t) => [t.id, { id: t.id, name: t.name, transformation: async () => t }])).values()))
  const fields = (f, all) => f.fields.map((x) => ({ name: data.getFieldDisplayName(x, f, all), kind: x.type, values: Array.from(x.values, (v) => (v === undefined ? null : x.type === 'nestedFrames' ? nested(v) : v)) }))
  const nested = (list) => list.map((f) => fields(f, list).map((x) => `${x.name}: ${x.values.join(' ')}`).join('; ')).join()
  return Promise.all(asks.map(([id, options, frames]) => new Promise((resolve, reject) => {
    data.transformDataFrame([{ id, options }], frames.map((f) => data.toDataFrame(structuredClone(f))), { interpolate: (s) => s }).subscribe({
      next: (r) => resolve({ id, options, frames, result: r.map((f) => ({ fields: fields(f, r) })) }), error: reject,
    })
  })))
}
