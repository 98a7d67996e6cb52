import { expect, test } from 'vitest'
import type { Panel } from '../lib/api'
import { compacted, freePlace, laidOut, moved } from './layout'

const panel = (key: string, x: number, y: number, w: number, h: number, row = '', type = 'timeseries') => ({ key, x, y, w, h, row, type }) as Panel
const seen = (boxes: { panel: Panel; x: number; y: number; w: number; h: number }[]) =>
  Object.fromEntries(boxes.map((b) => [b.panel.key, [b.x, b.y, b.w, b.h].join(' ')]))

const dashboard = [
  panel('head', 0, 0, 24, 4), panel('r1', 0, 4, 24, 1, '', 'row'), panel('a', 0, 5, 12, 8, 'r1'), panel('b', 12, 5, 12, 4, 'r1'),
  panel('r2', 0, 13, 24, 1, '', 'row'), panel('c', 0, 14, 24, 6, 'r2'),
]

test('panels stand where the file has them', () => {
  expect(seen(laidOut(dashboard, new Set()))).toEqual({ head: '0 0 24 4', r1: '0 4 24 1', a: '0 5 12 8', b: '12 5 12 4', r2: '0 13 24 1', c: '0 14 24 6' })
})

test('what is below a folded row moves up, and its panels are not seen', () => {
  expect(seen(laidOut(dashboard, new Set(['r1'])))).toEqual({ head: '0 0 24 4', r1: '0 4 24 1', r2: '0 5 24 1', c: '0 6 24 6' })
})

test('panels of a file that overlap or lie outside of the grid are put right', () => {
  const odd = laidOut([panel('a', 0, 0, 12, 8), panel('b', 6, 4, 12, 8), panel('c', 20, 0, 30, 2)], new Set())
  expect(seen(odd)).toEqual({ a: '0 0 12 8', c: '0 8 24 2', b: '6 10 12 8' })
})

test('a gap in a file closes', () => {
  expect(compacted([{ x: 0, y: 9, w: 4, h: 2 }])).toEqual([{ x: 0, y: 0, w: 4, h: 2 }])
})

test('a panel that is moved changes places with the one below', () => {
  const boxes = laidOut([panel('a', 0, 0, 12, 4), panel('b', 0, 4, 12, 4)], new Set())
  expect(seen(moved(boxes, boxes[0]!, { y: 4 }))).toEqual({ a: '0 4 12 4', b: '0 0 12 4' })
})

test('a panel that grows pushes its neighbour down', () => {
  const boxes = laidOut([panel('a', 0, 0, 12, 4), panel('b', 12, 0, 12, 4)], new Set())
  expect(seen(moved(boxes, boxes[0]!, { w: 20 }))).toEqual({ a: '0 0 20 4', b: '12 4 12 4' })
})

test('however a panel is moved, none overlap and none leaves the grid', () => {
  const boxes = laidOut(dashboard, new Set())
  for (const box of boxes) {
    for (let x = -3; x < 30; x += 5) {
      for (let y = -2; y < 30; y += 3) {
        const result = moved(boxes, box, { x, y })
        expect(result).toHaveLength(boxes.length)
        const inside = result.every((a) => a.x >= 0 && a.x + a.w <= 24 && a.y >= 0)
        const over = result.flatMap((a) => result.filter((b) => a !== b && a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h))
        expect([inside, over]).toEqual([true, []])
      }
    }
  }
})

test('a new panel goes below the others, or beside one where there is room', () => {
  expect(freePlace([{ x: 0, y: 0, w: 24, h: 4 }], 12, 8)).toEqual({ x: 0, y: 4, w: 12, h: 8 })
  expect(freePlace([{ x: 0, y: 0, w: 12, h: 8 }], 12, 8)).toEqual({ x: 12, y: 0, w: 12, h: 8 })
})
