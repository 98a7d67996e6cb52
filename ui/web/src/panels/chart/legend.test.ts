import { expect, test } from 'vitest'
import { offAtFirst, picked, sorted, type Entry } from './legend'

const names = ['a', 'b', 'c']

test('a click shows one line alone, the same click again all of them', () => {
  const alone = picked(names, new Set(), 'b', false)
  expect([...alone]).toEqual(['a', 'c'])
  expect([...picked(names, alone, 'b', false)]).toEqual([])
  expect([...picked(names, alone, 'c', false)]).toEqual(['a', 'b'])
})

test('with Ctrl a click adds a line or takes it away; without any line all come back', () => {
  const alone = picked(names, new Set(), 'b', false)
  expect([...picked(names, alone, 'c', true)]).toEqual(['a'])
  expect([...picked(names, new Set(['a', 'c']), 'b', true)]).toEqual([])
})

test('rows are in the order of a column, those without a value last', () => {
  const entry = (name: string, number: number | null): Entry => ({ name, color: '', mark: 'line', calcs: [{ number, text: '', prefix: '', suffix: '', color: '' }] })
  const rows = [entry('pod-10', 3), entry('pod-2', null), entry('pod-1', 9)]
  const order = (by: string, desc: boolean) => sorted(rows, ['Max'], by, desc).map((e) => e.name)
  expect(order('Max', true)).toEqual(['pod-1', 'pod-10', 'pod-2'])
  expect(order('Max', false)).toEqual(['pod-10', 'pod-1', 'pod-2'])
  expect(order('Name', false)).toEqual(['pod-1', 'pod-2', 'pod-10'])
  expect(order('', false)).toEqual(['pod-10', 'pod-2', 'pod-1'])
})

test('what a panel keeps in its legend alone is off, and a click brings it', () => {
  const off = offAtFirst([{ name: 'a', off: false }, { name: 'b', off: true }, { name: 'c', off: true }])
  expect([...off]).toEqual(['b', 'c'])
  expect([...picked(['a', 'b', 'c'], off, 'b', true)]).toEqual(['c'])
  expect([...picked(['a', 'b', 'c'], off, 'b', false)]).toEqual(['a', 'c'])
})
