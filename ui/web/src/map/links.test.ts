import { expect, test } from 'vitest'
import type { MapNode } from '../lib/api'
import { tracesOfModel, waysOfEdge, waysOfNode } from './links'

const all = { model: '', release: '' }
const node = (id: string, side: string, pods = 1) => ({ id, side, pods }) as MapNode

test('a server leads to its traces, latencies and series', () => {
  const ways = waysOfNode(node('supersonic-triton-1', 'server'), 'counters', all)
  expect(ways.map((w) => w.name)).toEqual(['Traces', 'Failed traces', 'Where its time goes', 'Request rate', 'Request histogram', 'Failed request rate'])
  expect(ways[1]!.params.q).toBe('{ (resource.service.name = "supersonic-triton-1" || span.peer.service = "supersonic-triton-1") && status = error }')
  expect(ways[3]!.params.q).toBe('sum(rate(supersonic_gateway_requests_total{server="supersonic-triton-1"}[$__rate_interval]))')
})

test('a gateway leads to the traces that it began', () => {
  const ways = waysOfNode(node('envoy-0', 'gateway'), 'counters', all)
  expect(ways[1]!.params.q).toBe('{ resource.service.name = "envoy-0" && status = error }')
})

test('a group leads to those of all its pods, its name taken literally', () => {
  const ways = waysOfNode(node('sonic.triton', 'server', 200), 'counters', all)
  expect(ways[0]!.params.q).toBe('{ resource.service.name =~ "sonic\\\\.triton-.*" || span.peer.service =~ "sonic\\\\.triton-.*" }')
  expect(ways[3]!.params.q).toContain('server=~"sonic\\\\.triton-.*"')
})

test('a map of one model, or of one release, leads to the traces and series of that', () => {
  const of = { model: 'tau_id', release: 'cms.east' }
  const [gateway, server] = [node('envoy-1', 'gateway'), node('triton-1', 'server')]
  const ways = waysOfNode(server, 'counters', of)
  const traces = '(resource.service.name = "triton-1" || span.peer.service = "triton-1") && span.triton.model_name = "tau_id"'
  expect([0, 1, 2].map((i) => ways[i]!.params.q)).toEqual([`{ ${traces} }`, `{ ${traces} && status = error }`, `{ ${traces} }`])
  expect(ways[5]!.params.q).toBe('sum(rate(supersonic_gateway_requests_total{server="triton-1",model="tau_id",release=~"cms\\\\.east|",code!="OK"}[$__rate_interval]))')
  const edge = waysOfEdge(gateway, server, 'counters', { ...of, release: '' })
  expect(edge[0]!.params.q).toBe('{ resource.service.name = "envoy-1" && span.peer.service = "triton-1" && span.triton.model_name = "tau_id" }')
  expect(edge[2]!.params.q).toContain('{pod="envoy-1",server="triton-1",model="tau_id"}')
  expect(waysOfEdge(gateway, server, 'sampled traces', of)[2]!.params.q).toContain('{client="envoy-1",server="triton-1"}')
})

test('behind a foreign gateway the service graph answers', () => {
  const ways = waysOfEdge(node('envoy-1', 'gateway'), node('triton-1', 'server'), 'sampled traces', all)
  expect(ways[2]!.params.q).toBe('sum(rate(traces_service_graph_request_total{client="envoy-1",server="triton-1"}[$__rate_interval]))')
})

test('an edge asks for both its ends', () =>
  expect(waysOfEdge(node('g', 'gateway'), node('s', 'server'), 'counters', all)[0]!.params.q).toBe('{ resource.service.name = "g" && span.peer.service = "s" }'))

test('a server and a model ask for themselves, whatever their name', () => {
  expect(waysOfNode(node('a "b" \\c', 'server'), 'counters', all)[0]!.params.q).toBe('{ resource.service.name = "a \\"b\\" \\\\c" || span.peer.service = "a \\"b\\" \\\\c" }')
  expect(tracesOfModel('tau_id')).toBe('{ span.triton.model_name = "tau_id" }')
  expect(tracesOfModel('')).toBe('{}')
})
