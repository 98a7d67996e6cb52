import { expect, test } from 'vitest'
import type { MapNode } from '../lib/api'
import { tracesBetween, tracesOfModel, waysOfEdge, waysOfNode } from './links'

const node = (id: string, side: string, pods = 1) => ({ id, side, pods }) as MapNode

test('a server leads to its traces, latencies and series', () => {
  const ways = waysOfNode(node('supersonic-triton-1', 'server'), 'counters')
  expect(ways.map((w) => w.name)).toEqual(['Traces', 'Failed traces', 'Where its time goes', 'Request rate', 'Request histogram', 'Failed request rate'])
  expect(ways[1]!.params.q).toBe('{ (resource.service.name = "supersonic-triton-1" || span.peer.service = "supersonic-triton-1") && status = error }')
  expect(ways[3]!.params.q).toBe('sum(rate(supersonic_gateway_requests_total{server="supersonic-triton-1"}[$__rate_interval]))')
})

test('a gateway leads to the traces that it began', () => {
  const ways = waysOfNode(node('envoy-0', 'gateway'), 'counters')
  expect(ways[1]!.params.q).toBe('{ resource.service.name = "envoy-0" && status = error }')
})

test('a group leads to those of all its pods, its name taken literally', () => {
  const ways = waysOfNode(node('sonic.triton', 'server', 200), 'counters')
  expect(ways[0]!.params.q).toBe('{ resource.service.name =~ "sonic\\\\.triton-.*" || span.peer.service =~ "sonic\\\\.triton-.*" }')
  expect(ways[3]!.params.q).toContain('server=~"sonic\\\\.triton-.*"')
})

test('behind a foreign gateway the service graph answers', () => {
  const ways = waysOfEdge(node('envoy-1', 'gateway'), node('triton-1', 'server'), 'sampled traces')
  expect(ways[2]!.params.q).toBe('sum(rate(traces_service_graph_request_total{client="envoy-1",server="triton-1"}[$__rate_interval]))')
})

test('an edge asks for both its ends', () =>
  expect(tracesBetween('g', 's')).toBe('{ resource.service.name = "g" && span.peer.service = "s" }'))

test('a server and a model ask for themselves, whatever their name', () => {
  expect(waysOfNode(node('a "b" \\c', 'server'), 'counters')[0]!.params.q).toBe('{ resource.service.name = "a \\"b\\" \\\\c" || span.peer.service = "a \\"b\\" \\\\c" }')
  expect(tracesOfModel('tau_id')).toBe('{ span.triton.model_name = "tau_id" }')
  expect(tracesOfModel('')).toBe('{}')
})
