import { describe, expect, test } from 'vitest'
import { placeAt } from './words'

describe('what may stand where the cursor is', () => {
  test.each([
    ['{', 'tag', 1],
    ['{ res', 'tag', 2],
    ['{ name = "a" && span.tri', 'tag', 16],
    ['{ (', 'tag', 3],
    ['{ name ', 'op', 7],
    ['{ name = "a" ', 'join', 13],
    ['{ name = ', 'value', 9],
    ['{ name = "comp', 'value', 9],
    ['{ status=err', 'value', 9],
    ['{ name = "a" && resource.service.name =~ "x', 'value', 41],
    ['{} | ', 'stage', 5],
    ['{} | ra', 'stage', 5],
    ['{} | rate() by (', 'tag', 16],
    ['{} | rate() by (name, res', 'tag', 22],
    ['{} | select(span.a, ', 'tag', 20],
    ['{ name = "a{" && ', 'tag', 17],
  ])('%s', (text, at, from) => expect(placeAt(text)).toMatchObject({ at, from }))

  test('values are asked for within what is written already', () => {
    expect(placeAt('{ name = "a" && span.b = "x')).toMatchObject({ tag: 'span.b', before: '{ name = "a" }', quoted: true })
    expect(placeAt('{ (name = "a" || span.b = ')).toMatchObject({ before: '' })
  })
})
