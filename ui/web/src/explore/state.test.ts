import { describe, expect, test } from 'vitest'
import { pane, query, read, write } from './state'

const of = (params: Record<string, string>) => read(new URLSearchParams(params))
const back = (address: Record<string, string | null>) => read(new URLSearchParams(Object.entries(address).filter((e): e is [string, string] => e[1] !== null)))

describe('addresses of Explore', () => {
  test('nothing said is a search of everything', () => expect(of({})).toEqual({ panes: [pane()], range: null }))

  test('a plain query', () => expect(of({ q: '{ status = error }' }).panes[0]!.queries[0]).toMatchObject({ type: 'search', text: '{ status = error }' }))

  test.each([
    [[pane()]],
    [[pane({ ds: 'tempo', queries: [query({ type: 'traceql', text: '{} | rate()', step: '1m', view: 'heat', table: 'spans', columns: ['span.a', 'span.b'], limit: 20 })] })]],
    [[pane({ ds: 'P1', queries: [query({ type: 'promql', text: 'up', mode: 'both', legend: '{{pod}}' })] })]],
    [[pane({ queries: [query({ text: '{}' })], box: { q: '{}', from: 'now-1h', to: 'now', fromMs: 5, toMs: 6, by: 'duration', low: 1, high: 2, boxFrom: 3, boxTo: 4 } })]],
    [[pane({ ds: 'a', queries: [query({ text: '{ name = "é" }' })] }), pane({ ds: 'b', queries: [query({ type: 'promql', text: 'x' }), query({ ref: 'B', type: 'promql', text: 'y', mode: 'instant' })], range: { from: 'now-2h', to: 'now-1h' } })]],
    [[pane({ ds: 'a', queries: [query({ type: 'serviceMap', text: '{client="x"}' })] }), pane({ ds: 'b', queries: [query({ type: 'traceql', text: '{}', columns: ['span.x'] })] })]],
  ])('what is shown is read back from its address', (panes) => expect(back(write(panes)).panes).toEqual(panes))

  test("Grafana's left, as an object", () => {
    const got = of({ left: JSON.stringify({ datasource: 'tempo', queries: [{ refId: 'A', queryType: 'traceql', query: '{ duration > 1s }', limit: 20, tableType: 'spans' }], range: { from: 'now-3h', to: 'now' } }) })
    expect(got.range).toEqual({ from: 'now-3h', to: 'now' })
    expect(got.panes).toEqual([pane({ ds: 'tempo', queries: [query({ type: 'traceql', text: '{ duration > 1s }', limit: 20, table: 'spans' })] })])
  })

  test("Grafana's left, as a list", () => {
    const got = of({ left: JSON.stringify(['1700000000000', '1700000600000', 'prometheus', { expr: 'rate(x[$__rate_interval])', refId: 'A' }, { ui: [true, true, true, 'none'] }]) })
    expect(got.range).toEqual({ from: '1700000000000', to: '1700000600000' })
    expect(got.panes[0]!.queries).toEqual([query({ type: 'promql', text: 'rate(x[$__rate_interval])' })])
  })

  test("Grafana's panes", () => {
    const got = of({
      schemaVersion: '1',
      panes: JSON.stringify({
        abc: { datasource: 'P8D', queries: [{ refId: 'A', datasource: { type: 'tempo', uid: 'P8D' }, queryType: 'traceqlSearch', limit: 20, tableType: 'traces', filters: [
          { id: 'service-name', tag: 'service.name', operator: '=', scope: 'resource', value: ['a'], valueType: 'string' },
          { id: 'status', tag: 'status', operator: '=', scope: 'intrinsic', value: 'error', valueType: 'keyword' },
          { id: 'x', tag: 'm', operator: '=', scope: 'span', value: ['p', 'q'], valueType: 'string' }, { id: 'y', operator: '=' }] }], range: { from: 'now-1h', to: 'now' } },
        def: { datasource: 'P18', queries: [{ refId: 'A', expr: 'up', range: true, instant: true, legendFormat: '__auto', datasource: { type: 'prometheus', uid: 'P18' } }], range: { from: 'now-2h', to: 'now' } },
      }),
    })
    expect(got.range).toEqual({ from: 'now-1h', to: 'now' })
    expect(got.panes[0]!.queries[0]).toMatchObject({ type: 'search', text: '{ resource.service.name = "a" && status = error && (span.m = "p" || span.m = "q") }' })
    expect(got.panes[1]).toMatchObject({ ds: 'P18', range: { from: 'now-2h', to: 'now' } })
    expect(got.panes[1]!.queries[0]).toMatchObject({ type: 'promql', text: 'up', mode: 'both', legend: '__auto' })
  })

  test('a service graph and a data source that is a variable', () => {
    const got = of({ left: JSON.stringify({ datasource: '${DS}', queries: [{ refId: 'A', queryType: 'serviceMap', serviceMapQuery: ['{client!="user"}'] }] }) })
    expect(got.panes[0]).toMatchObject({ ds: '', queries: [{ type: 'serviceMap', text: '{client!="user"}' }] })
  })

  test('what cannot be read is shown as a plain address', () => expect(of({ left: '{"a', q: '{}' }).panes[0]!.queries[0]!.text).toBe('{}'))
})
