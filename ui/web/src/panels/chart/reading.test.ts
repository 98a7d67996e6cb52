import { expect, test } from 'vitest'
import type { ChartView, Line, PanelLink, Tooltip } from '../../lib/api'
import { filled, toldOf, type Reading } from './reading'

const chart = { timesMs: [1000, 2000], lines: [{ name: 'a b', values: [1, 2.5] }, { name: 'c', values: [7, null] }] } as unknown as ChartView
const row = { name: 'a b', value: 2.5, text: '2.5 ms' } as Reading
const at = (url: string, title = '') => filled([{ title, url, newTab: false } as PanelLink], { ...row, line: chart.lines[0] as Line }, chart, 1)[0]!

test('what is pointed at is put into a link, written for an address', () => {
  expect(at('/d/x?v=${__value.raw}&n=${__value.numeric}&t=${__value.time}').url).toBe('/d/x?v=2.5&n=2.5&t=2000')
  expect(at('/d/x?v=${__value.text}').url).toBe('/d/x?v=2.5%20ms')
  expect(at('/d/x?v=${__value.text:raw}').url).toBe('/d/x?v=2.5 ms')
  expect(at('x', 'At ${__value.text}').title).toBe('At 2.5 ms')
})

test('other values of the same moment are known by name and by number', () => {
  expect(at('?a=${__data.fields["a b"]}&c=${__data.fields.c}&t=${__data.fields.Time}&n=${__data.fields[1]}').url).toBe('?a=2.5&c=&t=2000&n=2.5')
})

test('what is not known stays as it is written', () => {
  expect(at('?a=${__value.nosuch}&b=$c').url).toBe('?a=${__value.nosuch}&b=$c')
})

test('a tooltip tells values in its order, without zeros, what is none last', () => {
  const of = (over: Partial<Tooltip>) => toldOf({ mode: 'multi', sort: 'none', hideZeros: false, maxWidth: 0, maxHeight: 0, withinPx: 0, ...over }, [2, null, 0, 7], (v) => v)
  expect([of({}), of({ sort: 'asc' }), of({ sort: 'desc', hideZeros: true })]).toEqual([[2, null, 0, 7], [0, 2, 7, null], [7, 2, null]])
})
