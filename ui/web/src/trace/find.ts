/** Search within a trace: which of its spans fit what is typed. */
import type { Span, Trace } from '../lib/api'

export interface Filter {
  /** words that a span must have in its name, service, attributes or events, all of them */
  text: string
  service: string
  /** a part of the span's name */
  name: string
  /** bounds of the duration, "20ms" */
  min: string
  max: string
  /** attributes as key=value, key!=value or key alone, with blanks between; a value with blanks in quotes */
  attrs: string
}

export const emptyFilter: Filter = { text: '', service: '', name: '', min: '', max: '', attrs: '' }

export const isEmpty = (f: Filter) => Object.values(f).every((v: string) => v.trim() === '')

const units: Record<string, number> = { ns: 1, us: 1e3, µs: 1e3, ms: 1e6, s: 1e9, m: 60e9, min: 60e9, h: 3600e9 }

/** nanos reads a duration, null if it is none. */
export function nanos(text: string): number | null {
  const m = /^\s*(\d+(?:\.\d+)?)\s*(ns|us|µs|ms|s|min|m|h)\s*$/.exec(text)
  return m ? Number(m[1]) * units[m[2]!]! : null
}

interface Term {
  key: string
  value: string | null
  not: boolean
}

/** terms reads conditions on attributes. */
export function terms(text: string): Term[] {
  const list: Term[] = []
  for (const m of text.matchAll(/([^\s=!"]+)(?:(!?=)(?:"([^"]*)"?|(\S*)))?/g)) {
    list.push({ key: m[1]!.toLowerCase(), value: m[2] ? (m[3] ?? m[4] ?? '').toLowerCase() : null, not: m[2] === '!=' })
  }
  return list
}

/** Texts keeps what is searched of each span in lower case, made once a trace. */
export class Texts {
  #text: (string | undefined)[]
  constructor(readonly trace: Trace) {
    this.#text = new Array<string | undefined>(trace.spans.length)
  }

  of(i: number): string {
    return (this.#text[i] ??= words(this.trace, this.trace.spans[i]!))
  }
}

function words(trace: Trace, s: Span): string {
  const parts = [s.name, s.service, s.statusText, s.id, s.failed ? 'error failed' : '']
  for (const a of s.attrs) parts.push(a.key, a.value)
  for (const a of trace.resources[s.resource]?.attrs ?? []) parts.push(a.key, a.value)
  for (const e of s.events) {
    parts.push(e.name)
    for (const a of e.attrs) parts.push(a.key, a.value)
  }
  return parts.join('\n').toLowerCase()
}

function fits(trace: Trace, s: Span, t: Term): boolean {
  const all = [s.attrs, trace.resources[s.resource]?.attrs ?? []]
  const found = all.some((list) => list.some((a) => a.key.toLowerCase() === t.key && (t.value === null || t.not || a.value.toLowerCase() === t.value)))
  if (!t.not) return found
  return found && !all.some((list) => list.some((a) => a.key.toLowerCase() === t.key && a.value.toLowerCase() === t.value))
}

/** matches are the indexes of the spans that fit, in the order in which they are drawn. */
export function matches(texts: Texts, f: Filter): number[] {
  const { trace } = texts
  const needles = f.text.toLowerCase().split(/\s+/).filter(Boolean)
  const name = f.name.trim().toLowerCase()
  const conditions = terms(f.attrs)
  const [min, max] = [nanos(f.min), nanos(f.max)]
  const list: number[] = []
  trace.spans.forEach((s, i) => {
    if (f.service && s.service !== f.service) return
    if (name && !s.name.toLowerCase().includes(name)) return
    if (min !== null && s.durationNs < min) return
    if (max !== null && s.durationNs > max) return
    if (!conditions.every((t) => fits(trace, s, t))) return
    if (needles.length > 0 && !needles.every((n) => texts.of(i).includes(n))) return
    list.push(i)
  })
  return list
}

/** nextMatch is the match after (1) or before (-1) the span at i, round and round; -1 if there is none. */
export function nextMatch(list: number[], i: number, direction: 1 | -1): number {
  if (list.length === 0) return -1
  if (direction === 1) return list.find((m) => m > i) ?? list[0]!
  return list.findLast((m) => i < 0 || m < i) ?? list.at(-1)!
}
