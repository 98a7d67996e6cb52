import { expect, test } from 'vitest'
import { pairOf } from './pair'

test('the newest version is compared with the one before unless the address names others', () => {
  expect(pairOf(null, [7, 5, 4])).toEqual([5, 7])
  expect(pairOf('4..5', [7, 5, 4])).toEqual([4, 5])
  expect(pairOf(null, [7])).toEqual([7, 7])
  expect(pairOf(null, [])).toEqual([0, 0])
})

test('versions that are gone, the wrong way round or no numbers are not asked for', () => {
  for (const text of ['3..9', '7..5', 'a..b', '..', '9']) {
    const [a, b] = pairOf(text, [7, 5, 4])
    expect([7, 5, 4]).toContain(a)
    expect([7, 5, 4]).toContain(b)
    expect(a).toBeLessThan(b)
  }
})
