import { expect, test } from 'vitest'
import { besideCell, boundsOf, placeOf } from './heat'

const map = { timesMs: [1000, 2000], stepMs: 1000, edges: [0, 1, 5], names: ['1', '5'], counts: [[3, null], [4, 8]] }

test('a cell knows its time, its bounds, its count and the rows beside it', () => {
  const beside = besideCell(map, 1, 1)
  expect(['Time', 'xMax', 'yMin', 'yMax', 'Count', 'y'].map(beside)).toEqual(['2000', '3000', '1', '5', '8', '5'])
  expect(['1', '2', 'nosuch'].map(besideCell(map, 0, 0))).toEqual(['3', '4', ''])
})

test('rows without bounds have names only', () => {
  const beside = besideCell({ ...map, edges: [], names: ['low', 'high'] }, 0, 1)
  expect(['yMin', 'low', 'high', '1'].map(beside)).toEqual(['', '3', '4', '3'])
})

test('the bucket without end has no upper bound, wherever it is drawn to', () => {
  const open = { ...map, edges: [0, 1, 9], names: ['1', 'Infinity'], log: false }
  expect([0, 1].map((row) => boundsOf(open, row, String))).toEqual(['0 to 1', 'more than 1'])
  expect(besideCell(open, 0, 1)('yMax')).toBe('Infinity')
  expect([0.5, 9, 1000].map((v) => placeOf(open, [0, 0.5, 1], v))).toEqual([0.25, 1, 1])
  expect(placeOf({ ...map, log: false }, [0, 0.5, 1], 1000)).toBeNull()
})
