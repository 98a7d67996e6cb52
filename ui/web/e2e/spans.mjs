/** What figures of the page are held against: OTLP read and counted by plain means. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'

const units = { ns: 1, 'µs': 1e3, ms: 1e6, s: 1e9, min: 60e9, h: 3600e9 }

/** nanoseconds reads what the page writes: "12.3 ms", "−1.2 s", "2 min 5 s". */
export function nanoseconds(text) {
  let sum = 0
  for (const [, n, unit] of text.replace('−', '-').matchAll(/([\d.]+) ?(ns|µs|ms|min|s|h)\b/g)) sum += Number(n) * units[unit]
  return /^[−-]/.test(text) ? -sum : sum
}

/** near fails unless a text says a length of time, to the digits that it has. */
export function near(text, ns, what, part = 0.006) {
  const shown = nanoseconds(text)
  assert.ok(Math.abs(shown - ns) <= Math.abs(ns) * part + 1, `${what}: shown ${text}, it is ${ns} ns`)
}

/** number reads a count: "1 234". */
export const number = (text) => Number(text.replace(/[^\d.]/g, ''))

/** shareOf fails unless a text says a share. */
export function shareOf(text, share, what) {
  assert.ok(Math.abs(parseFloat(text.replace('<', '')) - 100 * share) <= 0.6, `${what}: shown ${text}, it is ${share}`)
}

const hex = (id) => (id ? Buffer.from(id, 'base64').toString('hex') : '')

/** recorded are the traces of a file, lines of OTLP JSON packed by gzip: the spans of each. */
export function recorded(path) {
  const lines = gunzipSync(readFileSync(path)).toString().split('\n').filter(Boolean)
  const spans = lines.flatMap((line) => spansOf({ batches: JSON.parse(line).resourceSpans }, (id) => id ?? ''))
  const traces = new Map()
  for (const s of spans) traces.set(s.trace, [...(traces.get(s.trace) ?? []), s])
  return [...traces.values()]
}

/** kinds are those of OTLP by their number. */
const kinds = ['', 'internal', 'server', 'client', 'producer', 'consumer']

/** spansOf reads Tempo's JSON of a trace; idOf gives an identity in hexadecimal digits. */
export function spansOf(body, idOf = hex) {
  return body.batches.flatMap((b) => b.scopeSpans.flatMap((s) => s.spans.map((span) => ({
    trace: idOf(span.traceId), id: idOf(span.spanId), parent: idOf(span.parentSpanId), state: span.traceState ?? '', name: span.name,
    service: b.resource.attributes.find((a) => a.key === 'service.name').value.stringValue,
    from: BigInt(span.startTimeUnixNano ?? 0), to: BigInt(span.endTimeUnixNano ?? 0), ns: Number(BigInt(span.endTimeUnixNano ?? 0) - BigInt(span.startTimeUnixNano ?? 0)),
    attributes: Object.fromEntries((span.attributes ?? []).map((a) => [a.key, String(Object.values(a.value)[0])])),
    events: (span.events ?? []).map((e) => ({ name: e.name, at: BigInt(e.timeUnixNano) })),
    resource: Object.fromEntries(b.resource.attributes.map((a) => [a.key, String(Object.values(a.value)[0])])),
    failed: ['STATUS_CODE_ERROR', 2].includes(span.status?.code), kind: kinds[span.kind] ?? String(span.kind ?? '').replace('SPAN_KIND_', '').toLowerCase(),
  }))))
}
