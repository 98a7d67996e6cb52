import { expect, test } from 'vitest'
import { plain } from './variables'

test('variables of time become times, others names, and nothing moves', () => {
  expect(plain('rate(a[$__rate_interval]) + nv_')).toBe('rate(a[111111111111111m]) + nv_')
  expect(plain('a[${__range}:$__interval] offset $shift')).toBe('a[111111111m:1111111111m] offset 11111m')
  expect(plain('$metric{pod=~"$pod"}')).toBe('xxxxxxx{pod=~"xxxx"}')
  expect(plain('topk([[n]], a)')).toBe('topk(xxxxx, a)')
  expect(plain('a[5m]')).toBe('a[5m]')
})
