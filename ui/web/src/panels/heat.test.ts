import { expect, test } from 'vitest'
import { besideCell } from './heat'

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
