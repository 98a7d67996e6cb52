import { expect, test } from 'vitest'
import { unitsBefore } from './place'

test.each([
  ['abc', 0, 0],
  ['abc', 2, 2],
  ['é = x', 3, 2],
  ['😀 }', 5, 3],
  ['abc', 9, 3],
])('%s at byte %i', (text, bytes, units) => expect(unitsBefore(text, bytes)).toBe(units))
