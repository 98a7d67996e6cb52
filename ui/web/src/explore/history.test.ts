import { expect, test } from 'vitest'
import { added, found, most, unusual, type Asked } from './history.svelte'
import { query } from './state'

const asked = (text: string, starred = false): Asked => ({ text, type: 'traceql', ds: '', atMs: 0, starred })

test('a query that was asked before moves up and keeps its star', () => {
  const list = added([asked('a'), asked('b', true)], { text: 'b', type: 'traceql', ds: '', atMs: 5 })
  expect(list.map((a) => a.text)).toEqual(['b', 'a'])
  expect(list[0]).toMatchObject({ starred: true, atMs: 5 })
})

test('the oldest without a star go first', () => {
  let list: Asked[] = [asked('keep', true)]
  for (let i = 0; i < most + 20; i++) list = added(list, { text: `q${i}`, type: 'traceql', ds: '', atMs: i })
  expect(list).toHaveLength(most)
  expect(list.at(-1)!.text).toBe('keep')
})

test('every word has to be there', () => expect(found([asked('{ name = "Compute" }'), asked('{ status = error }')], 'NAME comp').map((a) => a.text)).toEqual(['{ name = "Compute" }']))

test('what was not as usual is kept', () => {
  expect(unusual(query({ ref: 'B', type: 'promql', text: 'up', mode: 'instant', legend: '{{pod}}' }))).toEqual({ mode: 'instant', legend: '{{pod}}' })
  expect(unusual(query({ table: 'spans', columns: ['span.a'], text: '{}' }))).toEqual({ table: 'spans', columns: ['span.a'] })
})
