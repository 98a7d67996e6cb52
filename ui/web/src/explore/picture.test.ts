import { describe, expect, test } from 'vitest'
import type { Heat } from '../lib/api'
import { cellAt, frameOfDots, frameOfHeat, nearest, sizeAt, timeAt, x, y, type Dot } from './picture'

const dot = (at: number, size: number): Dot => ({ at, size, failed: false, href: '', title: '' })
const heat: Heat = { unit: 'seconds', stepMs: 1000, timesMs: [10_000, 11_000], buckets: [{ low: 0.004, high: 0.008 }, { low: 0.008, high: 0.016 }], counts: [[1, 0], [0, 5]], most: 5, total: 6, label: 'spans', warnings: [] }

describe('a picture of durations', () => {
  const f = frameOfDots([dot(1000, 0.001), dot(9000, 0.5)], 0, 100_000, 500, 200)

  test('every dot is inside', () => {
    for (const d of [dot(1000, 0.001), dot(9000, 0.5)]) {
      expect(x(f, d.at)).toBeGreaterThan(0)
      expect(x(f, d.at)).toBeLessThan(500)
      expect(y(f, d.size)).toBeGreaterThan(0)
      expect(y(f, d.size)).toBeLessThan(200)
    }
  })

  test('places and values are each other’s inverse', () => {
    expect(timeAt(f, x(f, 4321))).toBeCloseTo(4321)
    expect(sizeAt(f, y(f, 0.02))).toBeCloseTo(0.02)
    expect(timeAt(f, -50)).toBe(f.from)
  })

  test('the nearest dot is found, and none far off', () => {
    const dots = [dot(1000, 0.001), dot(9000, 0.5)]
    expect(nearest(f, dots, x(f, 9000) + 3, y(f, 0.5))).toBe(dots[1])
    expect(nearest(f, dots, 250, 100)).toBeNull()
  })

  test('the cell under a point', () => {
    const h = frameOfHeat(heat, 10_000, 12_000, 200, 100)
    expect(cellAt(h, heat, 150, y(h, 0.01))).toMatchObject({ count: 5, low: 0.008 })
    expect(cellAt(h, heat, 50, y(h, 0.005))).toMatchObject({ count: 1 })
  })
})
