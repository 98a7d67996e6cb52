import { describe, expect, test } from 'vitest'
import type { Span, Trace } from '../lib/api'
import { emptyFilter, matches, nanos, nextMatch, terms, Texts, type Filter } from './find'

const attr = (key: string, value: string) => ({ key, value, type: 'string' })
const span = (name: string, service: string, durationNs: number, attrs: [string, string][] = [], events: string[] = []) =>
  ({ name, service, durationNs, id: name, resource: 0, statusText: '', failed: false, attrs: attrs.map(([k, v]) => attr(k, v)), events: events.map((n) => ({ name: n, attrs: [] })) }) as unknown as Span
const trace = {
  resources: [{ service: 'x', attrs: [attr('host.name', 'node-7')] }],
  spans: [
    span('ingress', 'envoy-0', 80e6, [['grpc.status_code', '0'], ['user_agent', 'my client']]),
    span('InferRequest', 'triton-0', 45e6, [], ['GRPC_WAITREAD_START']),
    span('add_sub', 'triton-0', 44e6, [['triton.model_name', 'add_sub']]),
    span('compute', 'triton-0', 43e6),
  ],
} as unknown as Trace
const find = (f: Partial<Filter>) => matches(new Texts(trace), { ...emptyFilter, ...f })

describe('a search within a trace', () => {
  test('finds words in names, services, attributes, resources and events', () => {
    expect(find({ text: 'INFER' })).toEqual([1])
    expect(find({ text: 'envoy' })).toEqual([0])
    expect(find({ text: 'my client' })).toEqual([0])
    expect(find({ text: 'waitread' })).toEqual([1])
    expect(find({ text: 'node-7' })).toEqual([0, 1, 2, 3])
    expect(find({ text: 'nowhere' })).toEqual([])
  })
  test('all that is asked must fit', () => {
    expect(find({ service: 'triton-0', min: '44ms' })).toEqual([1, 2])
    expect(find({ service: 'triton-0', max: '44ms' })).toEqual([2, 3])
    expect(find({ name: 'add', text: 'ingress' })).toEqual([])
  })
  test('attributes by key, by value, by another value', () => {
    expect(find({ attrs: 'grpc.status_code=0' })).toEqual([0])
    expect(find({ attrs: 'user_agent="my client"' })).toEqual([0])
    expect(find({ attrs: 'triton.model_name' })).toEqual([2])
    expect(find({ attrs: 'triton.model_name!=tau_id' })).toEqual([2])
    expect(find({ attrs: 'triton.model_name!=add_sub' })).toEqual([])
    expect(find({ attrs: 'host.name=node-7 triton.model_name' })).toEqual([2])
  })
  test('the next match goes round', () => {
    expect(nextMatch([2, 5, 9], 5, 1)).toBe(9)
    expect(nextMatch([2, 5, 9], 9, 1)).toBe(2)
    expect(nextMatch([2, 5, 9], -1, 1)).toBe(2)
    expect(nextMatch([2, 5, 9], 2, -1)).toBe(9)
    expect(nextMatch([2, 5, 9], -1, -1)).toBe(9)
    expect(nextMatch([], 2, 1)).toBe(-1)
  })
  test('durations and conditions are read', () => {
    expect(['1.5s', '20 ms', '3µs', '2us', '1m', 'x', '5'].map(nanos)).toEqual([1.5e9, 20e6, 3000, 2000, 60e9, null, null])
    expect(terms('a=1 b c!="x y"')).toEqual([
      { key: 'a', value: '1', not: false }, { key: 'b', value: null, not: false }, { key: 'c', value: 'x y', not: true },
    ])
  })
})
