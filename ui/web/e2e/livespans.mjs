/** Spans of a live site as its trace store finds them, to be chosen from by plain means. */

/** spansFound are the spans of a query within seconds, each with its trace, its time in milliseconds and what the query selects; asks is the reader's. */
export async function spansFound(asks, q, { start, end }) {
  const { traces = [] } = await asks('tempo', 'api/search', { q, limit: 5000, spss: 100, start, end })
  return traces.flatMap((t) => t.spanSets.flatMap((set) => set.spans.map((s) => ({
    trace: t.traceID.padStart(32, '0'), id: s.spanID, ns: Number(s.durationNanos), at: Number(BigInt(s.startTimeUnixNano) / 1000n) / 1000, ...Object.fromEntries((s.attributes ?? []).map((a) => [a.key, String(Object.values(a.value)[0])])),
  }))))
}

/** ingress are those of the gateways, with what their requests are chosen by. */
export const ingress = (asks, window) => spansFound(asks, '{ name = "ingress" } | select(resource.service.name, status, span.triton.model_name, span.grpc.status_code)', window)

/** typed is a duration as somebody types it. */
export const typed = (ns) => `${Math.round(ns / 1e4) / 100}ms`
