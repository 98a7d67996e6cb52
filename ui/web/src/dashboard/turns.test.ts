import { expect, test } from 'vitest'
import { Turns } from './turns'

const never = new AbortController().signal
const settle = () => new Promise((r) => setTimeout(r))

test('slow questions leave turns to the others', async () => {
  const turns = new Turns(3, 1)
  const began: string[] = []
  const ask = (name: string, slow: boolean) => turns.take(slow, never).then((turn) => (began.push(name), turn))
  const all = [ask('slow 1', true), ask('slow 2', true), ask('fast 1', false), ask('fast 2', false), ask('fast 3', false)]
  await settle()
  expect(began).toEqual(['slow 1', 'fast 1', 'fast 2'])
  ;(await all[2])!.done()
  await settle()
  expect(began).toEqual(['slow 1', 'fast 1', 'fast 2', 'fast 3'])
  ;(await all[0])!.done()
  await settle()
  expect(began.at(-1)).toBe('slow 2')
})

test('a question that is given up while it waits takes no turn', async () => {
  const turns = new Turns(1, 1)
  const first = await turns.take(false, never)
  const abort = new AbortController()
  const second = turns.take(false, abort.signal)
  abort.abort()
  expect(await second).toBeNull()
  const third = turns.take(false, never)
  first!.done()
  first!.done() // twice is once
  expect(await third).not.toBeNull()
})

test('one that turns out to be slow gives way while others wait, and as many as may stay', async () => {
  const turns = new Turns(3, 1)
  const [a, b, c] = await Promise.all([turns.take(false, never), turns.take(false, never), turns.take(false, never)])
  expect(a!.late()).toBe(false) // nobody waits
  const waits = turns.take(false, never)
  expect(b!.late()).toBe(true)
  b!.done()
  const again = turns.take(true, never)
  const fast = await waits
  expect(fast).not.toBeNull()
  expect(c!.late()).toBe(false) // nobody but a slow one waits
  fast!.done()
  c!.done()
  a!.done()
  expect(await again).not.toBeNull()
})
