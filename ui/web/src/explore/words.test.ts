import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Words } from './words'

let answers: (() => Response)[]
let asked: string[]
const json = (body: unknown) => () => new Response(JSON.stringify(body))

beforeEach(() => {
  asked = []
  vi.stubGlobal('document', { baseURI: 'http://site/' })
  vi.stubGlobal('fetch', (target: URL) => {
    asked.push(target.pathname)
    return Promise.resolve(answers.shift()!())
  })
})
afterEach(() => vi.unstubAllGlobals())

const words = () => new Words(() => 'tempo', () => ({ from: 1, to: 2 }))

test('what a store knows is asked for once', async () => {
  answers = [json({ tag: 'span.model', values: [{ type: 'string', value: 'a' }], cut: false })]
  const w = words()
  for (let i = 0; i < 3; i++) expect(await w.values('span.model')).toHaveLength(1)
  expect(asked).toHaveLength(1)
})

test('an empty answer is not kept: the store may have its first spans by now', async () => {
  const none = { tag: 'span.model', values: [], cut: false }
  answers = [json(none), json({ ...none, values: [{ type: 'string', value: 'a' }] })]
  const w = words()
  expect(await w.values('span.model')).toHaveLength(0)
  expect(await w.values('span.model')).toHaveLength(1)
  answers = [json({ scopes: [{ name: 'intrinsic', tags: ['duration'] }, { name: 'span', tags: [] }] }), json({ scopes: [{ name: 'span', tags: ['model'] }] })]
  await w.tags()
  expect((await w.tags()).scopes[0]!.tags).toEqual(['model'])
  expect(asked).toHaveLength(4)
})

test('a failed answer is not kept', async () => {
  answers = [() => new Response(JSON.stringify({ error: 'no store', hint: '' }), { status: 502 }), json({ tag: 'x', values: [{ type: 'string', value: 'a' }], cut: false })]
  const w = words()
  await expect(w.values('x')).rejects.toThrow('no store')
  expect(await w.values('x')).toHaveLength(1)
})

test('two who ask at the same time share one question', async () => {
  answers = [json({ tag: 'x', values: [], cut: false })]
  const w = words()
  await Promise.all([w.values('x'), w.values('x')])
  expect(asked).toHaveLength(1)
})
