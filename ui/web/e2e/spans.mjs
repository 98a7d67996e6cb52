/** What figures of the page are held against: OTLP read and counted by plain means. */
import assert from 'node:assert/strict'

const units = { ns: 1, 'µs': 1e3, ms: 1e6, s: 1e9, min: 60e9, h: 3600e9 }

/** nanoseconds reads what the page writes: "12.3 ms", "−1.2 s", "2 min 5 s". */
function nanoseconds(text) {
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

/** spansOf reads Tempo's JSON of a trace. */
export function spansOf(body) {
  return body.batches.flatMap((b) => b.scopeSpans.flatMap((s) => s.spans.map((span) => ({
    trace: hex(span.traceId), id: hex(span.spanId), parent: hex(span.parentSpanId), name: span.name,
    service: b.resource.attributes.find((a) => a.key === 'service.name').value.stringValue,
    from: BigInt(span.startTimeUnixNano), to: BigInt(span.endTimeUnixNano), ns: Number(BigInt(span.endTimeUnixNano) - BigInt(span.startTimeUnixNano)),
    attributes: Object.fromEntries((span.attributes ?? []).map((a) => [a.key, String(Object.values(a.value)[0])])),
  }))))
}

/** traceOf puts spans below their parents, by time, and gives each its depth, path and self time. */
export function traceOf(spans) {
  const out = []
  const below = (parent) => spans.filter((s) => s.parent === parent).sort((a, b) => Number(a.from - b.from))
  const add = (s, depth, path) => {
    const children = below(s.id)
    out.push({ ...s, depth, path: `${path}/${s.name}`, self: s.ns - covered(children, s) })
    for (const c of children) add(c, depth + 1, `${path}/${s.name}`)
  }
  for (const root of spans.filter((s) => !spans.some((p) => p.id === s.parent))) add(root, 0, '')
  return out
}

/** covered is how much of a span is within any of others. */
function covered(others, { from, to }) {
  let sum = 0n
  let end = from
  for (const o of others) {
    const [a, b] = [o.from > end ? o.from : end, o.to < to ? o.to : to]
    if (b > a) sum += b - a
    if (b > end) end = b
  }
  return Number(sum)
}

/** statistics sums spans up by name. */
export function statistics(spans) {
  const by = new Map()
  for (const s of spans) {
    const was = by.get(s.name) ?? { count: 0, total: 0, self: 0, least: Infinity, most: 0 }
    by.set(s.name, { count: was.count + 1, total: was.total + s.ns, self: was.self + s.self, least: Math.min(was.least, s.ns), most: Math.max(was.most, s.ns) })
  }
  return by
}
