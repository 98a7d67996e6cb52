import { describe, expect, test } from 'vitest'
import type { Span, Trace } from './api'
import { axisOf, far, parentsOf, place, tickLabel, ticks, visible } from './tree'

const span = (id: string, depth: number, below: number, over: Partial<Span> = {}): Span => ({
  id, parent: '', name: id, service: 's', kind: 'server', depth, below, offsetNs: 0, durationNs: 100, selfNs: 0, status: 'unset', statusText: '',
  failed: false, parentMissing: false, weight: 0, traceState: '', scope: '', resource: 0, attrs: [], events: [], links: [], linkedFrom: [], unfinished: false, skewed: false, phases: [], ...over,
})
// a > (b > c), d
const tree = [span('a', 0, 3), span('b', 1, 1), span('c', 2, 0), span('d', 1, 0)]

describe('the tree', () => {
  test('folding a span hides what is below it and nothing else', () => {
    expect(visible(tree, new Set())).toEqual([0, 1, 2, 3])
    expect(visible(tree, new Set(['b']))).toEqual([0, 1, 3])
    expect(visible(tree, new Set(['a']))).toEqual([0])
    expect(visible(tree, new Set(['c']))).toEqual([0, 1, 2, 3])
  })

  test('the parent is the nearest span above that is less deep', () => expect([...parentsOf(tree)]).toEqual([-1, 0, 1, 0]))

  test('ten thousand spans are folded in a moment', () => {
    const many = Array.from({ length: 10_000 }, (_, i) => span(String(i), i === 0 ? 0 : 1, i === 0 ? 9999 : 0))
    expect(visible(many, new Set(['0']))).toEqual([0])
    expect(visible(many, new Set())).toHaveLength(10_000)
  })
})

describe('the axis', () => {
  const event = (offsetNs: number, isFar: boolean) => ({ name: 'E', offsetNs, atNs: offsetNs, attrs: [], far: isFar })
  const trace = (events: ReturnType<typeof event>[]) => ({ durationNs: 1000, spans: [span('a', 0, 0, { events })] }) as unknown as Trace

  test('an event a little before the trace is on it, one far before is not', () => {
    const near = axisOf(trace([event(-50, false)]))
    expect(near.from).toBeLessThanOrEqual(-50)
    const away = axisOf(trace([event(-12e9, true)]))
    expect(away.from).toBe(0)
    expect(far([event(-12e9, true), event(5, false)], 'before')).toHaveLength(1)
    expect(far([event(-12e9, true)], 'after')).toHaveLength(0)
  })

  test('places are percents within it', () => {
    const axis = { from: 0, to: 200 }
    expect(place(axis, 50)).toBe(25)
    expect(place(axis, -10)).toBe(0)
    expect(place(axis, 900)).toBe(100)
  })

  test('ticks that are near each other are written apart', () => {
    expect([512_300_000, 512_301_000].map((t) => tickLabel(t, 1000))).toEqual(['512.300 ms', '512.301 ms'])
    expect([0, 200_000, 1_000_000, -500].map((t) => tickLabel(t, 200_000))).toEqual(['0', '200 µs', '1.0 ms', '−500 ns'])
    expect(tickLabel(2e9, 1e9)).toBe('2 s')
  })

  test('ticks are round and within', () => {
    expect(ticks({ from: 0, to: 984_000 }, 6)).toEqual([0, 200_000, 400_000, 600_000, 800_000])
    expect(ticks({ from: 0, to: 1 }, 6).length).toBeGreaterThan(2)
  })
})
