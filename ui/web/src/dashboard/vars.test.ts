import { expect, test } from 'vitest'
import type { Variable } from '../lib/api'
import { all, filterOf, filterText, outlived, toggled, valuesOf } from './vars'

test('variables of an address are read, several values of one as well', () => {
  expect(valuesOf(new URLSearchParams('from=now-1h&var-release=a&var-release=b&var-pod=$__all&var-='))).toEqual({ release: ['a', 'b'], pod: [all] })
})

test('a filter is written as Grafana writes it and read back, whatever is in it', () => {
  const f = { key: 'model', operator: '=~', value: 'a|b,c#d' }
  expect(filterText(f)).toBe('model|=~|a__gfp__b__gfc__c__gfh__d')
  expect(filterOf(filterText(f))).toEqual(f)
  expect(filterOf('no filter')).toBeNull()
})

test('All and other values exclude each other', () => {
  expect(toggled([all], 'a', true)).toEqual(['a'])
  expect(toggled(['a'], 'b', true)).toEqual(['a', 'b'])
  expect(toggled(['a', 'b'], all, true)).toEqual([all])
  expect(toggled(['a'], 'a', true)).toEqual([all])
  expect(toggled(['a'], 'a', false)).toEqual([])
})

test('what another choice has made void is chosen no longer; what was typed stays', () => {
  const of = (name: string, current: string[], ...options: string[]) => ({ name, current, options: options.map((value) => ({ value, text: value })) }) as Variable
  const before = [of('namespace', ['a'], 'a', 'b'), of('pod', ['p', 'q'], 'p', 'q'), of('typed', ['x'], 'y'), of('every', [all], 'y')]
  expect(outlived(before, [of('namespace', ['a'], 'c'), of('pod', ['p', 'q'], 'q', 'r'), of('typed', ['x'], 'z'), of('every', [all], 'z')])).toEqual({ 'var-namespace': null, 'var-pod': ['q'] })
  expect(outlived(before, [of('namespace', ['a'])])).toEqual({})
  expect(outlived([], [of('namespace', ['a'], 'c')])).toEqual({})
})
