import { expect, test } from 'vitest'
import type { DataStep } from '../../lib/api'
import { shifted, type PanelModel } from '../model'
import { columnsOf, grouped, groupOf, isShown, ordered, organized, renamed, roleColumns, roleOf, shown, withRole } from './columns'
import { allNumbers, fieldNames, fits, numbered, operand, operandOf, refsOf, turned, valued, withRefs, type FormField } from './form'
import { isHeeded, kindOf, kinds } from './kinds'
import { begun, replaced, transformationsOf } from './list'
import { summary } from './summary'

const step: DataStep = {
  frames: 1, rows: 3, cut: 0, labels: ['pod'], refs: ['A', 'B'], says: [],
  fields: [{ name: 'Time', kind: 'time', refs: ['A', 'B'] }, { name: 'a.b', kind: 'number', refs: ['A'] }, { name: '2', kind: 'number', refs: ['B'] }, { name: 'pod', kind: 'text', refs: ['B'] }],
}

test('every transformation says what it does, begins with options that its form can show, and is heeded', () => {
  expect(new Set(kinds.map((k) => k.id)).size).toBe(kinds.length)
  for (const k of kinds) {
    expect(k.does.length, k.id).toBeGreaterThan(8)
    expect([begun(k.id).id, isHeeded(k.id)]).toEqual([k.id, true])
    const known = new Set(k.fields.map((f) => f.path.split('.')[0]))
    const parts: Record<string, string[]> = { organize: ['excludeByName', 'indexByName', 'renameByName', 'includeByName'], groups: ['fields'] }
    // "fields" is what Grafana itself writes, and nobody reads
    for (const key of Object.keys(k.start)) expect(known.has(key) || (k.part && parts[k.part]?.includes(key)) || key === 'fields' || key === 'useTimezone', `${k.id} ${key}`).toBe(true)
  }
  expect([kindOf('seriesToColumns')?.id, kindOf('smooth'), isHeeded('rename'), isHeeded('spatial')]).toEqual(['joinByField', undefined, true, false])
})

test('fields are offered by what they hold', () => {
  expect(fieldNames(step, ['number'])).toEqual(['a.b', '2'])
  expect(fieldNames(step)).toHaveLength(4)
  expect(fieldNames(undefined)).toEqual([])
})

test('queries are named as files name them', () => {
  expect([refsOf('A'), refsOf('A|B'), refsOf('/^(?:A|B)$/'), refsOf(undefined), refsOf('')]).toEqual([['A'], ['A', 'B'], ['A', 'B'], [], []])
  expect([withRefs(['A', 'B']), withRefs([]), turned(['A', 'B'], 'A'), turned(['A'], 'B')]).toEqual(['A|B', undefined, ['B'], ['A', 'B']])
})

test('a side of a calculation is a field, a number, a variable or all numbers, in old files and new', () => {
  expect(['a', { fixed: '2' }, { matcher: { id: 'byName', options: 'a' } }, { matcher: { id: 'byType', options: 'number' } }, undefined, 5].map(operandOf)).toEqual(['a', '2', 'a', allNumbers, '', '5'])
  const names = fieldNames(step)
  expect(operand('a.b', names)).toEqual({ matcher: { id: 'byName', options: 'a.b' } })
  expect(operand('2', names), 'a field that is called 2').toEqual({ matcher: { id: 'byName', options: '2' } })
  expect([operand('60', names), operand('$limit', names), operand(allNumbers, names)]).toEqual([{ fixed: '60' }, { fixed: '$limit' }, { matcher: { id: 'byType', options: 'number' } }])
  expect(operandOf(operand('not there yet', names))).toBe('not there yet')
})

test('what a condition compares with is a number where the field has numbers', () => {
  expect([valued('5', step, 'a.b'), valued('5', step, 'pod'), valued('$x', step, 'a.b'), valued('', step, 'a.b'), valued('7', undefined, 'a.b')]).toEqual([5, '5', '$x', '', '7'])
})

test('a number may be a variable, and nothing else', () => {
  expect(['5', '', ' ', '$n', 'five', '-2.5'].map(numbered)).toEqual([5, undefined, undefined, '$n', null, -2.5])
})

test('options that count for another mode are not shown', () => {
  const f = kindOf('calculateField')!.fields
  const paths = (mode?: string) => f.filter((x: FormField) => fits(x, { mode })).map((x) => x.path)
  expect(paths('binary')).toEqual(['mode', 'binary.left', 'binary.operator', 'binary.right', 'alias', 'replaceFields'])
  expect(paths()).toContain('reduce.reducer')
})

test('fields are hidden, renamed and ordered by their names, dots included', () => {
  let o = shown({ renameByName: { gone: 'x' }, other: 1 }, 'a.b', false)
  o = renamed(o, 'a.b', 'First')
  o = renamed(o, 'gone', '')
  expect(o).toEqual({ renameByName: { 'a.b': 'First' }, other: 1, excludeByName: { 'a.b': true } })
  expect([isShown(o, 'a.b'), isShown(o, 'pod')]).toEqual([false, true])
  expect(shown(o, 'a.b', true).excludeByName).toEqual({})
  const list = organized(step, o)
  const at = ordered({ ...o, indexByName: { away: 9 } }, shifted(list, 3, -2))
  expect(at.indexByName).toEqual({ away: 9, Time: 0, pod: 1, 'a.b': 2, '2': 3 })
  expect(organized(step, at).map((c) => c.name)).toEqual(['Time', 'pod', 'a.b', '2'])
})

test('fields that are chosen by inclusion stay so', () => {
  const o = { includeByName: { pod: true } }
  expect(['pod', 'Time'].map((n) => isShown(o, n))).toEqual([true, false])
  expect(shown(o, 'Time', true).includeByName).toEqual({ pod: true, Time: true })
  expect(shown(o, 'pod', false)).toEqual({ includeByName: { pod: false } })
})

test('names that only the options have are listed behind those of the data', () => {
  expect(columnsOf(step, ['gone', 'pod', 'gone']).map((c) => [c.name, c.gone])).toEqual([['Time', false], ['a.b', false], ['2', false], ['pod', false], ['gone', true]])
})

test('two fields of one name are one line: the options know them by it', () => {
  const twice = { ...step, fields: [...step.fields, step.fields[0]!] }
  expect(columnsOf(twice, [])).toEqual(columnsOf(step, []))
})

test('fields are grouped, or something is calculated of them', () => {
  let o = grouped({ kept: true }, 'pod', { operation: 'groupby' })
  o = grouped(o, 'a.b', { operation: 'aggregate' })
  o = grouped(o, 'a.b', { aggregations: ['mean'] })
  expect(o).toEqual({ kept: true, fields: { pod: { operation: 'groupby', aggregations: [] }, 'a.b': { operation: 'aggregate', aggregations: ['mean'] } } })
  expect(groupOf(grouped(o, 'pod', { operation: null }), 'pod')).toEqual({})
})

test('fields have roles, and those of the query of the options are listed alone', () => {
  let o = withRole({ configRefId: 'B' }, 'pod', { handlerKey: 'threshold1' })
  o = withRole(o, 'pod', { reducerId: 'max' })
  expect(o.mappings).toEqual([{ fieldName: 'pod', handlerKey: 'threshold1', reducerId: 'max' }])
  expect(roleOf(o, 'pod').reducerId).toBe('max')
  expect(withRole(o, 'pod', { handlerKey: '' }).mappings).toEqual([])
  expect(roleColumns(step, o, 'B').map((c) => c.name)).toEqual(['Time', '2', 'pod'])
})

test('a change keeps what no form shows, and writes nothing that is not set', () => {
  const list = transformationsOf({ transformations: [{ id: 'reduce', options: { reducers: ['max'], extra: { deep: 1 } }, topic: 'series' }] } as unknown as PanelModel)
  const on = replaced(list, 0, { ...list[0]!, disabled: true })
  expect(on[0]).toEqual({ id: 'reduce', options: { reducers: ['max'], extra: { deep: 1 } }, topic: 'series', disabled: true })
  expect(Object.keys(replaced(on, 0, { ...on[0]!, disabled: undefined })[0]!)).not.toContain('disabled')
  expect(transformationsOf({} as PanelModel)).toEqual([])
})

test('a line says what each is set to', () => {
  const says = (id: string, options: object) => summary(id, options as Record<string, unknown>)
  expect(says('reduce', { reducers: ['max', 'mean'], mode: 'reduceFields' })).toBe('reduce fields, Max, Mean')
  expect(says('calculateField', { mode: 'binary', alias: 'share', binary: { left: { matcher: { id: 'byName', options: 'a' } }, operator: '/', right: { fixed: '2' } } })).toBe('share = a / 2')
  expect(says('calculateField', { reduce: { reducer: 'sum' }, replaceFields: true })).toBe('Total of all numbers, instead of all fields')
  expect(says('organize', { excludeByName: { Time: true, a: false }, renameByName: { b: 'B' }, indexByName: { b: 0 } })).toBe('without Time, b → B, ordered')
  expect(says('filterByValue', { type: 'include', match: 'any', filters: [{ fieldName: 'a', config: { id: 'greater', options: { value: 0 } } }] })).toBe('a is greater 0')
  expect(says('groupBy', { fields: { pod: { operation: 'groupby' }, v: { operation: 'aggregate', aggregations: ['sum'] } } })).toBe('by pod; Total of v')
  expect(says('filterFieldsByName', { include: { names: ['a', 'b', 'c', 'd', 'e', 'f'] } })).toBe('a, b, c, d and 2 more')
  expect(says('sortBy', { sort: [{ field: 'Value', desc: true }] })).toBe('Value reverse')
  expect(says('timeSeriesTable', { A: { stat: 'mean' } })).toBe('A: Mean')
  expect(says('configFromData', { configRefId: 'B', mappings: [{ fieldName: 'v', handlerKey: 'max' }] })).toBe('from B, v as max')
  expect(says('filterByRefId', { include: '/^(?:A|B)$/' })).toBe('A, B')
  expect(says('extractFields', { source: 'pod', format: 'json', replace: true })).toBe('pod, JSON, replace all fields')
  expect([says('spatial', {}), says('limit', { limitField: 10 })]).toEqual(['', ''])
})
