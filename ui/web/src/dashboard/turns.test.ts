import { expect, test } from 'vitest'
import { Turns } from './turns'

const never = new AbortController().signal
const settle = () => new Promise((r) => setTimeout(r))

test('slow questions leave turns to the others', async () => {
  const turns = new Turns(3, 1)
  const began: string[] = []
  const ask = (name: string, slow: boolean) => turns.take(slow, never).then((done) => (began.push(name), done))
  const all = [ask('slow 1', true), ask('slow 2', true), ask('fast 1', false), ask('fast 2', false), ask('fast 3', false)]
  await settle()
  expect(began).toEqual(['slow 1', 'fast 1', 'fast 2'])
  ;(await all[2])!()
  await settle()
  expect(began).toEqual(['slow 1', 'fast 1', 'fast 2', 'fast 3'])
  ;(await all[0])!()
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
  first!()
  first!() // twice is once
  expect(await third).not.toBeNull()
})
