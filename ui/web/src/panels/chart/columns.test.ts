import { expect, test } from 'vitest'
import type { ChartView, Line } from '../../lib/api'
import { columnsOf, percentOf, spanned } from './columns'

const line = (name: string, values: (number | null)[], over: Partial<Line> = {}) => ({ name, values, stack: '', stackMode: 'normal', axis: 0, hidden: false, fillBelow: '', spanGapsMs: null, color: '#ff0000', fill: 0, ...over }) as Line
const chart = (lines: Line[]) => ({ timesMs: [0, 10, 20, 30], lines }) as ChartView
const all = () => false

test('lines of a group stand on each other, each group by itself', () => {
  const { data, bands } = columnsOf(chart([line('a', [1, 2, 3, 4], { stack: 'A' }), line('b', [1, 1, 1, 1], { stack: 'A' }), line('c', [5, 5, 5, 5], { stack: 'B' }), line('total', [9, 9, 9, 9])]), all)
  expect(data.slice(1)).toEqual([[1, 2, 3, 4], [2, 3, 4, 5], [5, 5, 5, 5], [9, 9, 9, 9]])
  expect(bands).toEqual([{ series: [2, 1], dir: -1 }])
})

test('what is below zero grows downwards and does not lower what is above', () => {
  const { data, bands } = columnsOf(chart([line('in', [4, 4, 4, 4], { stack: 'A' }), line('out', [-1, -2, -3, -4], { stack: 'A' }), line('more out', [-1, -1, -1, -1], { stack: 'A' })]), all)
  expect(data.slice(1)).toEqual([[4, 4, 4, 4], [-1, -2, -3, -4], [-2, -3, -4, -5]])
  expect(bands).toEqual([{ series: [3, 2], dir: 1 }])
})

test('a gap of one line is no gap of those above it', () => {
  const { data } = columnsOf(chart([line('a', [1, null, 1, 1], { stack: 'A' }), line('b', [2, 2, 2, 2], { stack: 'A' })]), all)
  expect(data.slice(1)).toEqual([[1, null, 1, 1], [3, 2, 3, 3]])
})

test('a line that the reader has switched off adds nothing', () => {
  const { data } = columnsOf(chart([line('a', [1, 1, 1, 1], { stack: 'A' }), line('b', [2, 2, 2, 2], { stack: 'A' })]), (l) => l.name === 'a')
  expect(data[2]).toEqual([2, 2, 2, 2])
})

test('stacked to a hundred percent each line is its share, also where all are zero', () => {
  const lines = [line('a', [1, 0, 3, 1], { stack: 'A', stackMode: 'percent' }), line('b', [3, 0, 1, null], { stack: 'A', stackMode: 'percent' })]
  expect(columnsOf(chart(lines), all).data.slice(1)).toEqual([[0.25, 0, 0.75, 1], [1, 0, 1, null]])
  expect(percentOf(lines, 0)).toBe(true)
  expect(percentOf([...lines, line('c', [])], 0)).toBe(false)
})

test('gaps are drawn over up to a length, or all of them, or none', () => {
  const times = [0, 10, 20, 30, 90, 100]
  const values = [1, null, 2, 3, null, 4]
  expect(spanned(times, { values, spanGapsMs: 20 })).toEqual([1, undefined, 2, 3, null, 4])
  expect(spanned(times, { values, spanGapsMs: -1 })).toEqual([1, undefined, 2, 3, undefined, 4])
  expect(spanned(times, { values, spanGapsMs: null })).toBe(values)
})

test('the space between two lines is filled where one says down to which', () => {
  const { bands } = columnsOf(chart([line('p99', [3, 3, 3, 3], { fillBelow: 'p50', fill: 0.5 }), line('p50', [1, 1, 1, 1])]), all)
  expect(bands).toEqual([{ series: [1, 2], fill: '#ff000080' }])
})
