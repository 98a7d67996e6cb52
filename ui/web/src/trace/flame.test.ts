import { describe, expect, test } from 'vitest'
import type { SpanPath, Trace } from '../lib/api'
import { boxes, byPath, byTime } from './flame'

const spans = (...list: [depth: number, from: number, length: number][]) =>
  ({ durationNs: 100, spans: list.map(([depth, offsetNs, durationNs]) => ({ depth, offsetNs, durationNs })) }) as unknown as Trace

describe('frames by time', () => {
  test('lie below their parents', () => {
    expect(byTime(spans([0, 0, 100], [1, 10, 20], [2, 15, 5], [1, 40, 20])).map((r) => r.map((f) => f.at))).toEqual([[0], [1, 3], [2]])
  })
  test('of spans that ran at once do not lie on each other', () => {
    const rows = byTime(spans([0, 0, 100], [1, 10, 50], [1, 20, 50], [1, 60, 10]))
    expect(rows.map((r) => r.map((f) => f.at))).toEqual([[0], [1, 3], [2]])
  })
})

describe('frames by path', () => {
  const path = (parent: number, depth: number, totalNs: number) => ({ parent, depth, totalNs }) as SpanPath
  test('have the width of their time within their parent', () => {
    const rows = byPath([path(-1, 0, 100), path(0, 1, 50), path(1, 2, 25), path(0, 1, 30)])
    expect(rows[1]!.map((f) => [f.from, f.to])).toEqual([[0, 0.5], [0.5, 0.8]])
    expect(rows[2]!.map((f) => [f.from, f.to])).toEqual([[0, 0.25]])
  })
  test('share their parent where together they took longer', () => {
    const rows = byPath([path(-1, 0, 100), path(0, 1, 150), path(0, 1, 50)])
    expect(rows[1]!.map((f) => [f.from, f.to])).toEqual([[0, 0.75], [0.75, 1]])
  })
})

describe('what a row shows', () => {
  const many = Array.from({ length: 10_000 }, (_, at) => ({ at, from: at / 10_000, to: (at + 1) / 10_000 }))
  test('ten thousand narrow frames are few boxes that cover all', () => {
    const list = boxes(many, 0, 1, 0.004)
    expect(list.length).toBeLessThan(400)
    expect(list.reduce((sum, b) => sum + b.many, 0)).toBe(10_000)
  })
  test('zoomed in each is its own', () => {
    expect(boxes(many, 0.5, 0.51, 0.004)).toHaveLength(100)
  })
})
