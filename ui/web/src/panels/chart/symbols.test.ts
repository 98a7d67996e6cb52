import { expect, test } from 'vitest'
import { cornersOf } from './symbols'

test('every shape but the circle has corners around its middle', () => {
  for (const s of ['square', 'triangle', 'diamond', 'plus', 'cross', 'star']) {
    const corners = cornersOf(s)
    expect(corners.length, s).toBeGreaterThan(2)
    for (const i of [0, 1] as const) expect(Math.abs(corners.reduce((sum, c) => sum + c[i], 0) / corners.length), s).toBeLessThan(0.1)
  }
  expect(cornersOf('circle')).toEqual([])
})
