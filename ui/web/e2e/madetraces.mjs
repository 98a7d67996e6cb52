/**
 * Traces as sites have them on bad days, as OTLP JSON: without a root, by clocks that
 * differ, unfinished, with children that ran at once or outlived their parent; and some
 * thrown by dice, the same at each run.
 */
const attribute = (key, value) => ({ key, value: { stringValue: value } })
const hex = (n, digits) => n.toString(16).padStart(digits, '0')

/** made begins a trace; span(service, name, parent, from, to, events) adds a span of it, in milliseconds of its own, and gives its id. */
function made(n, begin) {
  const id = `5e1f${hex(begin, 20)}${hex(n, 8)}`
  const resourceSpans = []
  const ns = (ms) => String(BigInt(begin) * 1_000_000n + BigInt(Math.round(ms * 1e6)))
  const span = (service, name, parent, from, to, { events = {}, failed = false, attributes = {} } = {}) => {
    const spanId = hex(resourceSpans.length + 1 + n * 1000, 16)
    resourceSpans.push({ resource: { attributes: [attribute('service.name', service)] }, scopeSpans: [{ spans: [{
      traceId: id, spanId, ...(parent && { parentSpanId: parent }), name, kind: 1, startTimeUnixNano: ns(from), ...(to !== null && { endTimeUnixNano: ns(to) }),
      attributes: Object.entries(attributes).map(([k, v]) => attribute(k, v)), events: Object.entries(events).map(([e, at]) => ({ name: e, timeUnixNano: ns(at) })), status: failed ? { code: 2, message: 'as it should' } : {},
    }] }] })
    return spanId
  }
  return { id, span, resourceSpans }
}

/** request adds what a gateway and Triton write of one: the server's clock is late by skew. */
function request(t, { parent = '', skew = 0, gateway = true, at = 0 } = {}) {
  const events = { SERVER_CHOSEN: at + 0.4, REQUEST_SENT: at + 1.1, RESPONSE_START: at + 37.5, RESPONSE_END: at + 38.25 }
  const ingress = gateway ? t.span('made-envoy-0', 'ingress', parent, at, at + 40, { events, attributes: { component: 'proxy', 'peer.service': 'made-triton-0', 'triton.model_name': 'made' } }) : parent
  const s = at + skew
  const infer = t.span('made-triton-0', 'InferRequest', ingress, s + 3, s + 36, { events: { GRPC_WAITREAD_START: s - 400, GRPC_WAITREAD_END: s + 2.9, GRPC_SEND_START: s + 35, GRPC_SEND_END: s + 35.8 } })
  const model = t.span('made-triton-0', 'made', infer, s + 4, s + 34, { events: { QUEUE_START: s + 4.5 } })
  t.span('made-triton-0', 'compute', model, s + 11, s + 33, { events: { COMPUTE_START: s + 11, COMPUTE_INPUT_END: s + 13, COMPUTE_OUTPUT_START: s + 31, COMPUTE_END: s + 32.5 } })
  return ingress
}

/** dice throw the same at each run. */
function dice(seed) {
  let x = seed
  return (below) => {
    x = (Math.imul(x, 1664525) + 1013904223) >>> 0
    return Math.floor((x / 2 ** 32) * below)
  }
}

function thrown(n, begin) {
  const t = made(n, begin)
  const any = dice(n)
  const grow = (parent, from, to, depth) => {
    for (let i = depth === 0 ? 1 : any(4); i > 0 && t.resourceSpans.length < 15; i--) {
      const [a, b] = depth === 0 ? [from, to] : [from + any(60) / 60 * (to - from) - (any(8) === 0 ? 3 : 0), 0]
      const end = depth === 0 ? b : a + (any(90) / 100) * (to - from) // may outlive its parent
      const id = t.span(`made-${'abc'[any(3)]}`, ['read', 'fit', 'merge', 'write'][any(4)], parent, a, end, { failed: any(9) === 0, events: any(3) === 0 ? { note: (a + end) / 2 } : {} })
      grow(id, a, end, depth + 1)
    }
  }
  grow('', 0, 250, 0)
  return t
}

/** madeTraces gives them by what they are; begin is in Unix milliseconds. */
export function madeTraces(begin) {
  const rootless = made(1, begin)
  request(rootless, { parent: 'f'.repeat(16), gateway: false })
  const slow = made(2, begin)
  request(slow, { skew: -3000 })
  const unfinished = made(4, begin)
  const root = request(unfinished)
  unfinished.span('made-b', 'hung', root, 20, null, { events: { QUEUED: -3 } }) // before the trace, and near enough to be on its axis
  const calls = made(5, begin) // a caller that asks twice at once, then waits for a third
  const caller = calls.span('made-client', 'reconstruct', '', 0, 100, { attributes: { run: '7' } })
  request(calls, { parent: caller, at: 2 })
  request(calls, { parent: caller, at: 6 })
  request(calls, { parent: caller, at: 55 })
  const traces = { 'without a root': rootless, 'of a clock that is slow': slow, 'unfinished': unfinished, 'of three requests': calls }
  for (const seed of [11, 12]) traces[`thrown by dice ${seed}`] = thrown(seed, begin)
  return traces
}
