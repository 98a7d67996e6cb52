import { describe, expect, test } from 'vitest'
import { ago, bytes, count, duration, fact, millis, none, rate, share, wholeMillis } from './format'

describe('durations', () => {
  test.each([
    [0, '0 ns'], [999, '999 ns'], [1000, '1.00 µs'], [82_421, '82.4 µs'], [999_400, '999 µs'], [999_600, '1.00 ms'],
    [45_127_992, '45.1 ms'], [999_600_000, '1.00 s'], [12.157e9, '12.2 s'], [125e9, '2 min 5 s'], [7200e9, '2 h'], [9000e9, '2 h 30 min'],
    [-52_931_597, '−52.9 ms'],
  ])('%d ns is %s', (ns, text) => expect(duration(ns)).toBe(text))

  test('nothing known is a dash, never a zero', () => {
    expect(duration(null)).toBe(none)
    expect(millis(undefined)).toBe(none)
    expect(duration(NaN)).toBe(none)
  })

  test('digits that the store cut are not made up', () => {
    expect(wholeMillis(0)).toBe('<1 ms')
    expect(wholeMillis(45)).toBe('45 ms')
    expect(wholeMillis(1.25)).toBe('1.25 ms')
    expect(wholeMillis(1500)).toBe('1.50 s')
  })
})

describe('counts, rates, shares', () => {
  test('counts are whole and in groups', () => expect(count(1234567.4)).toBe('1 234 567'))
  test('a rate keeps three digits', () => {
    expect(rate(0)).toBe('0 /s')
    expect(rate(0.001)).toBe('<0.01 /s')
    expect(rate(66.72)).toBe('66.7 /s')
    expect(rate(null)).toBe(none)
  })
  test('a share is nought or all only if it is', () => {
    expect(share(0)).toBe('0 %')
    expect(share(0.00001)).toBe('<0.1 %')
    expect(share(0.99999)).toBe('>99.9 %')
    expect(share(1)).toBe('100 %')
    expect(share(1.026)).toBe('103 %')
    expect(share(0.0512)).toBe('5.1 %')
  })
  test('facts have the unit that the server names', () => {
    expect(fact(3 * 1024 * 1024, 'bytes')).toBe('3.00 MiB')
    expect(fact(0.0123, 'seconds')).toBe('12.3 ms')
    expect(fact(7, 'count')).toBe('7')
    expect(bytes(512)).toBe('512 B')
  })
  test('a time ago', () => {
    expect(ago(1000, 1200)).toBe('just now')
    expect(ago(0, 5000)).toBe('5 s ago')
  })
})
