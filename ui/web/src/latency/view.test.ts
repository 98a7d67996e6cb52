import { describe, expect, it } from 'vitest'
import type { Latency, LatencyRow, LatencyTime } from '../lib/api'
import { byOf, comparison, longest, marked, nameOf, pieces, statOf } from './view'

const time = (meanMs: number): LatencyTime => ({ p50Ms: meanMs / 2, p90Ms: meanMs * 2, p99Ms: meanMs * 3, meanMs, totalS: meanMs, share: 0, query: '' })
const row = (model: string, pod: string, ...phases: number[]): LatencyRow => ({
  model, pod, ensemble: '', requests: 1, estimated: 1, share: 0, total: time(phases.reduce((a, b) => a + b, 0)), phases: phases.map(time), query: '{}',
})
const l = { phases: [{ name: 'queue', label: 'server queue', about: '' }, { name: 'infer', label: 'compute', about: '' }, { name: 'output', label: 'compute output', about: '' }] } as Latency

describe('the picture', () => {
  it('shows the phases of a row as parts of its bar, without those that took no time', () => {
    const got = pieces(l, row('m', '', 1, 3, 0), 'mean')
    expect(got.map((p) => [p.name, p.part])).toEqual([['queue', 0.25], ['infer', 0.75]])
    expect(pieces(l, row('m', '', 1, 3, 0), 'p90').map((p) => p.ms)).toEqual([2, 6])
  })
  it('is as wide as the longest bar', () => {
    expect(longest(l, [row('a', '', 1, 2, 0), row('b', '', 4, 4, 1)], 'mean')).toBe(9)
    expect(longest(l, [], 'mean')).toBe(0)
  })
})

describe('the address', () => {
  it('falls back to what is usual', () => {
    expect([statOf('p90'), statOf('p12'), byOf('pod'), byOf(null)]).toEqual(['p90', 'mean', 'pod', 'model'])
  })
  it('holds what is compared', () => {
    expect(comparison('before')).toEqual({ compare: 'before' })
    expect(comparison('triton-0~triton-1')).toEqual({ left: 'triton-0', right: 'triton-1' })
    expect([comparison(''), comparison('triton-0')]).toEqual([{}, {}])
  })
})

describe('words', () => {
  it('marks the names of a sentence, and no part of a longer name', () => {
    expect(marked('Pod triton-1 is slow, triton-10 is not.', ['triton-1'])).toEqual([
      { text: 'Pod ', strong: false }, { text: 'triton-1', strong: true }, { text: ' is slow, triton-10 is not.', strong: false },
    ])
    expect(marked('Nobody.', [''])).toEqual([{ text: 'Nobody.', strong: false }])
  })
  it('names rows', () => {
    expect([nameOf(row('m', 'p')), nameOf(row('m', '')), nameOf(row('', ''))]).toEqual(['m on p', 'm', 'all requests'])
  })
})
