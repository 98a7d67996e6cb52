import { expect, test } from 'vitest'
import type { ExploreChart } from '../lib/api'
import { joined } from './joined'
import { checkable, parts, series, traceId } from './parts'
import { panelOf } from './panel'
import { query } from './state'

test.each([
  ['{} | rate()', true],
  ['{ name = "a" } | by(name) | count() > 2', false],
  ['{} | quantile_over_time(duration, .9) by (name)', true],
  ['{ name = "| rate(" }', false],
  ['{} |compare({status=error})', true],
])('%s', (text, is) => expect(series(text)).toBe(is))

test.each([
  ['0AF7651916cd43dd8448eb211c80319c ', '0af7651916cd43dd8448eb211c80319c'],
  ['8448eb211c80319c', '8448eb211c80319c'],
  ['{}', ''],
  ['deadbeef', ''],
])('%s names the trace "%s"', (text, id) => {
  expect(traceId(text)).toBe(id)
  expect(parts([query({ type: 'traceql', text })])[0]!.kind).toBe(id ? 'trace' : 'search')
})

test('PromQL queries share a chart', () => {
  const list = [query({ type: 'promql', text: 'a' }), query({ ref: 'B', type: 'promql', text: 'b' }), query({ ref: 'C', text: '{}' })]
  expect(parts(list).map((p) => [p.kind, p.queries.length, p.at])).toEqual([['metrics', 2, 0], ['search', 1, 2]])
})

test('lines on the same times are one chart', () => {
  const chart = (label: string, times: number[]) => ({ kind: 'lines', query: label, unit: 'seconds', stepMs: 1, timesMs: times, series: [{ label }], seriesTotal: 1, exemplars: [{ series: 0 }], rows: [], warnings: [] }) as unknown as ExploreChart
  const got = joined([chart('a', [1, 2]), chart('b', [1, 2]), chart('c', [5, 6])])
  expect(got.map((c) => c.series.map((s) => s.label))).toEqual([['a', 'b'], ['c']])
  expect(got[0]!.exemplars.map((e) => e.series)).toEqual([0, 1])
})

test.each([
  ['{ name = "$model" && duration > 1s }', true],
  ['{ duration > $least }', false],
  ['{ duration > ${least:raw} } | rate()', false],
  ['{ [[tag]] = 1 }', false],
  ['{ duration >', true],
  ['0af7651916cd43dd8448eb211c80319c', false],
])('the parser can judge %s: %s', (text, can) => expect(checkable(text)).toBe(can))

test('a query becomes the panel that shows it', () => {
  const of = (q: Parameters<typeof query>[0], type: string) => panelOf([query(q)], { type, uid: 'u' } as never)
  expect(of({ type: 'promql', text: 'up', step: '15s' }, 'prometheus')).toMatchObject({ type: 'timeseries', datasource: { uid: 'u' }, targets: [{ refId: 'A', expr: 'up', interval: '15s', range: true, instant: false }] })
  expect(of({ type: 'promql', text: 'up', mode: 'instant' }, 'prometheus')).toMatchObject({ type: 'table', targets: [{ format: 'table', instant: true, range: false }] })
  expect(of({ text: '{ name = "a" }', table: 'spans' }, 'tempo')).toMatchObject({ type: 'table', targets: [{ queryType: 'traceql', query: '{ name = "a" }', tableType: 'spans', spss: 20 }] })
  expect(of({ text: '{ name = "a" }', table: 'spans', columns: ['span.a', '-span.b', 'resource.c'] }, 'tempo').targets).toMatchObject([{ query: '{ name = "a" } | select(span.a, resource.c)' }])
  expect(of({ type: 'traceql', text: '{} | rate()' }, 'tempo').type).toBe('timeseries')
  expect(of({ type: 'serviceMap' }, 'tempo').type).toBe('nodeGraph')
})
