/** Where the map leads: the same questions in Explore and on the page of latencies. */
import type { MapNode } from '../lib/api'

export interface Way {
  name: string
  path: string
  params: Record<string, string>
}

const quoted = (text: string) => JSON.stringify(text)

/** matcher selects a pod's series, or those of all pods of a group. */
function matcher(label: string, node: Pick<MapNode, 'id' | 'pods'>): string {
  if (node.pods <= 1) return `${label}=${quoted(node.id)}`
  return `${label}=~${quoted(`${node.id.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}-.*`)}`
}

const promQL = (name: string, q: string): Way => ({ name, path: 'explore', params: { type: 'promql', q } })
const traceQL = (name: string, q: string): Way => ({ name, path: 'explore', params: { type: 'traceql', q } })

/** metrics are the menus' questions to Prometheus, of the series that labels select. */
function metrics(labels: string, source: string): Way[] {
  if (source === 'sampled traces') {
    const of = labels.replace('pod=', 'client=')
    return [
      promQL('Request rate', `sum(rate(traces_service_graph_request_total{${of}}[$__rate_interval]))`),
      promQL('Request histogram', `histogram_quantile(0.9, sum by (le) (rate(traces_service_graph_request_server_seconds_bucket{${of}}[$__rate_interval])))`),
      promQL('Failed request rate', `sum(rate(traces_service_graph_request_failed_total{${of}}[$__rate_interval]))`),
    ]
  }
  return [
    promQL('Request rate', `sum(rate(supersonic_gateway_requests_total{${labels}}[$__rate_interval]))`),
    promQL('Request histogram', `histogram_quantile(0.9, sum by (le) (rate(supersonic_gateway_request_duration_seconds_bucket{${labels}}[$__rate_interval])))`),
    promQL('Failed request rate', `sum(rate(supersonic_gateway_requests_total{${labels},code!="OK"}[$__rate_interval]))`),
  ]
}

const failed = (q: string) => q.replace(/^{ (.*) }$/, (_, is: string) => `{ ${is.includes(' || ') ? `(${is})` : is} && status = error }`)

/** tracesOfModel finds the traces of a model's requests; of a model without a name, all. */
export function tracesOfModel(model: string): string {
  return model ? `{ span.triton.model_name = ${quoted(model)} }` : '{}'
}

/** tracesBetween finds the calls of one gateway to one server. */
export function tracesBetween(gateway: string, server: string): string {
  return `{ resource.service.name = ${quoted(gateway)} && span.peer.service = ${quoted(server)} }`
}

/**
 * tracesOfNode finds the traces of a pod, or of all pods of a group. Of a failed or slow
 * request that is kept but was not sampled the server has no span: the gateway's names it.
 */
function tracesOfNode(node: Pick<MapNode, 'id' | 'pods' | 'side'>): string {
  const is = node.pods <= 1 ? `= ${quoted(node.id)}` : `=~ ${quoted(`${node.id.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}-.*`)}`
  return node.side === 'server' ? `{ resource.service.name ${is} || span.peer.service ${is} }` : `{ resource.service.name ${is} }`
}

/** waysOfNode is a node's menu. */
export function waysOfNode(node: MapNode, source: string): Way[] {
  const q = tracesOfNode(node)
  return [
    traceQL('Traces', q),
    traceQL('Failed traces', failed(q)),
    { name: 'Where its time goes', path: 'latency', params: { q } },
    ...metrics(matcher(node.side === 'gateway' ? 'pod' : 'server', node), source),
  ]
}

/** waysOfEdge is an edge's menu. */
export function waysOfEdge(from: MapNode, to: MapNode, source: string): Way[] {
  const q = from.pods <= 1 && to.pods <= 1 ? tracesBetween(from.id, to.id) : tracesOfNode(from.pods <= 1 ? from : to)
  return [
    traceQL('Traces', q),
    { name: 'Where its time goes', path: 'latency', params: { q } },
    ...metrics(`${matcher('pod', from)},${matcher('server', to)}`, source),
  ]
}
