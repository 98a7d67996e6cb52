/**
 * What the page of latencies has to say, worked out from whole traces by the definitions
 * of docs/guide/latency.md.
 */
import { event, isGateway, linked, sharesOf } from './tracetruth.mjs'

export const phases = ['gateway', 'network', 'server', 'queue', 'input', 'infer', 'output', 'answer']
/** labels are what the page calls them. */
export const labels = ['wait in gateway', 'network', 'server, other', 'server queue', 'compute input', 'compute', 'compute output', 'send answer']
const sumOf = (list, of) => list.reduce((sum, x) => sum + of(x), 0)
const below = (s) => [s, ...s.children.flatMap(below)]
const isModel = (s) => !isGateway(s) && (event(s, 'QUEUE_START') > 0n || 'triton.model_name' in s.attributes)
const modelOf = (s) => s.attributes['triton.model_name'] ?? s.name

/** standsFor is how many requests one of a sampled share is. */
function standsFor(...states) {
  const threshold = states.map((s) => /\bth:([0-9a-f]+)/.exec(s)?.[1]).find(Boolean)
  return threshold === undefined ? 1 : 1 / (1 - parseInt(threshold.padEnd(14, '0'), 16) / 2 ** 56)
}

/** requestsOf gives each request of traces that began from from to to (milliseconds), split, or as failed or silent. */
export function requestsOf(traces, from, to) {
  const all = traces.flatMap(linked).filter((s) => (isGateway(s) ? !(s.above && isGateway(s.above)) && /\/ModelInfer$/.test(s.attributes['grpc.path']) : s.name === 'InferRequest' && !(s.above && isGateway(s.above))))
  return all.filter((s) => s.from >= BigInt(from) * 1_000_000n && s.from <= BigInt(to) * 1_000_000n).map(split)
}

function split(top) {
  const r = { trace: top.trace, from: top.from, model: top.attributes['triton.model_name'] ?? '', total: top.ns, weight: standsFor(top.state), times: {}, runs: [] }
  const server = below(top).find((s) => s.name === 'InferRequest')
  if (isGateway(top) && (top.failed || !['0', undefined].includes(top.attributes['grpc.status_code']))) return { ...r, fate: 'failed' }
  if (!server) return { ...r, fate: 'silent' }
  r.alone = !isGateway(top)
  r.pod = server.service
  r.weight = standsFor(server.state, top.state)
  r.times = Object.assign(Object.fromEntries(phases.map((p) => [p, 0])), sharesOf(server))
  if (!r.alone) afterGateway(r, top, server)
  for (const s of below(server).filter(isModel)) {
    let above = s.above
    while (above && !isModel(above)) above = above.above
    r.runs.push({ model: modelOf(s), ensemble: above && !isGateway(above) && above.name !== 'InferRequest' ? modelOf(above) : '', ns: s.ns, times: sharesOf(s), steps: below(s).filter(isModel).length - 1 })
  }
  r.model ||= r.runs[0]?.model ?? ''
  return { ...r, fate: r.runs.length > 0 ? 'split' : 'failed' }
}

/** afterGateway adds what the gateway knows; what the server did once its whole answer had come held nobody up. */
function afterGateway(r, top, server) {
  const waited = Number(event(top, 'RESPONSE_END') - event(top, 'SERVER_CHOSEN'))
  r.times.gateway = r.total - waited
  r.times.network = Math.max(0, waited - server.ns)
  let over = Math.max(0, server.ns - waited)
  for (const p of ['answer', 'server', 'output', 'infer', 'input', 'queue']) {
    const cut = Math.min(over, r.times[p])
    r.times[p] -= cut
    over -= cut
  }
}

/** figuresOf are the figures of some values with weights, in nanoseconds. */
export function figuresOf(values) {
  const list = values.toSorted((a, b) => a.ns - b.ns)
  const weight = sumOf(list, (v) => v.weight)
  const quantile = (q) => {
    let sum = 0
    return list.find((v) => (sum += v.weight) >= q * weight * (1 - 1e-12))?.ns ?? 0
  }
  const total = sumOf(list, (v) => v.ns * v.weight)
  return { count: list.length, p50: quantile(0.5), p90: quantile(0.9), p99: quantile(0.99), mean: weight > 0 ? total / weight : 0, total }
}

const took = (requests, phase) => requests.filter((r) => !phase || !r.alone || !['gateway', 'network'].includes(phase)).map((r) => ({ ns: phase ? r.times[phase] : r.total, weight: r.weight }))

/** rowOf are the figures of some requests, of the whole and of each phase. */
export const rowOf = (requests) => ({ ...figuresOf(took(requests)), phases: phases.map((p) => figuresOf(took(requests, p))) })

/** stepsOf are the members of ensembles: runs, mean, and share of the time of the ensemble's requests. */
export function stepsOf(requests) {
  const runs = requests.flatMap((r) => r.runs.map((x) => ({ ...x, weight: r.weight })))
  const keys = [...new Set(runs.filter((x) => x.ensemble).map((x) => `${x.ensemble}/${x.model}`))]
  return keys.map((k) => {
    const [ensemble, model] = k.split('/')
    const own = figuresOf(runs.filter((x) => x.model === model && x.ensemble === ensemble))
    return { ensemble, model, ...own, share: own.total / figuresOf(took(requests.filter((r) => r.model === ensemble))).total }
  })
}

/** comparedOf compares two sets of requests, model by model, and all of the models in common by one mix of them. */
export function comparedOf(left, right) {
  const models = [...new Set([...left, ...right].map((r) => r.model))].sort()
  const rows = models.map((model) => {
    const [l, r] = [left, right].map((side) => rowOf(side.filter((x) => x.model === model)))
    return { model, left: l.count, right: r.count, total: [l.mean, r.mean], phases: phases.map((_, p) => [l.phases[p].mean, r.phases[p].mean]) }
  })
  const both = rows.filter((r) => r.left > 0 && r.right > 0)
  const weight = sumOf(both, (r) => r.left + r.right)
  const mixed = (of) => [0, 1].map((side) => sumOf(both, (r) => of(r)[side] * (r.left + r.right)) / weight)
  const all = { model: 'all, one mix', left: sumOf(both, (r) => r.left), right: sumOf(both, (r) => r.right), total: mixed((r) => r.total), phases: phases.map((_, p) => mixed((r) => r.phases[p])) }
  return both.length > 0 ? [all, ...rows] : rows
}
