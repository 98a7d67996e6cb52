/** Where the map leads: the same questions in Explore and on the page of latencies. */
import type { MapNode } from '../lib/api'

export interface Way {
  name: string
  path: string
  params: Record<string, string>
}

/** Part is which of the traffic the map shows: of one model, of one release; "" for all. */
export interface Part {
  model: string
  release: string
}

/** partOf reads it from the map's address. */
export const partOf = (params: URLSearchParams): Part => ({ model: params.get('model') ?? '', release: params.get('release') ?? '' })

const quoted = (text: string) => JSON.stringify(text)
const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** matcher selects a pod's series, or those of all pods of a group. */
function matcher(label: string, node: Pick<MapNode, 'id' | 'pods'>): string {
  if (node.pods <= 1) return `${label}=${quoted(node.id)}`
  return `${label}=~${quoted(`${escaped(node.id)}-.*`)}`
}

const promQL = (name: string, q: string): Way => ({ name, path: 'explore', params: { type: 'promql', q } })
const traceQL = (name: string, q: string): Way => ({ name, path: 'explore', params: { type: 'traceql', q } })

/** metrics are the menus' questions to Prometheus, of the series that labels and the part of the traffic select; the service graph knows neither model nor release. */
function metrics(of: string, source: string, part: Part): Way[] {
  if (source === 'sampled traces') {
    const graph = of.replace('pod=', 'client=')
    return [
      promQL('Request rate', `sum(rate(traces_service_graph_request_total{${graph}}[$__rate_interval]))`),
      promQL('Request histogram', `histogram_quantile(0.9, sum by (le) (rate(traces_service_graph_request_server_seconds_bucket{${graph}}[$__rate_interval])))`),
      promQL('Failed request rate', `sum(rate(traces_service_graph_request_failed_total{${graph}}[$__rate_interval]))`),
    ]
  }
  // As the map counts: what has no release is of this one.
  const labels = [of, part.model && `model=${quoted(part.model)}`, part.release && `release=~${quoted(`${escaped(part.release)}|`)}`].filter(Boolean).join(',')
  return [
    promQL('Request rate', `sum(rate(supersonic_gateway_requests_total{${labels}}[$__rate_interval]))`),
    promQL('Request histogram', `histogram_quantile(0.9, sum by (le) (rate(supersonic_gateway_request_duration_seconds_bucket{${labels}}[$__rate_interval])))`),
    promQL('Failed request rate', `sum(rate(supersonic_gateway_requests_total{${labels},code!="OK"}[$__rate_interval]))`),
  ]
}

/** where writes TraceQL of spans that are something and more. */
const where = (is: string, ...more: string[]) => `{ ${[more.length > 0 && is.includes(' || ') ? `(${is})` : is, ...more].join(' && ')} }`
const ofModel = (model: string) => (model ? [`span.triton.model_name = ${quoted(model)}`] : [])

/** tracesOfModel finds the traces of a model's requests; of a model without a name, all. */
export function tracesOfModel(model: string): string {
  return model ? `{ ${ofModel(model)[0]} }` : '{}'
}

/** between are the calls of one gateway to one server. */
const between = (gateway: string, server: string) => `resource.service.name = ${quoted(gateway)} && span.peer.service = ${quoted(server)}`

/**
 * spansOf are the spans of a pod, or of all pods of a group. Of a failed or slow request that
 * is kept but was not sampled the server has no span: the gateway's names it.
 */
function spansOf(node: Pick<MapNode, 'id' | 'pods' | 'side'>): string {
  const is = node.pods <= 1 ? `= ${quoted(node.id)}` : `=~ ${quoted(`${escaped(node.id)}-.*`)}`
  return node.side === 'server' ? `resource.service.name ${is} || span.peer.service ${is}` : `resource.service.name ${is}`
}

/** waysOfNode is a node's menu, of the part of the traffic that the map shows. */
export function waysOfNode(node: MapNode, source: string, part: Part): Way[] {
  const [is, model] = [spansOf(node), ofModel(part.model)]
  return [
    traceQL('Traces', where(is, ...model)),
    traceQL('Failed traces', where(is, ...model, 'status = error')),
    { name: 'Where its time goes', path: 'latency', params: { q: where(is, ...model) } },
    ...metrics(matcher(node.side === 'gateway' ? 'pod' : 'server', node), source, part),
  ]
}

/** waysOfEdge is an edge's menu, of that part as well. */
export function waysOfEdge(from: MapNode, to: MapNode, source: string, part: Part): Way[] {
  const q = where(from.pods <= 1 && to.pods <= 1 ? between(from.id, to.id) : spansOf(from.pods <= 1 ? from : to), ...ofModel(part.model))
  return [
    traceQL('Traces', q),
    { name: 'Where its time goes', path: 'latency', params: { q } },
    ...metrics(`${matcher('pod', from)},${matcher('server', to)}`, source, part),
  ]
}
