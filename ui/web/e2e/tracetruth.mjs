/**
 * What the page has to say of a trace, worked out from its spans as the store has them,
 * by the definitions of docs/guide/trace.md and by plain, slow means: times are exact
 * whole nanoseconds, and where something covers something, every piece of time between
 * two edges is looked at by itself.
 */
const clocks = 100_000n // what a child may lie outside its parent without a word

const labels = {
  choose: 'choose a server', send: 'send the request', wait: 'wait for the answer', receive: 'receive the answer', finish: 'finish', gateway: 'gateway', network: 'network',
  proxy: 'gateway and network', server: 'server, other', queue: 'queue', input: 'compute input', infer: 'compute', output: 'compute output', answer: 'send the answer',
  before: 'gateway or queue, before the server began', after: 'gateway or network, after the server', self: 'own time',
}
const most = (a, b) => (a > b ? a : b)
const least = (a, b) => (a < b ? a : b)
const sumOf = (list, of) => list.reduce((sum, x) => sum + of(x), 0)

const byTime = (a, b) => Number(a.from - b.from) || Number(b.to - a.to)

/** linked are the spans of a trace, each with what is above it and below it. */
export function linked(spans) {
  const byId = new Map()
  for (const s of spans) if (!byId.has(s.id)) byId.set(s.id, { ...s, to: most(s.to, s.from), unfinished: s.to === 0n })
  const all = [...byId.values()]
  for (const s of all) {
    s.ns = Number(s.to - s.from)
    s.above = byId.get(s.parent)
    s.children = all.filter((c) => c.parent === s.id).sort(byTime)
  }
  return all
}

/** truthOf is a trace as the page has to show it; spans are those of spansOf. */
export function truthOf(spans) {
  const all = linked(spans)
  for (const s of all) s.skewed = s.above !== undefined && s.above.service !== s.service && s.from + clocks < s.above.from
  for (const s of all) s.self = Number(uncovered(s, s.children))
  const roots = all.filter((s) => !s.above).sort(byTime)
  const drawn = []
  const draw = (s, depth) => {
    Object.assign(s, { depth, row: drawn.length })
    drawn.push(s)
    for (const c of s.children) draw(c, depth + 1)
  }
  for (const r of roots) draw(r, 0)
  const begin = all.map((s) => s.from).reduce(least)
  const whole = Number(all.map((s) => s.to).reduce(most) - begin)
  const own = roots.filter((r) => !r.parent)
  const root = (own.length > 0 ? own : roots).reduce((a, b) => (b.ns > a.ns ? b : a))
  const critical = root.ns > 0 ? waited(root, root.from, root.to) : []
  for (const s of drawn) {
    s.offset = Number(s.from - begin)
    s.waits = steps(s, critical.filter((c) => c.span === s))
    s.critical = sumOf(critical.filter((c) => c.span === s), (c) => Number(c.to - c.from))
  }
  return { spans: drawn, roots, root, rooted: own.length > 0, begin, whole, length: own.length > 0 ? root.ns : whole, waited: sumOf(critical, (c) => Number(c.to - c.from)), parts: partsOf(roots) }
}

/** pieces cuts a stretch of time at all edges within it. */
function pieces(from, to, edges) {
  const at = [from, to, ...edges.filter((e) => e > from && e < to)].sort((a, b) => Number(a - b))
  return at.slice(1).map((b, i) => [at[i], b]).filter(([a, b]) => b > a)
}

const within = (list, a, b) => list.filter((o) => o.from <= a && o.to >= b)

function uncovered(s, others) {
  return pieces(s.from, s.to, others.flatMap((o) => [o.from, o.to])).filter(([a, b]) => within(others, a, b).length === 0).reduce((sum, [a, b]) => sum + b - a, 0n)
}

/** waited is what a span waited for, from the end back: the child that ended last before, else itself. */
function waited(span, from, to) {
  const list = []
  let at = to
  while (at > from) {
    const held = span.children.filter((c) => least(c.to, at) > most(c.from, from) && (at === to || c.to <= at + clocks))
    if (held.length === 0) break
    const last = held.reduce((a, b) => (b.to > a.to || (b.to === a.to && b.from < a.from) ? b : a))
    const [a, b] = [most(last.from, from), least(last.to, at)]
    if (at > b) list.push({ span, from: b, to: at })
    list.push(...waited(last, a, b))
    at = a
  }
  if (at > from) list.push({ span, from, to: at })
  return list
}

export const event = (s, name) => s.events.find((e) => e.name === name)?.at ?? 0n
export const isGateway = (s) => s.name === 'ingress' || s.attributes.component === 'proxy'
const isServer = (s) => s.name === 'InferRequest' || event(s, 'QUEUE_START') > 0n || event(s, 'COMPUTE_START') > 0n

/** phases are the stretches that a span's own events tell. */
function phases(s) {
  const named = (name, from, to) => ({ name, from, to })
  const told = (list) => list.filter((p) => p.from > 0n && p.to > p.from)
  if (isGateway(s)) {
    const cuts = [['SERVER_CHOSEN', 'choose'], ['REQUEST_SENT', 'send'], ['RESPONSE_START', 'wait'], ['RESPONSE_END', 'receive']]
      .map(([name, what]) => ({ what, at: event(s, name) })).filter((c) => c.at >= s.from && c.at <= s.to).sort((a, b) => Number(a.at - b.at))
    if (cuts.length === 0) return []
    return told([...cuts, { what: 'finish', at: s.to }].map((c, i) => named(c.what, i === 0 ? s.from : cuts[i - 1].at, c.at)))
  }
  if (event(s, 'COMPUTE_START') > 0n) {
    const [a, b, c, d] = ['COMPUTE_START', 'COMPUTE_INPUT_END', 'COMPUTE_OUTPUT_START', 'COMPUTE_END'].map((name) => event(s, name))
    return told([named('input', a, b), named('infer', b, c), named('output', c, d)])
  }
  if (event(s, 'QUEUE_START') > 0n) return told([named('queue', event(s, 'QUEUE_START'), s.children.map((c) => event(c, 'COMPUTE_START')).find((at) => at > 0n) ?? 0n)])
  return told(['GRPC', 'HTTP'].map((p) => named('answer', event(s, `${p}_SEND_START`), event(s, `${p}_SEND_END`))))
}

/** steps sums what a request waited for in a span, by what its events call it. */
function steps(s, stretches) {
  const own = phases(s)
  // A server whose clock is another has no place within the gateway's time.
  const server = s.children.find((c) => isServer(c) && least(c.to, s.to) > most(c.from, s.from))
  const around = (at, otherwise) => (server ? (at < server.from ? 'before' : 'after') : otherwise)
  const sums = new Map()
  for (const { from, to } of stretches) {
    for (const [a, b] of pieces(from, to, [...own.flatMap((p) => [p.from, p.to]), ...(server ? [server.from] : [])])) {
      const told = within(own, a, b)[0]?.name
      let name = told ?? (isGateway(s) ? around(a, 'gateway') : isServer(s) ? 'server' : 'self')
      if (told === 'wait') name = around(a, 'wait')
      sums.set(name, (sums.get(name) ?? 0) + Number(b - a))
    }
  }
  return [...sums].map(([name, ns]) => ({ name, label: labels[name], ns }))
}

const ranks = [['infer'], ['input', 'output'], ['queue'], ['answer'], ['server'], ['network', 'choose', 'send', 'wait', 'receive', 'finish'], ['gateway', 'proxy']]

/** partsOf splits the request: each piece of its time is of the most specific thing that went on. */
function partsOf(roots) {
  const tops = roots.filter((r) => isGateway(r) || isServer(r))
  if (tops.length !== 1 || tops[0].ns === 0) return []
  const [top] = tops
  const below = (s) => [s, ...s.children.flatMap(below)]
  const servers = below(top).filter(isServer)
  const things = servers.flatMap((s) => [{ name: 'server', from: s.from, to: s.to }, ...phases(s)])
  if (isGateway(top)) {
    const own = phases(top)
    if (own.length === 0) things.push({ name: 'proxy', from: top.from, to: top.to })
    else if (servers.length === 0) things.push(...own)
    else things.push({ name: 'network', from: event(top, 'SERVER_CHOSEN') || top.to, to: event(top, 'RESPONSE_END') })
  }
  const sums = new Map()
  for (const [a, b] of pieces(top.from, top.to, things.flatMap((t) => [t.from, t.to]))) {
    const on = within(things, a, b).map((t) => t.name)
    const name = ranks.flat().find((n) => on.includes(n)) ?? 'gateway'
    sums.set(name, (sums.get(name) ?? 0) + Number(b - a))
  }
  return [...sums].map(([name, ns]) => ({ label: labels[name], ns }))
}

/** sharesOf splits a server's span by what its events and those below tell: each piece of its time is of the most specific thing. */
export function sharesOf(server) {
  const below = (s) => [s, ...s.children.flatMap(below)]
  const things = below(server).flatMap(phases)
  const sums = {}
  for (const [a, b] of pieces(server.from, server.to, things.flatMap((t) => [t.from, t.to]))) {
    const on = within(things, a, b).map((t) => t.name)
    const name = ranks.flat().find((n) => on.includes(n)) ?? 'server'
    sums[name] = (sums[name] ?? 0) + Number(b - a)
  }
  return sums
}

/** rowsOf puts spans together by what key says of them. */
export function rowsOf(spans, key) {
  const groups = new Map()
  for (const s of spans) groups.set(key(s), [...(groups.get(key(s)) ?? []), s])
  return new Map([...groups].map(([k, list]) => {
    const took = list.map((s) => s.ns).sort((a, b) => a - b)
    const quantile = (q) => {
      const at = q * (took.length - 1)
      return took[Math.floor(at)] + (at % 1) * (took[Math.ceil(at)] - took[Math.floor(at)])
    }
    return [k, { spans: list, count: list.length, total: sumOf(list, (s) => s.ns), self: sumOf(list, (s) => s.self), critical: sumOf(list, (s) => s.critical),
      average: sumOf(list, (s) => s.ns) / list.length, least: took[0], p50: quantile(0.5), p90: quantile(0.9), most: took.at(-1), errors: list.filter((s) => s.failed).length }]
  }))
}

/** wayOf is the path by which spans of a flame graph are put together. */
export const wayOf = (s) => `${s.above ? `${wayOf(s.above)} > ` : ''}${s.service}/${s.name}`

/** alignedOf pairs the steps of two traces: the same name, the same one of that name, below the same step. */
export function alignedOf(a, b) {
  const placed = (t) => new Map(t.spans.map((s) => [placeOf(s, t), s]))
  const [left, right] = [placed(a), placed(b)]
  return new Map([...new Set([...left.keys(), ...right.keys()])].map((k) => [k, [left.get(k), right.get(k)]]))
}

function placeOf(s, t) {
  const among = s.above ? s.above.children : t.roots
  const nth = among.filter((o) => o.name === s.name).indexOf(s) + 1
  return `${s.above ? `${placeOf(s.above, t)} > ` : ''}${s.name} #${nth}`
}

/** causesOf sums what a request waited for by words that are the same in another trace. */
export function causesOf(t) {
  const nouns = { choose: 'choice of a server', send: 'sending of the request', receive: 'receipt of the answer', answer: 'sending of the answer', finish: "gateway's end of the call", gateway: "gateway's own time" }
  const words = (s, w) => ({ queue: `queue of ${s.name}`, server: `server around ${s.name}`, self: `own time of ${s.name}`, input: `compute input of ${s.above?.name ?? s.name}`,
    infer: `compute of ${s.above?.name ?? s.name}`, output: `compute output of ${s.above?.name ?? s.name}` })[w.name] ?? nouns[w.name] ?? w.label
  const sums = new Map()
  for (const s of t.spans) for (const w of s.waits) sums.set(words(s, w), (sums.get(words(s, w)) ?? 0) + w.ns)
  return sums
}
