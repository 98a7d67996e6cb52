import { describe, expect, it } from 'vitest'
import type { Latency, LatencyRow, LatencyTime } from '../lib/api'
import { againstOf, byOf, comparison, faultsOf, longest, marked, nameOf, pieces, statOf } from './view'

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
    const now = Date.UTC(2026, 10, 30, 12)
    const of = (address: string) => comparison(new URLSearchParams(address), now)
    expect(of('against=before')).toEqual({ compare: 'before' })
    expect(of('against=triton-0~triton-1')).toEqual({ left: 'triton-0', right: 'triton-1' })
    expect([of(''), of('against=triton-0')]).toEqual([{}, {}])
    const hours = { compareFrom: String(now - 7_200_000), compareTo: String(now - 3_600_000) }
    expect(of('against=time&compareFrom=now-2h&compareTo=now-1h')).toEqual(hours)
    expect(of(`compareFrom=${hours.compareFrom}&compareTo=${hours.compareTo}`)).toEqual(hours)
    expect(of('against=before&compareFrom=now-2h&compareTo=now-1h')).toEqual({ compare: 'before' })
    expect([of('against=time'), of('compareFrom=now-1h&compareTo=now-2h'), of('compareFrom=now-1h&compareTo=later')]).toEqual([{}, {}, {}])
    expect(Number(of('compareFrom=now-1d/d&compareTo=now-1d/d').compareTo) - Number(of('compareFrom=now-1d/d&compareTo=now-1d/d').compareFrom)).toBe(86_399_999)
    expect([againstOf(new URLSearchParams('compareFrom=now-2h')), againstOf(new URLSearchParams())]).toEqual(['time', ''])
  })
  it('says which end of another time is wrong', () => {
    const [good, no] = ['', expect.stringMatching(/^not a time: write /)]
    expect(faultsOf('yesterday', 'now', 0)).toEqual({ from: no, to: good })
    expect(faultsOf('now-1h', 'later', 0)).toEqual({ from: good, to: no })
    expect(faultsOf('', ' ', 0)).toEqual({ from: expect.stringMatching(/missing/), to: expect.stringMatching(/missing/) })
    expect(faultsOf('now', 'now', 0)).toEqual({ from: good, to: expect.stringMatching(/ends before/) })
    expect(faultsOf('now-1d', 'now', 0)).toEqual({ from: good, to: good })
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
