import { expect, test } from 'vitest'
import { all, filterOf, filterText, toggled, valuesOf } from './vars'

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
