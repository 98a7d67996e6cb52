import { expect, test } from 'vitest'
import { box, place } from './graphlayout'

const nodes = (...parents: number[]) => parents.map((parent) => ({ parent }))

test('a chain is a line from left to right', () => {
  const { at } = place(nodes(-1, 0, 1, 2))
  expect(new Set(at.map((p) => p.y)).size).toBe(1)
  expect(at.map((p) => p.x)).toEqual([...at.map((p) => p.x)].sort((a, b) => a - b))
})

test('a parent stands at the middle of its children', () => {
  const { at } = place(nodes(-1, 0, 0, 0))
  expect(at[0]!.y).toBe(at[2]!.y)
})

test('no two nodes lie on each other', () => {
  const { at } = place(nodes(-1, 0, 1, 1, 0, 4, 4, -1, 7))
  for (const [i, a] of at.entries()) for (const b of at.slice(i + 1)) expect(Math.abs(a.x - b.x) >= box.width || Math.abs(a.y - b.y) >= box.height).toBe(true)
})
