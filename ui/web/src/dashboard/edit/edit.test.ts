import { expect, test } from 'vitest'
import type { PanelModel, Target } from '../model'
import { changed } from './changed'
import { fields, fieldsOf, kinds, partOf, propertyOf } from './fields'
import { flat, nested } from './mappings'
import { formOf, searchOf } from '../../explore/filters'
import { write } from '../../explore/form'
import { conditionsOf, emptyExpression, isExpression, ofKind, withEnd } from './expressions'
import { emptyTarget, viewFor } from './queries'

test('mappings of every kind are read and written back', () => {
  const file = [
    { type: 'value', options: { '0': { text: 'down', color: 'red', index: 0 }, '1': { text: 'up', index: 1 } } },
    { type: 'range', options: { from: 2, to: null, result: { text: 'many', index: 2 } } },
    { type: 'regex', options: { pattern: '/x/', result: { color: 'blue', index: 3 } } },
    { type: 'special', options: { match: 'null', result: { text: 'n/a', index: 4 } } },
  ]
  expect(flat(nested(flat(file)))).toEqual(flat(file))
  expect(flat(file).map((m) => m.text)).toEqual(['down', 'up', 'many', '', 'n/a'])
})

test('every kind of view has options, and every option a place', () => {
  for (const k of kinds) if (k.type !== 'traces') expect([...fieldsOf(k.type)].length, k.type).toBeGreaterThan(0)
  expect(new Set(fields.map((f) => `${f.path} ${f.types?.join()}`)).size).toBe(fields.length)
})

test('an override names an option as Grafana does', () => {
  const by = (path: string) => fields.find((f) => f.path === `fieldConfig.defaults.${path}`)!
  expect(propertyOf(by('custom.lineWidth'))).toBe('custom.lineWidth')
  expect([propertyOf(by('custom.stacking.mode')), partOf(by('custom.stacking.mode'))]).toEqual(['custom.stacking', 'mode'])
  expect([propertyOf(by('color.mode')), partOf(by('color.mode'))]).toEqual(['color', 'mode'])
})

test('a query type brings the view that suits it', () => {
  const panel = { type: 'timeseries' } as PanelModel
  const of = (t: Partial<Target>) => viewFor(panel, { refId: 'A', ...t })
  expect(of({ queryType: 'traceqlSearch' })).toBe('table')
  expect(of({ queryType: 'traceql', query: '{ status = error }' })).toBe('table')
  expect(of({ queryType: 'traceql', query: '{} | rate()' })).toBe('timeseries')
  expect(of({ queryType: 'traceql', query: '0af7651916cd43dd8448eb211c80319c' })).toBe('traces')
  expect(of({ queryType: 'serviceMap' })).toBe('nodeGraph')
  expect(viewFor({ type: 'nodeGraph' } as PanelModel, { refId: 'A', expr: 'up' })).toBe('timeseries')
})

test('the search form of a file is read into conditions and written back as Grafana has it', () => {
  const filters = [
    { id: 'service-name', tag: 'service.name', operator: '=', scope: 'resource', value: ['a', 'b'], valueType: 'string' },
    { id: 'span-name', tag: 'name', operator: '=', scope: 'span', value: ['compute'], valueType: 'string' },
    { id: 'status', tag: 'status', operator: '=', scope: 'intrinsic', value: ['error'], valueType: 'keyword' },
    { id: 'min-duration', tag: 'duration', operator: '>=', scope: 'intrinsic', value: '20ms', valueType: 'duration' },
    { id: 'condition-4', tag: 'triton.model_version', operator: '!=', scope: 'span', value: ['3'], valueType: 'int' },
    { id: 'condition-5', tag: 'http.status_code', operator: '=', scope: 'unscoped', value: ['200'], valueType: 'either' },
  ]
  const target = { ...emptyTarget('A', { type: 'tempo', uid: 't' } as never), filters }
  expect(write(formOf(target))).toBe(
    '{ (resource.service.name = "a" || resource.service.name = "b") && name = "compute" && status = error && duration >= 20ms && span.triton.model_version != 3 && (.http.status_code = "200" || .http.status_code = 200) }',
  )
  expect(searchOf(target, formOf(target)).filters).toEqual(filters)
})

test('a search of an older Grafana is read, and written as one of today', () => {
  const old = { refId: 'A', queryType: 'nativeSearch', serviceName: 'triton', minDuration: '1s', limit: 5 }
  expect(write(formOf(old))).toBe('{ resource.service.name = "triton" && duration >= 1s }')
  expect(searchOf(old, formOf(old))).toMatchObject({ refId: 'A', queryType: 'traceqlSearch', limit: 5, filters: [{ id: 'service-name' }, { id: 'min-duration', value: '1s' }] })
})

test('what two texts have differently is told with the lines around it', () => {
  const before = Array.from({ length: 20 }, (_, i) => `line ${i}`)
  const after = before.with(10, 'mine').toSpliced(15, 1)
  const got = changed(before.join('\n'), after.join('\n'))
  expect(got.filter((l) => l.sign === '-').map((l) => l.text)).toEqual(['line 10', 'line 15'])
  expect(got.filter((l) => l.sign === '+').map((l) => l.text)).toEqual(['mine'])
  expect(got[0]).toEqual({ sign: '…', text: '' })
  expect(got[1]!.text).toBe('line 7')
  expect(changed('a', 'a')).toEqual([{ sign: '…', text: '' }])
})

test('an expression changes its kind and keeps its input', () => {
  const math = emptyExpression('B', [{ refId: 'A' }])
  expect([math.expression, isExpression(math)]).toEqual(['$A', true])
  const reduced = ofKind({ ...math, expression: '$A * 100' }, 'reduce')
  expect([reduced.expression, reduced.reducer]).toEqual(['A', 'mean'])
  expect(ofKind(reduced, 'math').expression).toBe('$A')
  expect(conditionsOf(ofKind(math, 'classic_conditions'))[0]).toMatchObject({ query: { params: ['A'] }, evaluator: { type: 'gt', params: [0] } })
})

test('a comparison has as many numbers as it needs', () => {
  expect(withEnd({ type: 'within_range', params: [1] }, 1, '5').params).toEqual([1, 5])
  expect(withEnd({ type: 'gt', params: [1] }, 0, 'x').params).toEqual([1])
})
