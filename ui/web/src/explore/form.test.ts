import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { ExploreForm } from '../lib/api'
import { badDuration, empty, gather, spread, valueOf, write } from './form'

// The same file is read by the Go test of the parser, which reads each query back.
const cases = JSON.parse(readFileSync(new URL('../../../explore/testdata/forms.json', import.meta.url), 'utf8')) as { query: string; form: ExploreForm }[]

describe('the form and its query', () => {
  test.each(cases)('$query', ({ query, form }) => {
    expect(write(form)).toBe(query)
    expect(new Set(gather(spread(form)).conditions.map((c) => JSON.stringify(c)))).toEqual(new Set(form.conditions.map((c) => JSON.stringify(c))))
  })

  test('a row without a value says nothing', () => {
    expect(write(gather({ ...empty(), rows: [{ tag: 'span.a', op: '=', values: [{ text: '', kind: 'text' }] }], min: '20' }))).toBe('{}')
  })

  test('a second condition of the same kind becomes a row', () => {
    const f = spread({ conditions: [{ tag: 'name', op: '=', values: [{ text: 'a', kind: 'text' }] }, { tag: 'name', op: '=', values: [{ text: 'b', kind: 'text' }] }], select: [] })
    expect(f.fixed.name).toHaveLength(1)
    expect(f.rows).toHaveLength(1)
  })

  test('values are written as what they are', () => {
    expect(valueOf('span.code', '=', '13')).toEqual({ text: '13', kind: 'either' })
    expect(valueOf('span.code', '>', '13').kind).toBe('plain')
    expect(valueOf('span.code', '=', '13', 'int').kind).toBe('plain')
    expect(valueOf('span.code', '=', '13', 'string').kind).toBe('text')
    expect(valueOf('status', '=', 'error').kind).toBe('plain')
    expect(valueOf('trace:duration', '>', '1s').kind).toBe('plain')
    expect(valueOf('span.code', '=~', '1.*').kind).toBe('text')
  })

  test('an unfinished duration is told', () => {
    expect(badDuration('20')).toContain('20ms')
    expect(badDuration('1m30s')).toBe('')
    expect(badDuration('soon')).not.toBe('')
  })
})
