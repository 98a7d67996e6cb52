import { describe, expect, test } from 'vitest'
import { badDuration, emptyForm, read, tagPairs, tracesBetween, write } from './traceql'

const full = { service: 'supersonic-envoy-0', name: 'ingress', model: 'tau_id', min: '20ms', max: '1.5s', status: 'error' as const, tags: 'grpc.status_code=13 user_agent="my client"' }

describe('the form and its query', () => {
  test('an empty form finds everything', () => expect(write(emptyForm)).toBe('{}'))

  test('every field is a term', () =>
    expect(write(full)).toBe(
      '{ resource.service.name = "supersonic-envoy-0" && name = "ingress" && span.triton.model_name = "tau_id" && duration >= 20ms && duration <= 1.5s && status = error && (.grpc.status_code = "13" || .grpc.status_code = 13) && .user_agent = "my client" }',
    ))

  test('what the form wrote it reads back', () => {
    for (const form of [emptyForm, full, { ...emptyForm, status: 'ok' as const }, { ...emptyForm, name: 'a "b" \\c' }]) {
      expect(read(write(form))).toEqual(form)
    }
  })

  test.each(['{ duration > 5ms }', '{} >> {}', '{ name = "a" || name = "b" }', '{ name = "a" } | count() > 2', '{ name = "a && b" }', '{ duration'])(
    'more than a form can say is left alone: %s',
    (q) => expect(read(q)).toBeNull(),
  )

  test('an unfinished duration is not sent', () => {
    expect(write({ ...emptyForm, min: '20' })).toBe('{}')
    expect(badDuration('20')).toContain('20ms')
    expect(badDuration('20ms')).toBe('')
    expect(badDuration('soon')).not.toBe('')
  })

  test('tags may have blanks in quotes', () => expect(tagPairs('a=1 b="x y" span.c=z')).toEqual([['a', '1'], ['b', 'x y'], ['span.c', 'z']]))

  test('an edge asks for both its ends', () =>
    expect(tracesBetween('g', 's')).toBe('{ resource.service.name = "g" && span.peer.service = "s" }'))
})
