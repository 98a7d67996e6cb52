import { expect, test } from 'vitest'
import { clock } from './clock.svelte'

const at = Date.UTC(2026, 10, 29, 13, 5, 7)
const told = (ahead: number) => clock.heard(new Date(at + ahead).toUTCString(), at)

test('the time of a computer that is nearly right holds', () => {
  told(0)
  expect(clock.ahead).toBe(0)
  told(-8000)
  expect(clock.ahead).toBe(0)
  clock.heard(null, at)
  clock.heard('yesterday', at)
  expect(clock.ahead).toBe(0)
})

test("the site's time holds where the computer is an hour off, and is not moved by each answer", () => {
  told(-3600_000)
  const ahead = clock.ahead
  expect(Math.abs(ahead + 3600_000)).toBeLessThan(1000)
  told(-3600_000 + 2000)
  expect(clock.ahead).toBe(ahead)
  expect(Math.abs(clock.now() - Date.now() + 3600_000)).toBeLessThan(2000)
  told(0)
  expect(clock.ahead).toBe(0)
})
